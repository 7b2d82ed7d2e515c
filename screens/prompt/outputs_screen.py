"""What the screens with outputs share: samples, marked words, and taking the texts out."""

from abc import abstractmethod
from typing import TYPE_CHECKING

from screens.base import WorkbenchScreen
from screens.clipboard import copy
from screens.prompt.export import export_dialog, export_text, take_out
from screens.prompt.outputs import Outputs
from screens.prompt.words import WordDiff, diff_words

if TYPE_CHECKING:
    from screens.export_dialog import Export


class OutputsScreen(WorkbenchScreen[None]):
    """A screen that shows one or two outputs."""

    @property
    @abstractmethod
    def outputs(self) -> Outputs:
        """What is shown."""

    @property
    @abstractmethod
    def prompt_shown(self) -> str:
        """The prompt of which it was made."""

    def show_sample(self) -> None:
        """Another sample is looked at."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        if action == "sample":
            return self.outputs.samples > 1
        if action == "words":
            return len(self.outputs.outputs) > 1
        if action in ("copy", "export"):
            return self.outputs.samples > 0
        return super().check_action(action, parameters)

    def action_words(self) -> None:
        """Mark the words that differ, or the place where the texts part."""
        self.outputs.toggle_words()

    def action_sample(self, by: int) -> None:
        """Show another sample."""
        self.outputs.turn_sample(by)
        self.show_sample()

    def action_copy(self) -> None:
        """Copy the text with the focus."""
        copy(self.workbench, self.outputs.output_at_hand.text_of(self.outputs.sample) or "", "The text")

    def action_export(self) -> None:
        """Ask how and where to, then write."""
        outputs, prompt = self.outputs.outputs, self.prompt_shown

        def write(export: "Export | None") -> None:
            if export is not None:
                take_out(self.workbench, export_text(prompt, outputs, export.format), export)

        self.app.push_screen(export_dialog(outputs), write)

    def on_outputs_words_wanted(self, event: Outputs.WordsWanted) -> None:
        """Have two texts compared word by word."""

        def then(diff: WordDiff) -> None:
            if self.is_attached:
                self.outputs.take_words(event.a, event.b, diff)

        self.workbench.consult(lambda _: diff_words(event.a, event.b), then)
