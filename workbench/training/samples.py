"""A text that a model makes in mid-training, for the log: the same beginning and the same seed each time."""

from collections.abc import Sequence
from typing import Final

from workbench.errors import ReportedError
from workbench.generation.decoding import Decoder
from workbench.generation.events import Finished
from workbench.generation.settings import Decoding, GenerationSettings
from workbench.inert import inert
from workbench.language.beginnings import Beginning
from workbench.language.checkpoints import wrap_model
from workbench.language.sources import ModelSource, SourceKind

_PROMPT_TOKENS: Final = 8
_NEW_TOKENS: Final = 48
_LONGEST: Final = 320
_SOURCE: Final = ModelSource(SourceKind.RUN, "this run")


def prompt_of(beginning: Beginning, documents: Sequence[str]) -> str:
    """The first words of the first document: some tokens, decoded."""
    ids = beginning.tokenizer(documents[0][:400], add_special_tokens=False)["input_ids"]
    return str(beginning.tokenizer.decode(ids[: min(_PROMPT_TOKENS, beginning.context // 2)], skip_special_tokens=True))


def sample_line(beginning: Beginning, prompt: str) -> str:
    """``prompt → text`` on one inert line, drawn at temperature 0.8; the network is left in evaluation mode.

    What stands against it is said in its place: a training is not lost for want of a sample.
    """
    room = min(_NEW_TOKENS, beginning.context // 2)
    settings = GenerationSettings(max_new_tokens=room, temperature=0.8, seed=0, decoding=Decoding.EAGER)
    model = wrap_model(_SOURCE, beginning.network, beginning.tokenizer)
    try:
        events = list(Decoder(model).generate(prompt, settings))
    except ReportedError as error:
        return error.message
    text = next(event.text for event in events if isinstance(event, Finished))
    return f"{inert(prompt, 80)} → {inert(text, _LONGEST)}"
