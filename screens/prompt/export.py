"""Taking texts out of the generation screen: to the terminal's clipboard, or into a file."""

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from screens.clipboard import copy
from screens.engine import Engine
from screens.export_dialog import Export, ExportDialog, Formats, file_name, write_export
from screens.prompt.output import Output
from screens.prompt.output_lines import figure_words
from screens.prompt.settings_texts import settings_words
from workbench.generation.settings import GenerationSettings

if TYPE_CHECKING:
    from screens.app import WorkbenchApp

FORMATS: Formats = {
    "txt": ("Text", "the prompt, the texts, their settings and figures"),
    "md": ("Markdown", "the same for a pull request"),
    "json": ("JSON", "every figure, as workbench generate --json prints it"),
}
_BACKTICKS = re.compile("`+")


def export_text(prompt: str, outputs: Sequence[Output], form: str) -> str:
    """Prompt and outputs in a format, as they were made: it is a file's, and not inert; of checks each prompt."""
    if form == "json":
        return json.dumps([_document(output) for output in outputs], indent=2, allow_nan=False) + "\n"
    parts: list[str] = []
    asked: str | None = None
    for output in outputs:
        own = prompt if output.check is None else output.check.check.prompt
        if own != asked:
            parts.append(_part("Prompt", own, "", form))
            asked = own
        for sample in range(max(1, output.samples)):
            which = f", sample {sample + 1}" if output.samples > 1 else ""
            words = "\n".join(filter(None, (output.words, _settings(output), ", ".join(figure_words(output, sample)))))
            parts.append(_part(f"{output.letter}: {output.name}{which}", output.text_of(sample) or "", words, form))
    return "\n".join(parts)


def _settings(output: Output) -> str:
    if output.check is None:
        return ""
    return f"Asked for {', '.join(settings_words(GenerationSettings.from_json(output.check.check.settings)))}:"


def _part(title: str, text: str, words: str, form: str) -> str:
    """A text below its title, and below it what is known of it; in Markdown within a fence that nothing in it ends."""
    below = f"\n{words}\n" if words else ""
    if form != "md":
        return f"{title}\n\n{text}\n{below}"
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(text)), default=0))
    return f"## {title}\n\n{fence}\n{text}\n{fence}\n{below}"


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
