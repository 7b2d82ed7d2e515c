"""What is asked of a decoder and what it reports: bounds in sentences, one spelling of each meaning, JSON both ways."""

import json

import pytest

from workbench.errors import BadValue, UnknownName
from workbench.generation.events import (
    Finished,
    GenerationEvent,
    NearTie,
    Piece,
    Started,
    StopReason,
    event_from_json,
    event_to_json,
)
from workbench.generation.settings import PARAMETERS, Decoding, GenerationSettings


def test_the_defaults_are_greedy_and_within_their_own_bounds() -> None:
    settings = GenerationSettings()
    assert settings.greedy
    assert settings.check() == settings


def test_each_default_is_the_one_that_a_form_shows() -> None:
    assert GenerationSettings(**{name: parameter.default for name, parameter in PARAMETERS.items()}) == (
        GenerationSettings()
    )


def test_a_filter_that_filters_nothing_is_spelt_in_one_way() -> None:
    assert GenerationSettings(top_k=0, top_p=1.0, min_p=0.0) == GenerationSettings()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"max_new_tokens": 99_999_999}, "max_new_tokens must be 1 to 500000, not 99999999."),
        ({"max_new_tokens": 0}, "max_new_tokens must be 1 to 500000, not 0."),
        ({"temperature": -0.1}, "temperature must be 0 to 100, not -0.1."),
        ({"temperature": float("nan")}, "temperature must be 0 to 100, not nan."),
        ({"temperature": None}, "temperature must be a number, not None."),
        ({"top_k": -1}, "top_k must be 0 to 500000, not -1."),
        ({"top_p": 0.0}, "top_p must be above 0, up to 1, not 0."),
        ({"min_p": 1.5}, "min_p must be 0 to 1, not 1.5."),
        ({"repetition_penalty": 0}, "repetition_penalty must be above 0, up to 100, not 0."),
        ({"seed": -1}, "seed must be 0 to 9,223,372,036,854,775,807, not -1."),
        ({"stop": ("",)}, "A stop string must hold at least one character."),
        ({"stop": tuple("abcdefghijklmnopq")}, "At most 16 stop strings can be given, not 17."),
        ({"decoding": "fast"}, "decoding must be one of auto, eager, graph, compiled, not 'fast'."),
        ({"samples": 2}, "At temperature 0 all 2 samples would be the same text."),
    ],
)
def test_a_bad_value_is_refused_with_its_bounds(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadValue) as refused:
        GenerationSettings(**values).check()  # type: ignore[arg-type]
    assert sentence in refused.value.message


def test_settings_cross_json() -> None:
    settings = GenerationSettings(20, 0.8, 40, 0.9, 0.05, 1.1, ("\n\n", "END"), 7, 3)
    assert GenerationSettings.from_json(json.loads(json.dumps(settings.to_json()))) == settings
    assert GenerationSettings.from_json({"temperature": 1}).temperature == 1.0


def test_a_check_that_was_kept_when_steps_were_compiled_or_not_is_still_read() -> None:
    assert GenerationSettings.from_json({"compiled": True}) == GenerationSettings(decoding=Decoding.COMPILED)
    assert GenerationSettings.from_json({"compiled": False}) == GenerationSettings()


@pytest.mark.parametrize(
    ("document", "error"), [({"temprature": 1}, UnknownName), ({"stop": "END"}, BadValue), ({"top_k": "x"}, BadValue)]
)
def test_a_document_that_is_no_settings_is_refused(document: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        GenerationSettings.from_json(document)


@pytest.mark.parametrize(
    "event",
    [
        Started(prompt_tokens=3, reused_tokens=2, prompt=1),
        Piece("né", offset=4, tokens=2, sample=1),
        Finished("né", (5, 6), StopReason.STOP_STRING, 3, 0, 0.2, 10.0, 100.0, 100.0, NearTie(1, 1e-5, 1e-3)),
        Finished("", (), StopReason.STOPPED, 3, 0, None, None, None, None),
    ],
)
def test_events_cross_json(event: GenerationEvent) -> None:
    assert event_from_json(json.loads(json.dumps(event_to_json(event)))) == event


@pytest.mark.parametrize("document", [{}, {"event": "started"}, {"event": "ended"}, {"event": "piece", "text": "a"}])
def test_what_is_no_event_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no event"):
        event_from_json(document)
