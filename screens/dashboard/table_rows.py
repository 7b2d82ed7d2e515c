"""What the run table needs to know of a page to draw its rows and to keep its cursor on a run; pure."""

from collections import Counter

from screens.dashboard.cells import Cell, Context
from screens.page import Page, RunRow
from screens.pieces import hanging
from screens.signs import Signs
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_count


def row_at(page: Page, row: int) -> RunRow | None:
    """The row, if the page holds it."""
    index = row - page.offset
    return page.rows[index] if 0 <= index < len(page.rows) else None


def context_of(page: Page, signs: Signs) -> Context:
    """What the cells of all rows need besides their row."""
    key, _, direction = page.arrangement[1].partition(":")
    return Context(page.now, signs, page.baseline, sorted_by=key, descending=is_descending(key, direction))


def mark_of(page: Page, row: RunRow, signs: Signs) -> Cell:
    """The letter of a marked run, or the sign of the baseline; of a group that is unfolded its runs bear them."""
    is_open = row.fold is not None and row.fold.is_open
    for letter, marked in (("A", page.a), ("B", page.b)):
        if marked is not None and marked.run.id == row.run.id and not is_open:
            return Cell(letter, letter.lower())
    if page.baseline is not None and page.baseline.run.id == row.run.id and not is_open:
        return Cell(signs.baseline, "name")
    return Cell(" ")


def tasks_seen(seen: tuple[str, ...], page: Page) -> tuple[str, ...]:
    """The tasks ``seen`` so far, then those that a page adds, of most rows first: columns stay while it is scrolled."""
    counted = Counter(row.run.task for row in page.rows)
    return tuple(dict.fromkeys([*seen, *(task for task, _ in counted.most_common())]))


def empty_words(runs: int, key: str, width: int) -> list[str]:
    """What stands in the place of the rows where a filter leaves none of the store's ``runs``."""
    them = "the one run there is" if runs == 1 else f"all {format_count(runs)}"
    return hanging(f"The filter holds for no run: {key} takes it away and shows {them}.", max(1, width))


def is_descending(key: str, direction: str) -> bool:
    """Whether a sort key puts the largest first: as it says, else where more of its metric is better."""
    if direction or not key:
        return direction == "desc" or not key
    metric = METRICS.get(key.rpartition(".")[2])
    return metric is not None and bool(metric.higher_is_better)


def place_of_run(page: Page, run_id: int) -> int | None:
    """At which row a run stands, as far as the page knows."""
    for index, row in enumerate(page.rows):
        is_head_of_listed = row.fold is not None and row.fold.is_open
        if row.run.id == run_id and not is_head_of_listed:
            return page.offset + index
    if page.chosen is not None and page.chosen.run.id == run_id:
        return page.chosen_at
    return None


def is_nowhere(page: Page, run_id: int) -> bool:
    """Whether the page tells that a run does not stand in this table: it is gone, or the filter leaves it out."""
    if page.total == 0:
        return False
    return page.chosen is None or (page.chosen.run.id == run_id and page.chosen_at is None)
