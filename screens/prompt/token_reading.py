"""What the view of tokens is about: the texts there are, and one of them as one or two models read it.

Each model is asked by itself, so that one that cannot answer leaves the other's view; made in a thread.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Event

from screens.prompt.shown import Shown, ShownModel
from store.errors import ReportedError
from workbench.formatting import format_count
from workbench.generation.alignment import Stretch, stretches
from workbench.generation.token_views import TextView

ALTERNATIVES = 12
"""How many alternatives each token has."""
MOST_CHARACTERS, MOST_TOKENS = 8_192, 2_048
"""Of a longer prompt, or of a longer text that a model has made, only the beginning is read and laid out."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that models can read."""

    words: str
    """What it is: ``the text of A``."""
    prompt: str
    """What stands before it."""
    text: str
    author: str = ""
    """The letter of the model that made it."""
    ids: tuple[int, ...] = ()
    """Its tokens, as the author made them."""
    cut: str = ""
    """How much of it this is, where it is only its beginning; a sentence."""


@dataclass(frozen=True)
class ReadPassage:
    """A passage as models read it, A before B; of two texts that are the same only one is the author's."""

    passage: Passage
    letters: tuple[str, ...]
    views: tuple[TextView, ...]
    """Of the models in ``letters``, in their order."""
    problems: tuple[tuple[str, str], ...] = ()
    """Of each model that could not read it, its letter and why, in a sentence."""

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """The text in the tokens of all who read it."""
        return stretches(self.views) if self.views else ()

    @cached_property
    def bits_in_common(self) -> tuple[float, ...]:
        """Bits of each model's code of what both have tokens for: all but a special token at the end."""
        both = [stretch for stretch in self.stretches if all(stretch.tokens)]
        return tuple(sum(stretch.bits(model) or 0.0 for stretch in both) for model in range(len(self.views)))


def passages_of(shown: Shown) -> tuple[Passage, ...]:
    """What there is to read: the text of each model that has made one, then the prompt itself; no more than is seen."""
    found = []
    for model in shown.models:
        if shown.sample < len(model.texts):
            text = model.texts[shown.sample]
            cut = _cut(len(text.tokens), MOST_TOKENS, "tokens")
            begins = text.text[:MOST_CHARACTERS] if cut else text.text
            words, ids = f"the text of {model.letter}", text.tokens[:MOST_TOKENS]
            found.append(Passage(words, shown.prompt, begins, model.letter, ids, cut))
    prompt = shown.at_hand
    if prompt:
        cut = _cut(len(prompt), MOST_CHARACTERS, "characters")
        found.append(Passage("the prompt", "", prompt[:MOST_CHARACTERS], cut=cut))
    return tuple(found)


def _cut(length: int, most: int, what: str) -> str:
    if length <= most:
        return ""
    return f"The first {format_count(most)} of {format_count(length)} {what}; the rest is not read here."


def read_passage(
    passage: Passage, models: tuple[ShownModel, ...], stop: Event, say: Callable[[str], None]
) -> ReadPassage | None:
    """The passage as each of the models reads it, one after the other; None where ``stop`` came first.

    The author comes first: what the other reads are the characters of its tokens, also those of a stop string at the
    end, which the text does not show. ``say`` gets a sentence for what is waited for.
    """
    views: dict[str, TextView] = {}
    problems = []
    for model in sorted(models, key=lambda model: model.letter != passage.author):
        say(f"Model {model.letter} reads {passage.words}.")
        generator = replace(model.generator, say=say)
        is_author = model.letter == passage.author
        text = views[passage.author].text if passage.author in views else passage.text
        try:
            answer = generator.tokens(
                passage.prompt, text, ids=passage.ids if is_author else None, top=ALTERNATIVES, stop=stop
            )
        except ReportedError as error:
            problems.append((model.letter, error.message))
            continue
        if answer is None:
            return None
        views[model.letter] = TextView.from_json(answer)
    letters = tuple(model.letter for model in models if model.letter in views)
    return ReadPassage(passage, letters, tuple(views[letter] for letter in letters), tuple(problems))
