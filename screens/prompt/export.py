"""Taking texts out of the generation screen: to the terminal's clipboard, or into a file."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from screens.clipboard import copy
from screens.engine import Engine
from screens.export_dialog import Export, ExportDialog, Formats, file_name, write_export
from screens.prompt.output import Output
from screens.prompt.output_lines import figure_words

if TYPE_CHECKING:
    from screens.app import WorkbenchApp

FORMATS: Formats = {
    "txt": ("Text", "the prompt and what was made of it, with the figures"),
    "md": ("Markdown", "the same for a pull request"),
    "json": ("JSON", "every figure, as workbench generate --json prints it"),
}


def export_text(prompt: str, outputs: Sequence[Output], form: str) -> str:
    """Prompt and outputs in a format, as they were made: it is a file's, and not inert."""
    if form == "json":
        return json.dumps([_document(output) for output in outputs], indent=2, allow_nan=False) + "\n"
    heading, fence = ("## ", "```\n") if form == "md" else ("", "")
    parts = [f"{heading}Prompt\n\n{fence}{prompt}\n{fence}"]
    for output in outputs:
        for sample in range(output.samples):
            which = f", sample {sample + 1}" if output.samples > 1 else ""
            figures = ", ".join(figure_words(output, sample))
            text = output.text_of(sample) or ""
            parts.append(f"{heading}{output.letter}: {output.name}{which}\n\n{fence}{text}\n{fence}\n{figures}\n")
    return "\n".join(parts)


def export_dialog(outputs: Sequence[Output]) -> ExportDialog:
    """Asks for the format, and where to; the file is named after the models."""
    names = [file_name(output.name.rsplit("/", 1)[-1]) or output.letter for output in outputs]
    return ExportDialog("the texts", "-".join(("prompt", *names)), FORMATS)


def take_out(app: "WorkbenchApp", text: str, export: Export) -> None:
    """Write a text to its file, or send it to the terminal's clipboard; then say so."""
    path = export.path
    if path is None:
        copy(app, text, "The text")
        return

    def work(_: Engine) -> None:
        write_export(text, path, replace=export.replace)

    app.consult(work, lambda _: app.say(f"The texts are in {path}.", title="Exported"))


def _document(output: Output) -> dict[str, Any]:
    """The check as ``generate --json`` prints it; of an output without one, what there is."""
    if output.check is not None:
        return output.check.to_json()
    return {"model": output.name, "error": output.words or None, "texts": [{"text": part} for part in output.parts]}
