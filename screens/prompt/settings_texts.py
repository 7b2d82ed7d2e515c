r"""The settings of the generation screen as they are typed: texts by name, checked together with each key; pure.

Stop strings stand in one field, with commas between them: ``\n`` is a line break, ``\t`` a tab, ``\,`` a comma, and
``\\`` the backslash itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from workbench.errors import BadValue
from workbench.formatting import format_count
from workbench.generation.settings import PARAMETERS, Decoding, GenerationSettings
from workbench.parameters import Kind, Parameter, show_value

STOP, DEVICE, DTYPE = "stop", "device", "dtype"
DTYPES: Final = ("float32", "bfloat16", "float16")
DEFAULTS: Final[Mapping[str, str]] = {
    **{name: show_value(parameter.default) for name, parameter in PARAMETERS.items()},
    STOP: "",
    DEVICE: "auto",
    DTYPE: DTYPES[0],
}
"""Every field, in the order in which they stand, with what it holds at first."""
_PARTS: Final = re.compile(r"(?:\\.|[^,\\])+", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_MEANINGS: Final = {"n": "\n", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was typed, as the generator takes it."""

    settings: GenerationSettings
    device: str
    dtype: str


def parameters_of(devices: tuple[str, ...]) -> tuple[Parameter, ...]:
    """The fields, each as a parameter: the settings of the decoder, then where and how the model is computed."""
    return (
        *PARAMETERS.values(),
        Parameter(DEVICE, Kind.CHOICE, "auto", "Where the model is: auto takes a free GPU.", choices=devices),
        Parameter(DTYPE, Kind.CHOICE, DTYPES[0], "How precisely it is computed.", choices=DTYPES),
    )


def read_texts(texts: Mapping[str, str]) -> tuple[Chosen | None, dict[str, str]]:
    """The settings that were typed, and a sentence for each field that is wrong; with any of those, no settings.

    A field that is empty or missing counts as its default.
    """
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, parameter in PARAMETERS.items():
        try:
            values[name] = parameter.parse(texts.get(name, "").strip() or DEFAULTS[name])
        except BadValue as error:
            problems[name] = error.message
    stop = parse_stops(texts.get(STOP, ""))
    # Of numbers that are good by themselves only the samples can be wrong together with another.
    for field, given in ((STOP, {"stop": stop}), ("samples", {} if problems else {**values, "stop": stop})):
        if field not in problems:
            try:
                settings = GenerationSettings(**given).check()
            except BadValue as error:
                problems[field] = error.message
                return None, problems
    if problems:
        return None, problems
    return Chosen(settings, texts.get(DEVICE) or "auto", texts.get(DTYPE) or DTYPES[0]), {}


def write_texts(settings: Mapping[str, Any]) -> dict[str, str]:
    """The settings of a check as they would be typed: what is off, or not named, at its default."""
    texts = dict(DEFAULTS)
    for name in PARAMETERS:
        if settings.get(name) is not None:
            texts[name] = show_value(settings[name])
    texts[STOP] = write_stops(settings.get("stop") or ())
    return {name: texts[name] for name in (*PARAMETERS, STOP)}


def parse_stops(text: str) -> tuple[str, ...]:
    """The stop strings in a field."""
    return tuple(
        _ESCAPED.sub(lambda found: _MEANINGS.get(found.group(1), found.group(1)), part) for part in _PARTS.findall(text)
    )


def write_stops(stops: Any) -> str:
    """Stop strings as ``parse_stops`` reads them."""
    written = []
    for stop in stops:
        escaped = stop.replace("\\", "\\\\").replace(",", "\\,")
        written.append(escaped.replace("\n", "\\n").replace("\t", "\\t"))
    return ",".join(written)


def settings_words(settings: GenerationSettings) -> list[str]:
    """What was chosen, in few words each: how long, how drawn, and what else is not as usual."""
    words = [f"{format_count(settings.max_new_tokens)} tokens"]
    words.append("greedy" if settings.greedy else f"temperature {settings.temperature:g}")
    for name, short in (("top_k", "top-k"), ("top_p", "top-p"), ("min_p", "min-p")):
        value = getattr(settings, name)
        if value is not None:
            words.append(f"{short} {value:g}")
    if settings.repetition_penalty != 1:
        words.append(f"penalty {settings.repetition_penalty:g}")
    if settings.samples > 1:
        words.append(f"{settings.samples} samples")
    if not settings.greedy:
        words.append(f"seed {settings.seed}")
    if settings.decoding != Decoding.AUTO:
        words.append(settings.decoding)
    if settings.stop:
        words.append(f"{len(settings.stop)} stop string{'' if len(settings.stop) == 1 else 's'}")
    return words
