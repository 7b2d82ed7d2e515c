"""The forms in which a comparison is taken out of the interface."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from screens.clipboard import copy
from screens.diff.words import Side
from screens.engine import Engine
from screens.export_dialog import Export, ExportDialog, Formats, file_name, write_export

if TYPE_CHECKING:
    from screens.app import WorkbenchApp
    from workbench.comparison.compared import Compared
    from workbench.comparison.groups import GroupCompared


class Format(StrEnum):
    """How a comparison is written; the value is the ending of its file."""

    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"
    CSV = "csv"
    TEXT = "txt"


FORMATS: Formats = {
    Format.MARKDOWN: ("Markdown", "for a pull request"),
    Format.HTML: ("HTML", "a page with charts, confusion and examples, in one file"),
    Format.JSON: ("JSON", "every figure, as workbench diff --json prints it"),
    Format.CSV: ("CSV", "one line a row, in full precision"),
    Format.TEXT: ("Text", "as workbench diff prints it"),
}
FORMATS_OF_GROUPS: Formats = {
    Format.MARKDOWN: ("Markdown", "for a pull request"),
    Format.HTML: ("HTML", "a page with the point of every run, in one file"),
    Format.JSON: ("JSON", "every figure, as workbench diff --group --json prints it"),
    Format.CSV: ("CSV", "one line a row with its spread, in full precision"),
    Format.TEXT: ("Text", "as workbench diff --group prints it"),
}
_TEXT_WIDTH = 120


def export_text(engine: Engine, compared: "Compared", form: str) -> str:
    """The comparison in a format, by the code behind ``workbench diff``; slow for a page, so called in a thread."""
    import json

    from store.database import open_read_only
    from store.documents import finite_json
    from workbench.comparison.furthest import furthest_apart, furthest_document
    from workbench.comparison.report import to_csv, to_html, to_markdown, to_text
    from workbench.comparison.training_curves import read_overlays

    comparison = compared.comparison
    if form == Format.MARKDOWN:
        return to_markdown(comparison, furthest=furthest_apart(compared))
    if form == Format.HTML:
        with open_read_only(engine.path) as db:
            return to_html(compared, read_overlays(db, comparison.a["id"], comparison.b["id"]))
    if form == Format.CSV:
        return to_csv(comparison)
    if form == Format.TEXT:
        return to_text(comparison, _TEXT_WIDTH)
    return (
        json.dumps(finite_json({**comparison.to_json(), **furthest_document(compared)}), indent=2, allow_nan=False)
        + "\n"
    )


def export_group_text(compared: "GroupCompared", form: str) -> str:
    """The comparison of groups in a format, by the code behind ``workbench diff --group``; for a thread, too."""
    import json

    from store.documents import finite_json
    from workbench.comparison.group_report import GroupReport, to_group_csv, to_group_markdown
    from workbench.comparison.report.group_page import to_group_html
    from workbench.comparison.report.text import render

    if form == Format.MARKDOWN:
        return to_group_markdown(compared)
    if form == Format.HTML:
        return to_group_html(compared)
    if form == Format.CSV:
        return to_group_csv(compared)
    if form == Format.TEXT:
        return render(GroupReport(compared), _TEXT_WIDTH)
    return json.dumps(finite_json(compared.to_json()), indent=2, allow_nan=False) + "\n"


def export_dialog(sides: Sequence[Side], groups: "GroupCompared | None" = None) -> ExportDialog:
    """Asks for the format of a comparison, and where to; the file is named after both runs, or both groups."""
    if groups is None:
        name = "-".join(("diff", *(file_name(side.name) or str(side.id) for side in sides)))
        return ExportDialog("the comparison", name, FORMATS)
    from workbench.comparison.group_words import group_name

    comparison = groups.comparison
    names = (group_name(comparison.a, groups.a), group_name(comparison.b, groups.b))
    ids = (str(side.id) for side in sides)
    name = "-".join(("groups", *(file_name(group) or own for group, own in zip(names, ids, strict=True))))
    return ExportDialog("the comparison of groups", name, FORMATS_OF_GROUPS)


def take_out(app: "WorkbenchApp", compared: "Compared", export: Export, groups: "GroupCompared | None" = None) -> None:
    """Write a comparison, or that of groups, to its file, or send it to the terminal's clipboard; then say so."""

    def work(engine: Engine) -> str:
        if groups is not None:
            text = export_group_text(groups, export.format)
        else:
            text = export_text(engine, compared, export.format)
        if export.path is not None:
            write_export(text, export.path, replace=export.replace)
        return text

    def then(text: str) -> None:
        if export.path is not None:
            app.say(f"The comparison is in {export.path}.", title="Exported")
        else:
            copy(app, text, "The comparison")

    app.consult(work, then)
