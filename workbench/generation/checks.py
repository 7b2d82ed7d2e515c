"""Generation checks between the process that made them, the store and readers of JSON; and where two texts part."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from store.database import Database
from store.generation_checks import CheckText, NewCheck, StoredCheck, add_check
from workbench.formatting import format_count
from workbench.run_json import iso_time

_TIMINGS: Final = ("ttft_s", "tokens_per_s", "p50_ms", "p95_ms")


@dataclass(frozen=True, slots=True)
class Check:
    """What a model made of one prompt; ``id`` is None where it was not kept, and ``note`` may say why."""

    check: NewCheck
    id: int | None = None
    suite_run_id: int | None = None
    note: str | None = None

    @property
    def texts(self) -> tuple[CheckText, ...]:
        """A text for each sample."""
        return self.check.texts

    def to_json(self) -> dict[str, Any]:
        """The document that ``generate --json`` and ``checks --json`` print; a figure that is not known is None."""
        check = self.check
        return {
            "id": self.id,
            "at": iso_time(check.at),
            "question": check.question,
            "model": check.source,
            "weights": check.weights,
            "device": check.device,
            "prompt": check.prompt,
            "settings": dict(check.settings),
            "seed": check.settings.get("seed"),
            "prompt_tokens": check.prompt_tokens,
            "texts": [_text_to_json(text) for text in check.texts],
            "environment": dict(check.environment),
            "suite_run": self.suite_run_id,
            "line": check.line,
            "expected": None if check.expected is None else dict(check.expected),
            "passed": check.passed,
        }


def checks_from_answer(answer: Mapping[str, Any], device: str) -> list[Check]:
    """The checks in the answer to ``generate`` (``engine`` writes it), none of them kept yet."""
    return [
        Check(
            NewCheck(
                at=answer["at"],
                source=answer["source"],
                weights=answer["weights"],
                device=device,
                prompt=found["prompt"],
                settings=answer["settings"],
                prompt_tokens=found["prompt_tokens"],
                texts=tuple(_text_from_json(text) for text in found["texts"]),
                environment=answer["environment"],
            )
        )
        for found in answer["checks"]
    ]


def from_store(stored: StoredCheck) -> Check:
    """A check as the store holds it."""
    return Check(stored.check, stored.id, stored.suite_run_id)


def keep(db: Database, check: Check) -> Check:
    """The check, with the id under which it is kept from now on."""
    return Check(check.check, add_check(db, check.check))


def parting(a: str, b: str) -> int | None:
    """At how many characters two texts part: the length of their common beginning; None where they are the same."""
    if a == b:
        return None
    return next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def place_words(at: int) -> str:
    """Where two texts part that have the first ``at`` characters in common."""
    return f"after {format_count(at)} character{'' if at == 1 else 's'}" if at else "at once"


def short_model(source: str) -> str:
    """The last part of a model's name where it is a path."""
    return source.rstrip("/").rpartition("/")[2] if source.startswith(("hf:", "/")) else source


def _text_to_json(text: CheckText) -> dict[str, Any]:
    return {**asdict(text), "tokens": list(text.tokens), "new_tokens": len(text.tokens)}


def _text_from_json(document: Mapping[str, Any]) -> CheckText:
    return CheckText(
        text=document["text"],
        tokens=tuple(document["tokens"]),
        reason=document["reason"],
        reused_tokens=document["reused_tokens"],
        near_tie=document["near_tie"],
        **{name: document[name] for name in _TIMINGS},
    )
