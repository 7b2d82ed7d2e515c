"""The views that a new store gets: what a person with ``sqlite-utils`` or ``datasette`` wants to see first.

They read well (ISO times, names instead of ids) and promise stability where the tables do not. They belong to the step
that creates them (``schema``): a change of a view is a step of its own.
"""

_FIGURE_COLUMNS = (
    ("metrics", "accuracy"),
    ("metrics", "macro_f1"),
    ("metrics", "log_loss"),
    ("metrics", "brier"),
    ("metrics", "roc_auc"),
    ("latency", "p50_ms"),
    ("latency", "p95_ms"),
    ("latency", "throughput_per_s"),
    ("cost", "train_usd"),
    ("cost", "usd_per_1k_predictions"),
    ("cost", "energy_j"),
    ("size", "parameters"),
    ("size", "checkpoint_bytes"),
)


def _iso(column: str) -> str:
    return f"strftime('%Y-%m-%dT%H:%M:%fZ', {column}, 'unixepoch')"


def _figure(group: str, name: str) -> str:
    # A run has parameters that were set, and a number of parameters that were learnt.
    title = "learnt_parameters" if (group, name) == ("size", "parameters") else name
    return f"(SELECT value FROM figures f WHERE f.run_id = r.id AND f.grp = '{group}' AND f.name = '{name}') AS {title}"


VIEWS = (
    f"""
CREATE VIEW runs_overview AS
-- Every run with its main figures; final_metrics has all of them.
SELECT r.id, r.name, r.status, r.phase, r.model, r.dataset, r.task, r.seed, r.split_seed, r.device, r.threads,
    r.parameters, r.tags, (SELECT g.name FROM groups g WHERE g.id = r.group_id) AS run_group, r.host,
    {_iso("r.created_at")} AS created_at, {_iso("r.started_at")} AS started_at, {_iso("r.finished_at")} AS finished_at,
    round(r.finished_at - r.started_at, 3) AS duration_s, r.error,
    {", ".join(_figure(group, name) for group, name in _FIGURE_COLUMNS)}
FROM runs r""",
    """
CREATE VIEW final_metrics AS
-- Every final figure of every run. value NULL: not known.
SELECT f.run_id, r.name AS run, r.model, r.dataset, f.grp, f.name, f.value, f.note
FROM figures f JOIN runs r ON r.id = f.run_id""",
    """
CREATE VIEW metric_bests AS
-- What each logged metric of each run came to: last, extremes and best.
SELECT s.run_id, r.name AS run, m.name AS metric, s.n, s.last, s.last_step, s.minimum, s.minimum_step,
    s.maximum, s.maximum_step, s.best, s.best_step
FROM metric_summaries s JOIN runs r ON r.id = s.run_id JOIN metrics m ON m.id = s.metric_id""",
    """
CREATE VIEW curves AS
-- Every series as at most 256 stretches: plot mean, or minimum and maximum, over last_step.
SELECT c.run_id, r.name AS run, m.name AS metric, c.attempt, c.ordinal, c.first_step, c.last_step, c.n,
    c.first, c.last, c.minimum, c.maximum, c.mean
FROM series_rows c JOIN runs r ON r.id = c.run_id JOIN metrics m ON m.id = c.metric_id""",
    f"""
CREATE VIEW run_log AS
-- Every log line, oldest first within a run.
SELECT l.id, l.run_id, r.name AS run, l.attempt, {_iso("l.at")} AS at, l.level, l.text
FROM log_lines l JOIN runs r ON r.id = l.run_id""",
    f"""
CREATE VIEW device_samples AS
-- Every reading of a device while a run went on.
SELECT s.run_id, r.name AS run, s.attempt, d.device, d.uuid, d.name AS device_name, {_iso("s.at")} AS at,
    s.utilisation, s.memory_used_bytes, s.memory_total_bytes, s.temperature_c, s.power_w, s.power_limit_w, s.clock_mhz,
    s.energy_j, s.load_1m, s.run_memory_bytes, s.processes, s.error
FROM samples s JOIN runs r ON r.id = s.run_id JOIN devices d ON d.id = s.device_id""",
)

SAMPLES_VIEW = (
    "DROP VIEW device_samples",
    f"""
CREATE VIEW device_samples AS
-- Every reading of a device while a run went on.
SELECT s.run_id, r.name AS run, s.attempt, d.device, d.uuid, d.name AS device_name, {_iso("s.at")} AS at,
    s.utilisation, s.memory_used_bytes, s.memory_total_bytes, s.temperature_c, s.power_w, s.power_limit_w, s.clock_mhz,
    s.energy_j, s.load_1m, s.run_memory_bytes, s.processes, s.error, s.clock_max_mhz, s.throttle, s.fan_percent
FROM samples s JOIN runs r ON r.id = s.run_id JOIN devices d ON d.id = s.device_id""",
)
"""The samples with what slows a board down."""

CURVES_VIEW = (
    f"""
CREATE VIEW curves AS
-- Every series as at most 256 stretches: plot mean, or minimum and maximum, over last_step or last_at.
SELECT c.run_id, r.name AS run, m.name AS metric, c.attempt, c.ordinal, c.first_step, c.last_step, c.n,
    c.first, c.last, c.minimum, c.maximum, c.mean, {_iso("c.first_at")} AS first_at, {_iso("c.last_at")} AS last_at
FROM series_rows c JOIN runs r ON r.id = c.run_id JOIN metrics m ON m.id = c.metric_id""",
)

RACES_VIEW = (
    f"""
CREATE VIEW race_list AS
-- Every race, newest last; the timed calls themselves are compressed in race_columns.
SELECT x.id, {_iso("x.measured_at")} AS measured_at, x.a_run_id, a.name AS a, x.b_run_id, b.name AS b, x.n, x.conditions
FROM races x JOIN runs a ON a.id = x.a_run_id JOIN runs b ON b.id = x.b_run_id""",
)

CHECKS_VIEW = (
    f"""
CREATE VIEW generations AS
-- Every text that was generated, with its model, prompt and settings; those of one question share it.
SELECT c.id AS check_id, t.sample, {_iso("c.at")} AS at, c.question, c.source AS model, c.weights, c.device, c.prompt,
    t.text, t.reason, c.prompt_tokens, t.new_tokens, t.ttft_s, t.tokens_per_s, t.p50_ms, t.p95_ms, c.seed, c.settings,
    s.name AS suite, c.suite_run_id, c.line, c.expected, c.passed
FROM generation_checks c JOIN generation_texts t ON t.check_id = c.id
LEFT JOIN suite_runs s ON s.id = c.suite_run_id""",
)
