"""What the store came to hold after its first ``tables``: more of them, and columns of old ones, step by step."""

ORDER = (
    """
CREATE TABLE queue_ranks (
    -- Queued runs that somebody has moved wait as if this were their id; all others wait in the order of their ids.
    run_id INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    rank REAL NOT NULL
) STRICT""",
    """
CREATE TABLE run_edits (
    -- The newest change by hand of each run that had one. Deletions are counted in store_info.
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL UNIQUE REFERENCES runs (id) ON DELETE CASCADE
) STRICT""",
)

ALERTS = (
    """
CREATE INDEX alerts ON log_lines (id)
    -- Level alert, beside those named above: what somebody should look at now.
WHERE level = 'alert'""",
    """
CREATE INDEX alerts_by_run ON log_lines (run_id) WHERE level = 'alert'""",
    # SQLite writes a column's text into the table's as it stands: a comment to the end of the line would go on there.
    "ALTER TABLE samples ADD COLUMN clock_max_mhz REAL /* what the clock may reach on this board */",
    "ALTER TABLE samples ADD COLUMN throttle TEXT /* what slows the board down: thermal, power cap, ... or '' */",
    "ALTER TABLE samples ADD COLUMN fan_percent REAL",
)

TIMES = (
    "ALTER TABLE series_rows ADD COLUMN first_at REAL /* when its points were logged; NULL in rows from before this */",
    "ALTER TABLE series_rows ADD COLUMN last_at REAL",
    "ALTER TABLE point_chunks ADD COLUMN lowest_step INTEGER /* of its points; NULL in chunks from before this */",
    "ALTER TABLE point_chunks ADD COLUMN highest_step INTEGER",
    "DROP VIEW curves",
)

MODELS = (
    "CREATE INDEX runs_by_model ON runs (model)",
    "CREATE INDEX details_with_checkpoint ON details (run_id) WHERE checkpoint IS NOT NULL",
)

EXAMPLES = (
    "ALTER TABLE example_sets ADD COLUMN contents BLOB "
    "/* what the examples hold: workbench/evaluation/contents.py has the format; NULL: not kept */",
)

RACES = (
    """
CREATE TABLE races (
    -- The latency of two runs' models measured again, in alternating blocks, under the same conditions.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    a_run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    b_run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    a_attempt INTEGER NOT NULL,  -- the newest attempt at the time: a later one has another checkpoint
    b_attempt INTEGER NOT NULL,
    measured_at REAL NOT NULL,
    conditions TEXT NOT NULL,    -- JSON object: device, threads, examples, seed, who shared the device, why it ended
    n INTEGER NOT NULL           -- timed calls of both models
) STRICT""",
    "CREATE INDEX races_by_a ON races (a_run_id, b_run_id)",
    "CREATE INDEX races_by_b ON races (b_run_id, a_run_id)",
    """
CREATE TABLE race_columns (
    race_id INTEGER NOT NULL REFERENCES races (id) ON DELETE CASCADE,
    name TEXT NOT NULL,          -- ms, process, pair, side (0: A), position (in its pair of blocks), one value a call
    dtype TEXT NOT NULL,
    shape TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (race_id, name)
) STRICT""",
)

CHECKS = (
    """
CREATE TABLE suite_runs (
    -- One pass of one model over the prompts of a suite; its checks name it.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    name TEXT NOT NULL,          -- of the file
    fingerprint TEXT NOT NULL,   -- of what the file says: two models answered the same suite where these are equal
    source TEXT NOT NULL,
    weights TEXT NOT NULL,
    total INTEGER NOT NULL,
    passed INTEGER NOT NULL      -- a prompt without an expectation passes when a text was made
) STRICT""",
    """
CREATE TABLE generation_checks (
    -- One prompt, one model, its settings; the texts that came of it stand in generation_texts.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,            -- when it was asked for
    question TEXT NOT NULL,      -- hash of prompt and settings: the same for the same question to any model
    source TEXT NOT NULL,        -- the model as it is named: gpt2, hf:/folder, run:12, /file.gguf
    weights TEXT NOT NULL,       -- identity of the weights: the same for the same model under any name
    device TEXT NOT NULL,
    prompt TEXT NOT NULL,
    settings TEXT NOT NULL,      -- JSON object: max_new_tokens, temperature, top_k, top_p, ..., seed, samples
    seed INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    environment TEXT NOT NULL,   -- JSON object: torch, transformers, dtype, attention, threads, cpu or gpu, ...
    suite_run_id INTEGER REFERENCES suite_runs (id) ON DELETE CASCADE,
    line INTEGER,                -- of the suite's file
    expected TEXT,               -- JSON object: contains, regex, equals
    passed INTEGER CHECK (passed IN (0, 1))
) STRICT""",
    "CREATE INDEX generation_checks_by_question ON generation_checks (question)",
    "CREATE INDEX generation_checks_by_suite ON generation_checks (suite_run_id) WHERE suite_run_id IS NOT NULL",
    """
CREATE TABLE generation_texts (
    -- One sample of a check.
    check_id INTEGER NOT NULL REFERENCES generation_checks (id) ON DELETE CASCADE,
    sample INTEGER NOT NULL,
    text TEXT NOT NULL,          -- as the model made it, escape sequences included: do not print it unescaped
    tokens TEXT NOT NULL,        -- JSON list of the new tokens' ids
    reason TEXT NOT NULL,        -- why it ended: eos, length, context, stop string, stopped
    new_tokens INTEGER NOT NULL,
    reused_tokens INTEGER NOT NULL, -- of the prompt, still known from the text before
    ttft_s REAL,                 -- to the first token
    tokens_per_s REAL,           -- after the first
    p50_ms REAL,                 -- from one token to the next
    p95_ms REAL,
    near_tie TEXT,               -- JSON object: the first token at which another way of computing may have parted
    PRIMARY KEY (check_id, sample)
) STRICT, WITHOUT ROWID""",
)
