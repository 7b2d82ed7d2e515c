"""The forms in which a comparison is taken out of the interface."""

from enum import StrEnum
from typing import TYPE_CHECKING

from screens.engine import Engine
from screens.export_dialog import Export, ExportDialog, Formats, write_export

if TYPE_CHECKING:
    from screens.app import WorkbenchApp
    from workbench.comparison import Comparison


class Format(StrEnum):
    """How a comparison is written; the value is the ending of its file."""

    MARKDOWN = "md"
    JSON = "json"
    CSV = "csv"
    TEXT = "txt"


FORMATS: Formats = {
    Format.MARKDOWN: ("Markdown", "for a pull request"),
    Format.JSON: ("JSON", "every figure, as workbench diff --json prints it"),
    Format.CSV: ("CSV", "one line a row, in full precision"),
    Format.TEXT: ("Text", "as workbench diff prints it"),
}


def export_text(comparison: "Comparison", form: str) -> str:
    """The comparison in a format, by the code behind ``workbench diff``."""
    import json

    from store.documents import finite_json
    from workbench.comparison.report import to_csv, to_markdown, to_text

    if form == Format.MARKDOWN:
        return to_markdown(comparison)
    if form == Format.CSV:
        return to_csv(comparison)
    if form == Format.TEXT:
        return to_text(comparison, 160)
    return json.dumps(finite_json(comparison.to_json()), indent=2, allow_nan=False) + "\n"


def export_dialog(a_id: int, b_id: int) -> ExportDialog:
    """Asks for the format of a comparison, and where to."""
    return ExportDialog("the comparison", f"diff-{a_id}-{b_id}", FORMATS)


def take_out(app: "WorkbenchApp", comparison: "Comparison", export: Export) -> None:
    """Write a comparison to its file, or send it to the terminal's clipboard; then say so."""

    def work(engine: Engine) -> str:
        text = export_text(comparison, export.format)
        if export.path is not None:
            write_export(text, export.path, replace=export.replace)
        return text

    def then(text: str) -> None:
        if export.path is None:
            app.copy_to_clipboard(text)
            app.say("The comparison was sent to the terminal's clipboard.", title="Copied")
        else:
            app.say(f"The comparison is in {export.path}.", title="Exported")

    app.consult(work, then)
