"""Which figures stand for runs in a list: those that the tasks of the runs have."""

import pytest
from screens_fixtures import a_row

from screens.dashboard.columns import place_columns
from screens.dashboard.table_rows import tasks_seen
from screens.page import Page
from workbench.evaluation.listed import TELLING_SCORES, listed_scores, listed_speeds
from workbench.evaluation.metric import CLASSIFICATION, LANGUAGE, REGRESSION
from workbench.evaluation.metrics import METRICS


def figures_at(width: int, *tasks: str) -> list[str]:
    placed = place_columns(width, tasks=tasks)
    return [item.column.key.partition(".")[2] for item in placed if item.column.path is not None]


@pytest.mark.parametrize(
    ("tasks", "figures"),
    [
        ((), ["accuracy", "log_loss", "p50_ms"]),
        ((CLASSIFICATION,), ["accuracy", "log_loss", "p50_ms"]),
        ((LANGUAGE,), ["bits_per_byte", "perplexity", "tokens_per_s"]),
        ((REGRESSION,), ["rmse", "r2", "p50_ms"]),
        ((CLASSIFICATION, LANGUAGE), ["accuracy", "bits_per_byte", "p50_ms"]),
        ((LANGUAGE, CLASSIFICATION), ["bits_per_byte", "accuracy", "p50_ms"]),
    ],
)
def test_at_80_columns_the_figures_are_those_that_the_runs_have(tasks: tuple[str, ...], figures: list[str]) -> None:
    assert figures_at(79, *tasks) == figures
    assert [*listed_scores(tasks, 2), listed_speeds(tasks)[0]] == sorted(figures, key=list(METRICS).index)


def test_a_wide_table_has_room_for_every_score_that_tells() -> None:
    shown = figures_at(260, CLASSIFICATION, LANGUAGE)
    assert {*TELLING_SCORES[CLASSIFICATION], *TELLING_SCORES[LANGUAGE]} <= set(shown)
    assert "rmse" not in shown


def test_every_listed_score_is_one_of_its_task() -> None:
    for task, names in TELLING_SCORES.items():
        assert {METRICS[name].task for name in names} == {task}


def test_columns_stay_while_a_table_of_several_tasks_is_scrolled() -> None:
    texts = Page(rows=(a_row(task=LANGUAGE), a_row(task=LANGUAGE), a_row()))
    seen = tasks_seen((), texts)
    assert seen == (LANGUAGE, CLASSIFICATION)
    assert tasks_seen(seen, Page(rows=(a_row(),))) == seen
    assert tasks_seen((), Page(rows=(a_row(),))) == (CLASSIFICATION,)
