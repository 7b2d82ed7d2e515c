"""The shape of the store, in the order in which it came to be: each function takes the store one step further.

Steps are appended, never edited: a file that has taken a step will not take it again. What they create stands in
``tables``, ``added_tables`` and ``views``.
"""

import sqlite3
from collections.abc import Callable, Iterable

from store.added_tables import ALERTS, CHECKS, EXAMPLES, MODELS, ORDER, RACES, TIMES
from store.header import APPLICATION_ID
from store.tables import OUTCOMES, RUNS, SERIES
from store.views import CHECKS_VIEW, CURVES_VIEW, RACES_VIEW, SAMPLES_VIEW, VIEWS


def m001_runs(connection: sqlite3.Connection) -> None:
    """Runs, their attempts, and the small things that are known of each."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    _execute(connection, RUNS)


def m002_series(connection: sqlite3.Connection) -> None:
    """What a run reports over time: points, log lines and samples of devices."""
    _execute(connection, SERIES)


def m003_outcomes(connection: sqlite3.Connection) -> None:
    """What a model said about each test example, and how long its predictions took."""
    _execute(connection, OUTCOMES)


def m004_views(connection: sqlite3.Connection) -> None:
    """Views for people who open the file with sqlite-utils, datasette or the sqlite3 shell."""
    _execute(connection, VIEWS)


def m005_order(connection: sqlite3.Connection) -> None:
    """The order of the queue where somebody has changed it, and what changed about runs that had ended."""
    _execute(connection, ORDER)


def m006_alerts(connection: sqlite3.Connection) -> None:
    """Alerts are found among any number of log lines; samples say what slows a board down."""
    _execute(connection, ALERTS)
    _execute(connection, SAMPLES_VIEW)


def m007_times(connection: sqlite3.Connection) -> None:
    """Stretches of series say when they were logged; chunks of points, which steps they hold."""
    _execute(connection, TIMES)
    _execute(connection, CURVES_VIEW)


def m008_models(connection: sqlite3.Connection) -> None:
    """Runs are counted by model without a look at each of them."""
    _execute(connection, MODELS)


def m009_examples(connection: sqlite3.Connection) -> None:
    """Whole test examples are kept, not only a line of each."""
    _execute(connection, EXAMPLES)


def m010_races(connection: sqlite3.Connection) -> None:
    """Latency of two models, measured again side by side."""
    _execute(connection, RACES)
    _execute(connection, RACES_VIEW)


def m011_checks(connection: sqlite3.Connection) -> None:
    """Texts that language models made, each with what it was asked."""
    _execute(connection, CHECKS)
    _execute(connection, CHECKS_VIEW)


STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    m001_runs,
    m002_series,
    m003_outcomes,
    m004_views,
    m005_order,
    m006_alerts,
    m007_times,
    m008_models,
    m009_examples,
    m010_races,
    m011_checks,
)


def _execute(connection: sqlite3.Connection, statements: Iterable[str]) -> None:
    # One by one: executescript would commit the transaction that the step runs in.
    for statement in statements:
        connection.execute(statement)
