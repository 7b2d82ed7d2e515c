"""The first tables of the store, step by step (``schema``): statements that are appended to, never edited.

They are kept by SQLite as they stand here, comments included, so that ``sqlite3 FILE .schema`` explains the file to
whoever opens it. Times are seconds since the epoch, UTC; a figure that is not known is NULL.
"""

RUNS = (
    """
CREATE TABLE store_info (
    -- Facts about this file: created_at, created_by, and writer_host where a network file system holds it.
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID""",
    """
CREATE TABLE groups (
    -- Runs that differ only in seed or fold, and are read as one. A group goes with the last of its runs.
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT""",
    """
CREATE TABLE runs (
    -- One model trained and evaluated (or only evaluated, or imported) on one data set.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL DEFAULT 'queued'
        CHECK (status IN ('queued', 'running', 'done', 'failed', 'stopped', 'lost')),
    phase TEXT,              -- of a running run: importing, preparing, training, evaluating, measuring
    model TEXT NOT NULL,
    dataset TEXT NOT NULL,
    task TEXT NOT NULL,
    seed INTEGER NOT NULL,
    split_seed INTEGER NOT NULL,
    device TEXT NOT NULL,    -- as asked, until the run is claimed; then what it took
    threads INTEGER,
    parameters TEXT NOT NULL,-- JSON object
    spec TEXT NOT NULL,      -- JSON object: enough to run it again
    tags TEXT NOT NULL,      -- JSON list
    notes TEXT NOT NULL DEFAULT '',
    group_id INTEGER REFERENCES groups (id) ON DELETE SET NULL,
    parent_id INTEGER REFERENCES runs (id) ON DELETE SET NULL,
    host TEXT NOT NULL,
    created_at REAL NOT NULL,
    started_at REAL,
    finished_at REAL,
    heartbeat_at REAL,       -- when its supervisor last wrote
    error TEXT,
    stop_requested TEXT CHECK (stop_requested IN ('clean', 'force')),
    progress_done REAL,
    progress_total REAL,
    progress_unit TEXT,
    lost_points INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 0   -- the newest one; 0 before the run was claimed
) STRICT""",
    "CREATE INDEX runs_by_status ON runs (status)",
    "CREATE INDEX runs_by_parent ON runs (parent_id) WHERE parent_id IS NOT NULL",
    "CREATE INDEX runs_by_group ON runs (group_id) WHERE group_id IS NOT NULL",
    """
CREATE TABLE attempts (
    -- One claim of a run by one supervisor.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    host TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    supervisor_pid INTEGER NOT NULL,
    trainer_pid INTEGER,
    started_at REAL NOT NULL,
    finished_at REAL,
    exit_code INTEGER,
    signal TEXT,
    spool_offset INTEGER NOT NULL DEFAULT 0,  -- bytes of the spool that are in this file
    log_offset INTEGER NOT NULL DEFAULT 0,    -- bytes of the trainer's raw output that are in this file
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID""",
    """
CREATE TABLE details (
    -- What is known of a run and is small enough to stand in one row.
    run_id INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    environment TEXT NOT NULL DEFAULT '{}',  -- JSON object: python, torch, cpu, gpu, driver, git, ...
    data TEXT NOT NULL DEFAULT '{}',         -- JSON object: fingerprint, train, val, test, labels, target, report
    classes TEXT NOT NULL DEFAULT '[]',      -- JSON list of [label, precision, recall, f1, support]
    confusion TEXT NOT NULL DEFAULT '[]',    -- JSON matrix: rows are true classes, columns predicted ones
    checkpoint TEXT                          -- path, relative to the run's folder
) STRICT""",
    """
CREATE TABLE figures (
    -- The final figures of a run; names are the keys of `workbench show --json`.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    grp TEXT NOT NULL CHECK (grp IN ('metrics', 'latency', 'cost', 'size')),
    name TEXT NOT NULL,
    value REAL,              -- NULL: not known; the note says why
    note TEXT,
    PRIMARY KEY (run_id, grp, name)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX figures_by_name ON figures (name, grp, run_id, value)",
)

SERIES = (
    """
CREATE TABLE metrics (
    -- The names of all series, each once.
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT""",
    """
CREATE TABLE points (
    -- The values that a live run logged, until they are packed into point_chunks.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,    -- counts the run's points in the order in which they were logged
    metric_id INTEGER NOT NULL REFERENCES metrics (id),
    attempt INTEGER NOT NULL,
    step INTEGER NOT NULL,
    value REAL,              -- NULL where the run logged NaN or infinity
    at REAL NOT NULL,
    PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID""",
    """
CREATE TABLE point_chunks (
    -- Points seq .. seq + n - 1, compressed. `workbench series RUN` prints them; store/chunks.py has the format.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    n INTEGER NOT NULL,
    packed BLOB NOT NULL,
    PRIMARY KEY (run_id, seq)
) STRICT""",
    """
CREATE TABLE series_rows (
    -- Each series (a metric in one attempt) as at most 256 stretches of equal length.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    metric_id INTEGER NOT NULL REFERENCES metrics (id),
    attempt INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    first_step INTEGER NOT NULL,
    last_step INTEGER NOT NULL,
    n INTEGER NOT NULL,      -- points in this stretch
    known INTEGER NOT NULL,  -- how many of them have a value; the five figures are of those
    first REAL,
    last REAL,
    minimum REAL,
    maximum REAL,
    mean REAL,
    PRIMARY KEY (run_id, metric_id, attempt, ordinal)
) STRICT, WITHOUT ROWID""",
    """
CREATE TABLE metric_summaries (
    -- What each metric of a run came to.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    metric_id INTEGER NOT NULL REFERENCES metrics (id),
    n INTEGER NOT NULL,
    last REAL,
    last_step INTEGER,
    minimum REAL,
    minimum_step INTEGER,
    maximum REAL,
    maximum_step INTEGER,
    best REAL,               -- minimum or maximum, by the direction of the metric; set when the run ends
    best_step INTEGER,
    PRIMARY KEY (run_id, metric_id)
) STRICT, WITHOUT ROWID""",
    """
CREATE TABLE log_lines (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    at REAL NOT NULL,
    level TEXT NOT NULL,     -- debug, info, warning, error; output: what a library printed
    text TEXT NOT NULL       -- as it came, escape sequences included: do not print it to a terminal unescaped
) STRICT""",
    "CREATE INDEX log_lines_by_run ON log_lines (run_id)",
    """
CREATE TABLE devices (
    -- The devices that samples were taken of, each once.
    id INTEGER PRIMARY KEY,
    device TEXT NOT NULL,    -- cuda:0, ... or host
    uuid TEXT NOT NULL,      -- '' where there is none
    name TEXT NOT NULL,
    UNIQUE (device, uuid, name)
) STRICT""",
    """
CREATE TABLE samples (
    -- One reading of one device at one time. NULL: the driver does not say.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    device_id INTEGER NOT NULL REFERENCES devices (id),
    at REAL NOT NULL,
    attempt INTEGER NOT NULL,
    utilisation REAL,        -- percent
    memory_used_bytes INTEGER,
    memory_total_bytes INTEGER,
    temperature_c REAL,
    power_w REAL,
    power_limit_w REAL,
    clock_mhz REAL,
    energy_j REAL,           -- the board's own counter: only differences mean something
    load_1m REAL,
    run_memory_bytes INTEGER,-- resident memory of the run's own processes
    processes TEXT,          -- JSON list of [pid, memory_bytes, user, command]
    error TEXT,              -- why the device could not be read
    PRIMARY KEY (run_id, device_id, at)
) STRICT, WITHOUT ROWID""",
)

OUTCOMES = (
    """
CREATE TABLE example_sets (
    -- The test part that runs of one split share.
    key TEXT PRIMARY KEY,    -- a hash of the ids
    n INTEGER NOT NULL,
    dtype TEXT NOT NULL,     -- of the ids, as NumPy writes it; likewise in the tables below
    shape TEXT NOT NULL,     -- JSON list
    ids BLOB NOT NULL,       -- compressed: workbench/evaluation/columns.py has the format
    previews BLOB NOT NULL   -- zlib-compressed JSON: one short text an example
) STRICT""",
    """
CREATE TABLE outcomes (
    -- What a run's model said about each example of its test part, in the order of the example set.
    run_id INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    example_set TEXT NOT NULL REFERENCES example_sets (key),
    labels TEXT NOT NULL,    -- JSON list
    n INTEGER NOT NULL
) STRICT""",
    "CREATE INDEX outcomes_by_example_set ON outcomes (example_set)",
    """
CREATE TABLE outcome_columns (
    run_id INTEGER NOT NULL REFERENCES outcomes (run_id) ON DELETE CASCADE,
    name TEXT NOT NULL,      -- truth, predicted, probabilities, loss
    dtype TEXT NOT NULL,
    shape TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (run_id, name)
) STRICT""",
    """
CREATE TABLE trials (
    -- Timed prediction calls of one run under one set of conditions.
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    measured_at REAL NOT NULL,
    conditions TEXT NOT NULL,-- JSON object: batch size, threads, device, warm-up, load, who shared the device
    n INTEGER NOT NULL
) STRICT""",
    "CREATE INDEX trials_by_run ON trials (run_id)",
    """
CREATE TABLE trial_columns (
    trials_id INTEGER NOT NULL REFERENCES trials (id) ON DELETE CASCADE,
    name TEXT NOT NULL,      -- ms, block, process
    dtype TEXT NOT NULL,
    shape TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (trials_id, name)
) STRICT""",
)
