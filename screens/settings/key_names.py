"""Keys as people write them and as Textual names them: ``?`` is ``question_mark``, ``PgDn`` is ``pagedown``."""

from textual.keys import Keys, _character_to_key, format_key

_SHOWN = {"escape": "esc", "pagedown": "pgdn", "pageup": "pgup", "backspace": "backspace", "enter": "enter"}
_SHOWN |= {"up": "up", "down": "down", "left": "left", "right": "right", "space": "space", "delete": "del"}
_WRITTEN = {shown: name for name, shown in _SHOWN.items()} | {"return": "enter", "page_down": "pagedown"}
_NAMED = {key.value for key in Keys if not key.value.startswith("<")}
_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+j": "enter", "ctrl+[": "escape"}
"""What a terminal sends for these is what it sends for another key."""


def key_name(text: str) -> str:
    """The name of a key that somebody wrote; raises ValueError with a sentence where no terminal sends it."""
    text = text.strip() or text
    if len(text) == 1:
        if not text.isprintable():
            raise ValueError(f"{text!r} is not a key.")
        return _character_to_key(text)
    *modifiers, last = text.split("+") if not text.endswith("+") else [*text[:-2].split("+"), "+"]
    modifiers, last = [word.strip().lower() for word in modifiers], last.strip()
    name = "+".join([*modifiers, _WRITTEN.get(last.lower(), last.lower() if len(last) > 1 or modifiers else last)])
    if name in _SAME:
        raise ValueError(f"Terminals send the same for {text} as for {_SAME[name]}. Choose another key.")
    if modifiers == ["shift"] and len(last) == 1 and last.isalpha():
        raise ValueError(f"Write {last.upper()} for {text}: terminals send a capital letter.")
    if not _is_known(modifiers, name.rpartition("+")[2] or last):
        raise ValueError(f"{text!r} is not a key. Write for example k, K, ?, ctrl+k, f5 or pgdn.")
    return name


def show_key(name: str) -> str:
    """A key as its cap says."""
    *modifiers, last = name.split("+")
    if modifiers and name not in ("plus", "+"):
        return "+".join([*modifiers, show_key(last)])
    return _SHOWN.get(name) or format_key(name)


def show_keys(names: tuple[str, ...]) -> str:
    """Several keys, which do the same."""
    return " ".join(show_key(name) for name in names)


def _is_known(modifiers: list[str], last: str) -> bool:
    if any(modifier not in ("ctrl", "shift", "alt", "super", "meta", "hyper") for modifier in modifiers):
        return False
    if len(last) == 1:
        return last.isprintable()
    return last in _NAMED or last in _SHOWN or _character_to_key(format_key(last)[:1]) == last
