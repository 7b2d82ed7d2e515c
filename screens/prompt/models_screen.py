"""The generation screen's part that knows the models: who A and B are, what their files say, which are loaded."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from screens.prompt.answering import LETTERS
from screens.prompt.head import HeadModel
from screens.prompt.models import Candidate, Loaded, describe, read_loaded
from screens.prompt.output import Output
from screens.prompt.outputs_screen import OutputsScreen
from screens.prompt.remembered import Remembered
from screens.prompt.texts import TextsPane
from screens.settings.key_names import show_key

if TYPE_CHECKING:
    from workbench.generation.client import Generator

_LOADED_S = 15.0
"""A process ends by itself when it is idle: how often it is looked whether it is there."""


class ModelsScreen(OutputsScreen):
    """Models A and B, and what is known of them."""

    texts: TextsPane

    def __init__(self, remembered: Remembered) -> None:
        super().__init__()
        self._remembered = remembered
        self.models = {"A": remembered.a, "B": remembered.b}
        self._found: dict[str, tuple[Candidate, Generator | None]] = {}
        self._loaded: list[Loaded] = []
        self._outputs: dict[str, Output] = {}
        """What they have made, by their letters; of one that has made nothing there is none."""

    def on_mount(self) -> None:
        """See what is known of the models."""
        self.set_interval(_LOADED_S, self._read_loaded)
        for letter in LETTERS:
            self._find(letter)
        self._read_loaded()

    def show_outputs(self) -> None:
        """Draw what the models have made."""

    def show_head(self) -> None:
        """Draw who is asked."""

    def show_finished(self) -> None:
        """Something has been made, or other models are asked: tell the other tabs."""

    def head_models(self) -> list[HeadModel]:
        """Who is asked, and what is known of them."""
        loaded = {one.name: one for one in self._loaded}
        models = []
        for letter in LETTERS:
            found = self._found[letter][0] if letter in self._found else None
            name = found.name if found is not None else self.models[letter]
            models.append(HeadModel(letter, self.models[letter], found, loaded.get(name)))
        return models

    def unload_models(self) -> None:
        """Have the processes of A and B end."""
        generators = [generator for _, generator in self._found.values() if generator is not None]
        chosen = self.texts.settings.chosen
        if chosen is not None:
            generators = [replace(one, device=chosen.device, dtype=chosen.dtype) for one in generators]

        def then(names: list[str]) -> None:
            words = f"{' and '.join(names)} will be unloaded." if names else "No model of these is loaded."
            self.workbench.say(words, title="Unload")
            self.set_timer(1.0, self._read_loaded)

        self.workbench.consult(lambda _: [str(one.source) for one in generators if one.unload()], then)

    def key_of(self, name: str, usual: str) -> str:
        """The key that a binding has, as its cap says."""
        keys = self.workbench.settings.keys.get(name)
        return show_key(keys[0] if keys else usual)

    def _say_wrong(self, letter: str, sentence: str) -> None:
        """Say what is wrong where it is not seen in the output itself."""
        stands = self.is_current and self.outputs.shows(letter)
        self.workbench.say(sentence, title=f"Model {letter}", severity="error", stands=stands)

    def _find(self, letter: str) -> None:
        name = self.models[letter]
        if name:
            self.workbench.consult(lambda engine: describe(engine.path, name), partial(self._take_found, letter, name))

    def _take_found(self, letter: str, name: str, found: "tuple[Candidate, Generator | None]") -> None:
        if not self.is_attached or self.models[letter] != name:
            return
        self._found[letter] = found
        self.models[letter] = found[0].name  # which means the same in any folder, and of any run, however many follow
        self.show_outputs()
        if not found[0].is_usable and letter not in self._outputs:
            self._say_wrong(letter, found[0].words)
        self.show_head()
        self.show_finished()

    def _read_loaded(self) -> None:
        self.workbench.consult(lambda engine: read_loaded(engine.path), self._take_loaded)

    def _take_loaded(self, loaded: list[Loaded]) -> None:
        if self.is_attached and loaded != self._loaded:
            self._loaded = loaded
            self.show_head()
