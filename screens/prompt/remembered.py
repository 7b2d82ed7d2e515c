"""What the generation screen remembers of a store, so that it opens as it was left: prompt, models, settings, tab."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from screens.prompt.settings_texts import DEFAULTS

_LONGEST_PROMPT: Final = 100_000
"""Characters; a longer prompt is in the history, if it was sent."""
_MOST_RECENT: Final = 12


@dataclass(frozen=True, slots=True)
class Remembered:
    """How the screen was left."""

    prompt: str = ""
    a: str = ""
    b: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    """The settings as they were typed, by name; those that are missing are at their defaults."""
    recent: tuple[str, ...] = ()
    """Models that were used, the newest first."""
    tab: int = 0

    def used(self, *names: str) -> "Remembered":
        """With models that were just used."""
        recent = tuple(dict.fromkeys([*filter(None, names), *self.recent]))
        return replace(self, recent=recent[:_MOST_RECENT])

    def to_json(self) -> dict[str, Any]:
        """As it is kept; a prompt that is too long is left out."""
        document = asdict(self)
        if len(self.prompt) > _LONGEST_PROMPT:
            document["prompt"] = ""
        return document | {"recent": list(self.recent)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Remembered":
        """What was kept; whatever cannot be read is as at first."""
        texts, recent = document.get("texts"), document.get("recent")
        tab = document.get("tab")
        return cls(
            prompt=_text(document.get("prompt")),
            a=_text(document.get("a")),
            b=_text(document.get("b")),
            texts={
                name: text
                for name, text in (texts.items() if isinstance(texts, dict) else ())
                if name in DEFAULTS and isinstance(text, str)
            },
            recent=tuple(name for name in recent if isinstance(name, str)) if isinstance(recent, list) else (),
            tab=tab if isinstance(tab, int) and not isinstance(tab, bool) and 0 <= tab <= 3 else 0,
        )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
