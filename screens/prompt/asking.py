"""The generation screen's part that asks: what is going on, what has come of it, and what is remembered.

What is drawn is always a snapshot of the streams, taken at most ten times a second while something is made.
"""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message
from textual.timer import Timer

from screens.prompt.answering import LETTERS, Answering, Question
from screens.prompt.models_screen import ModelsScreen
from screens.prompt.output import Output, Stage, output_of
from screens.prompt.outputs import Outputs
from screens.prompt.recalling import read_answers
from screens.prompt.remembered import Remembered
from screens.prompt.settings_texts import Chosen, read_texts, write_texts
from screens.prompt.shown import Shown, ShownModel
from workbench.generation.settings import GenerationSettings

if TYPE_CHECKING:
    from store.generation_checks import StoredCheck
    from workbench.generation.checks import Check

LOOK_S = 0.1
"""From one look at what is made to the next: as often as it is painted at most."""


class AskingScreen(ModelsScreen):
    """The question that was asked last, and what became of it."""

    class Woken(Message):
        """There is something that should not wait for the next look."""

        def can_replace(self, message: Message) -> bool:
            """One look sees everything."""
            return isinstance(message, AskingScreen.Woken)

    def __init__(self, remembered: Remembered) -> None:
        super().__init__(remembered)
        self._answering: Answering | None = None
        self._asked: Question | None = None
        self._let_go: set[str] = set()
        """Letters that stand for another model than the one which was asked last."""
        self._looked_at = float("-inf")
        self._look: Timer | None = None

    def on_mount(self) -> None:
        """See what the models have made of this before."""
        self._look = self.set_interval(LOOK_S, self._follow, pause=True)
        self.show_outputs()
        chosen, _ = read_texts(self._remembered.texts)
        if self.models["A"] and chosen is not None:
            question = Question(self.texts.editor.text, chosen, tuple(filter(None, self.models.values())))
            self.workbench.consult(
                lambda engine: read_answers(engine.path, question),
                lambda answers: self._take_answers(question, answers),
            )

    def on_unmount(self) -> None:
        """Stop what is being made for nobody, and remember how things stand."""
        if self._answering is not None:
            self._answering.leave()
        self.keep_place()

    # What the screen draws.

    def show_outputs(self) -> None:
        """Draw what the models have made."""
        used = [letter for letter in LETTERS if self.models[letter] or letter == "A"]
        self.outputs.show([self._outputs.get(letter) or self._empty(letter) for letter in used])

    @property
    def outputs(self) -> Outputs:
        """What the models have made."""
        return self.texts.outputs

    @property
    def prompt_shown(self) -> str:
        """The prompt that was sent, or is about to be."""
        return self._asked.prompt if self._asked is not None else self.texts.editor.text

    @property
    def is_at_work(self) -> bool:
        """Whether something is being made."""
        return any(output.is_at_work for output in self._outputs.values())

    def shown(self) -> Shown:
        """What the other tabs are about."""
        asked = self._asked
        chosen = asked.chosen if asked is not None else self.texts.settings.chosen
        chosen = chosen or Chosen(GenerationSettings(), "auto", "float32")
        models = []
        for letter in LETTERS:
            generator = self._found[letter][1] if letter in self._found else None
            if generator is not None:
                output = self._outputs.get(letter)
                check = output.check if output is not None else None
                placed = replace(generator, device=chosen.device, dtype=chosen.dtype)
                models.append(ShownModel(letter, placed, check))
        typed = self.texts.editor.text
        return Shown(self.prompt_shown, chosen.settings, tuple(models), self.outputs.sample, typed)

    # What is asked.

    def ask(self, question: Question) -> None:
        """Ask; what was being made is stopped, and kept as far as it came."""
        if self._answering is not None:
            self._answering.stop.set()
        app = self.workbench
        self._asked = question
        self._let_go.clear()
        self._answering = Answering.begin(app.store_path, question, self._wake, kept=not app.read_only)
        self._remembered = self._remembered.used(*question.models)
        self.keep_place()
        if self._look is not None:
            self._look.resume()
        self._follow()

    def stop_answers(self) -> None:
        """Have the texts end where they are."""
        if self._answering is not None:
            self._answering.stop.set()

    def recall(self, stored: "StoredCheck") -> None:
        """Take prompt, settings, model and text of an earlier check."""
        from workbench.generation.checks import from_store

        check = stored.check
        self.stop_answers()
        self._answering = None
        self.texts.editor.put(check.prompt)
        self.texts.settings.put(write_texts(check.settings))
        self.models = {"A": check.source, "B": ""}
        self._outputs = {"A": output_of("A", from_store(stored))}
        chosen = self.texts.settings.chosen or Chosen(GenerationSettings(), "auto", "float32")
        self._asked = Question(check.prompt, chosen, (check.source,))
        self._found.clear()
        self._find("A")
        self.show_outputs()
        self.keep_place()

    def take_model(self, letter: str, name: str) -> None:
        """Make a model A or B; '' for none."""
        if letter == "A" and not name:
            return
        self.models[letter] = name
        self._let_go.add(letter)
        self._outputs.pop(letter, None)
        self._found.pop(letter, None)
        self._find(letter)
        self.show_outputs()
        self.show_head()
        self.show_finished()
        self.keep_place()

    def swap_models(self) -> None:
        """Make B A, and A B, with what they made."""
        a, b = self.models["A"], self.models["B"]
        if not b or self.is_at_work:
            return
        self._answering = None  # its streams know the letters as they were
        self.models = {"A": b, "B": a}
        self._found = {other: self._found[one] for one, other in (("A", "B"), ("B", "A")) if one in self._found}
        self._outputs = {
            other: replace(self._outputs[one], letter=other)
            for one, other in (("A", "B"), ("B", "A"))
            if one in self._outputs
        }
        self.show_outputs()
        self.show_head()
        self.show_finished()

    def keep_place(self) -> None:
        """Remember how things stand."""
        self._remembered = replace(
            self._remembered,
            prompt=self.texts.editor.text,
            a=self.models["A"],
            b=self.models["B"],
            texts=self.texts.settings.texts,
        )
        self.workbench.remember(generation=self._remembered.to_json())

    # What comes back.

    def on_asking_screen_woken(self) -> None:
        """Look now, unless that was done just now."""
        if time.monotonic() - self._looked_at >= LOOK_S:
            self._follow()

    def _take_answers(self, question: Question, answers: "dict[str, Check]") -> None:
        """Show what was made before the screen was opened, unless something else has been asked by now."""
        found = {letter: answers[name] for letter, name in self.models.items() if name in answers}
        if not self.is_attached or self._asked is not None or not found:
            return
        self._asked = question
        self._outputs = {letter: output_of(letter, check) for letter, check in found.items()}
        self.show_outputs()
        self.show_finished()

    def _wake(self) -> None:
        self.post_message(self.Woken())

    def _follow(self) -> None:
        """Draw what there is by now; at the end, say so."""
        if self._answering is None or not self.is_attached:
            return
        self._looked_at = time.monotonic()
        before, was_at_work = self._outputs, self.is_at_work
        outputs = self._answering.outputs()
        self._outputs = {output.letter: output for output in outputs if output.letter not in self._let_go}
        self.show_outputs()
        for letter, output in self._outputs.items():
            was = before.get(letter)
            if output.stage is Stage.FAILED and (was is None or was.stage is not Stage.FAILED):
                self._say_wrong(letter, output.words)
        if self.is_at_work != was_at_work:
            self.refresh_bindings()
        if not self.is_at_work and self._look is not None:
            self._look.pause()
            self._read_loaded()
            self.show_finished()

    def _empty(self, letter: str) -> Output:
        name = self.models[letter]
        found = self._found[letter][0] if letter in self._found else None
        if found is not None and not found.is_usable:
            return Output(letter, name, Stage.FAILED, found.words)
        send = self.key_of("prompt.send", "ctrl+r")  # which also asks for a model, in the prompt, too
        words = f"{send} asks." if name else f"No model is chosen: {send} lists those that are here."
        return Output(letter, name, words=words)
