"""Language models for the tests of screens: what each makes of a text is worked out by a rule, without torch."""

import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from screens_fixtures import make_app
from screens_pilot import opened
from textual.pilot import Pilot

from screens.prompt import screen as prompt_screen
from screens.prompt.remembered import Remembered
from screens.prompt.screen import PromptScreen
from screens.prompt.shown import Shown, ShownModel
from store.database import open_for_writing
from store.errors import ReportedError
from store.generation_checks import CheckText, NewCheck
from workbench.generation.checks import Check
from workbench.generation.scores import TextScore
from workbench.generation.settings import GenerationSettings
from workbench.generation.token_views import Alternative, TextView, TokenView
from workbench.language.sources import ModelSource, SourceKind
from workbench.language.spans import split_text


@dataclass(frozen=True)
class RuleModel:
    """Stands in for a ``Generator``. It cuts a text every ``cut`` characters; the n-th token costs ``bits[n % …]``."""

    name: str
    cut: int = 3
    bits: tuple[float, ...] = (0.1, 1.5, 4.2, 9.0)
    error: ReportedError | None = None
    hold: threading.Event | None = None
    """Answers only once it is set, or the question is stopped."""
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    say: Callable[[str], None] = print
    device: str = "cpu"
    dtype: str = "float32"

    @property
    def source(self) -> ModelSource:
        return ModelSource(SourceKind.HUB, self.name)

    def tokens(
        self, prompt: str, text: str, *, ids: Sequence[int] | None, top: int, stop: threading.Event
    ) -> Mapping[str, Any] | None:
        self.asked.append({"prompt": prompt, "text": text, "ids": ids, "top": top})
        if not self._may_answer(stop):
            return None
        return self.view(text, is_mine=ids is not None, top=top).to_json()

    def view(self, text: str, *, is_mine: bool = False, top: int = 4) -> TextView:
        """What it makes of a text; of its own the end is a token too."""
        pieces = [text[at : at + self.cut] for at in range(0, len(text), self.cut)]
        tokens = [self._token(place, piece, top) for place, piece in enumerate(pieces)]
        if is_mine:
            tokens.append(TokenView(0, "", len(text), 0.5, 1.0, 1, 2.0, (), "<|end|>"))
        return TextView(text, tuple(tokens))

    def score(
        self, text: str | Sequence[str], on_progress: Callable[[int, int], None], stop: threading.Event
    ) -> TextScore | None:
        units = split_text(text) if isinstance(text, str) else list(text)
        self.asked.append({"text": text})
        on_progress(10, 40)
        if not self._may_answer(stop):
            return None
        views = [self.view(unit) for unit in units]
        bits = [view.bits for view in views]
        sizes, counts = [view.n_bytes for view in views], [len(view.tokens) for view in views]
        right = [sum(token.rank == 1 for token in view.tokens) for view in views]
        figures = {
            "bits_per_byte": sum(bits) / sum(sizes),
            "perplexity": 2.0 ** (sum(bits) / sum(counts)),
            "next_token_accuracy": sum(right) / sum(counts),
            "bytes": sum(sizes),
            "tokens": sum(counts),
            "units": len(units),
            "window": 1024,
            "lossless": True,
        }
        columns = {"bits": bits, "bytes": sizes, "tokens": counts, "right": right}
        return TextScore(str(self.source), self.name, "cpu", figures, columns, {})

    def _may_answer(self, stop: threading.Event) -> bool:
        self.say(f"Loading {self.name} on cpu.")
        while self.hold is not None and not self.hold.wait(0.01):
            if stop.is_set():
                return False
        if self.error is not None:
            raise self.error
        return True

    def _token(self, place: int, text: str, top: int) -> TokenView:
        bits = self.bits[place % len(self.bits)]
        rank = 1 + place % len(self.bits)
        others = [Alternative(-1 - other, f" word{other}", 2.0 ** -(other + 1)) for other in range(top)]
        others[min(rank, top) - 1] = Alternative(place, text, 2.0**-bits)
        return TokenView(place, text, place * self.cut, 2.0**-bits, bits, rank, 3.25, tuple(others), text)


def shown_of(prompt: str, *models: RuleModel, texts: Sequence[str] = ()) -> Shown:
    """What the panes get: the models, and the first of them with their texts."""
    settings = GenerationSettings()
    found = []
    for letter, model, text in zip("AB", models, [*texts, *[None] * len(models)], strict=False):
        check = None
        if text is not None:
            made = CheckText(text, tuple(range(len(text))), "eos", 0, 0.1, 20.0, 40.0, 60.0, None)
            check = Check(NewCheck(0.0, str(model.source), "w", "cpu", prompt, settings.to_json(), 3, (made,), {}))
        found.append(ShownModel(letter, model, check))  # type: ignore[arg-type]
    return Shown(prompt, settings, tuple(found))


class StillPromptScreen(PromptScreen):
    """The generation screen, whose tabs are about what a test says."""

    CSS_PATH = Path(prompt_screen.__file__).with_name("prompt.tcss")

    def __init__(self, shown: Shown) -> None:
        super().__init__(Remembered())
        self.still = shown

    def shown(self) -> Shown:
        """What the test says."""
        return self.still

    def change(self, shown: Shown) -> None:
        """The models have made other texts."""
        self.still = shown
        self.show_finished()


@asynccontextmanager
async def prompt_opened(
    path: Path, shown: Shown, size: tuple[int, int] = (100, 30), **how: Any
) -> AsyncIterator[tuple[StillPromptScreen, Pilot[Any]]]:
    """The generation screen on an empty store, out of the prompt, so that letters are keys."""
    open_for_writing(path).close()
    async with opened(make_app(path, **how), size) as pilot:
        screen = StillPromptScreen(shown)
        await pilot.app.push_screen(screen)
        await pilot.pause()
        screen.set_focus(None)
        yield screen, pilot
