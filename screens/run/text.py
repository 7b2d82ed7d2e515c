"""What is known of a run in words, in the blocks of its tabs; pure, from a record to blocks.

The words of figures, parameters and data are those of ``workbench show``. What is missing is said, with the reason: a
run that waits has no figures yet, one that failed got none.
"""

from collections.abc import Iterable

from screens.formatting import progress_text, status_sign, status_word
from screens.page import RunRow
from screens.pieces import Line
from screens.run.blocks import Block, Entry, entries, lay_out, side_by_side
from screens.run.files import Folder
from screens.signs import Signs
from store.records import FigureGroup, RunDetail, RunStatus
from workbench.formatting import format_bytes, format_moment
from workbench.run_words import (
    attempt_pairs,
    course_pairs,
    environment_pairs,
    figure_rows,
    origin_pairs,
    parameter_pairs,
    series_rows,
)
from workbench.spec import is_imported

_TITLES = {
    FigureGroup.METRICS: "Metrics",
    FigureGroup.LATENCY: "Latency",
    FigureGroup.COST: "Cost",
    FigureGroup.SIZE: "Size",
}
_TWO_COLUMNS = 110
"""From this width on, figures and spec stand side by side."""


def overview(row: RunRow, detail: RunDetail, width: int, signs: Signs) -> list[Line]:
    """What the run came to, and what it was: in two columns where there is room."""
    results, spec = [*_trouble(row), *_results(row, detail)], [*_spec(row, detail, signs)]
    if width >= _TWO_COLUMNS:
        return side_by_side(results, spec, width, signs)
    return lay_out([*results, *spec], width, signs)


def files_page(row: RunRow, detail: RunDetail, folder: Folder | None, width: int, signs: Signs) -> list[Line]:
    """The checkpoint and its use, the files of the run's folder, the attempts, and the environment in full."""
    checkpoint = detail.checkpoint
    lies_in = str(folder.path) if folder is not None else "its folder"
    use = [
        ("lies in", f"{lies_in}/{checkpoint}"),
        ("train again", f"workbench rerun {row.run.id}"),
        ("in a script", f"workbench show {row.run.id} --json"),
    ]
    blocks = [
        Block("Checkpoint", entries(use) if checkpoint else (), instead=_no_checkpoint(row)),
        Block("Files", _file_entries(folder, checkpoint), numeric=True, instead=_no_files(folder)),
        Block("Attempts", entries(attempt_pairs(detail)), instead=_no_attempts(row)),
        Block("Environment", entries(environment_pairs(detail)), instead=not_yet(row, "environment")),
    ]
    return lay_out(blocks, width, signs)


def missing_classes(row: RunRow, detail: RunDetail) -> str:
    """Why there are no figures of classes."""
    if row.run.task != "classification":
        return f"A run of {row.run.task} has no classes."
    return not_yet(row, "figures of classes")


def _results(row: RunRow, detail: RunDetail) -> Iterable[Block]:
    series = Block("Series", tuple(Entry(*words) for words in series_rows(detail)), numeric=True)
    if row.is_live:
        yield series
    found = False
    for group, title in _TITLES.items():
        rows = figure_rows(figure for figure in detail.figures if figure.group is group)
        found = found or bool(rows)
        yield Block(title, tuple(Entry(*figures) for figures in rows), numeric=True)
    if not found:
        yield Block("Figures", instead=not_yet(row, "figures"))
    if not row.is_live:
        yield series


def _spec(row: RunRow, detail: RunDetail, signs: Signs) -> Iterable[Block]:
    yield Block("Run", entries([("state", _state(row, signs)), *origin_pairs(detail), *course_pairs(row.run)]))
    yield Block("Parameters", entries(parameter_pairs(row.run)), instead=_no_parameters(row))
    if len(detail.attempts) > 1:
        yield Block("Attempts", entries(attempt_pairs(detail)))


def _trouble(row: RunRow) -> Iterable[Block]:
    if row.run.error:
        yield Block("Error", (Entry("why", row.run.error, kind="error"),))
    elif row.status is RunStatus.LOST:
        sentence = "Its processes have gone without a word: the machine was restarted, or they were killed together."
        yield Block("Lost", (Entry("why", sentence, kind="error"),))


def _state(row: RunRow, signs: Signs) -> str:
    words = [f"{status_sign(row, signs)} {status_word(row)}", progress_text(row)]
    return " · ".join(word for word in words if word)


def not_yet(row: RunRow, what: str) -> str:
    """Why a run has no such thing, by its state."""
    status = row.status
    if status is RunStatus.QUEUED:
        return f"No {what} yet: the run waits for its turn."
    if status is RunStatus.RUNNING:
        phase = row.run.phase.value if row.run.phase else "starting"
        return f"No {what} yet: the run is {phase}."
    if status is RunStatus.DONE:
        return f"No {what} were stored with this run."
    return f"No {what}: the run {_ENDINGS[status]} before it came to them."


_ENDINGS = {
    RunStatus.FAILED: "failed",
    RunStatus.STOPPED: "was stopped",
    RunStatus.LOST: "was lost",
}


def _no_parameters(row: RunRow) -> str:
    return "None were told when it was imported." if is_imported(row.run) else "The model has none."


def _no_attempts(row: RunRow) -> str:
    return "None here: the model was measured elsewhere." if is_imported(row.run) else "None yet: it was not claimed."


def _no_checkpoint(row: RunRow) -> str:
    if row.status is RunStatus.QUEUED:
        return "None yet: the run waits for its turn."
    if row.is_live:
        return "None yet: it is kept when training ends or is stopped."
    if is_imported(row.run):
        return "None is kept of a model that was measured elsewhere."
    return "None was kept. " + f"`workbench rerun {row.run.id}` trains the run again, with the same seeds."


def _no_files(folder: Folder | None) -> str:
    if folder is None:
        return "Looking into the folder."
    if folder.problem:
        return f"{folder.path} cannot be read ({folder.problem})."
    return (
        f"{folder.path} is empty." if folder.is_there else f"There is no folder {folder.path}: it was made elsewhere."
    )


def _file_entries(folder: Folder | None, checkpoint: str | None) -> tuple[Entry, ...]:
    """Each file with its size, when it was written last, and whether it belongs to the checkpoint."""
    if folder is None or not folder.files:
        return ()
    found = []
    for file in folder.files:
        words = [format_moment(file.modified_at)] + ["checkpoint"] * _is_checkpoint(file.name, checkpoint)
        found.append(Entry(file.name, format_bytes(file.size), " · ".join(words)))
    whole = sum(file.size for file in folder.files)
    return (*found, Entry(f"and {folder.more:,} more" if folder.more else "all", format_bytes(whole), str(folder.path)))


def _is_checkpoint(name: str, checkpoint: str | None) -> bool:
    return checkpoint is not None and (name == checkpoint or name.startswith(f"{checkpoint.rstrip('/')}/"))
