"""The filter line without its widget: what a typed word stands for, how a filter is written in a title, completions."""

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\s()\"=!<>~]+")
_SEARCHED = ("name", "model", "dataset", "tags")
_EXPANDED = re.compile(r'name ~ "(?P<word>[^"]*)" or model ~ ')
_TOKEN = re.compile(r"[^\s()=!<>~]*$")
_KEYWORDS = ("and", "or", "not", "true", "false")


def expression_of(text: str, paths: Sequence[str]) -> str:
    """The expression that a person means: a word that is no path is looked for in names, models, data and tags."""
    text = text.strip()
    if not _WORD.fullmatch(text) or text in paths or any(path.endswith(f".{text}") for path in paths):
        return text
    return " or ".join(f'{path} ~ "{text}"' for path in _SEARCHED)


def words_of_filter(where: str) -> str:
    """A filter as it is written where there is little room: a search by its word."""
    searched = _EXPANDED.match(where)
    return f"~ {searched['word']}" if searched else where


def typed_of_filter(where: str) -> str:
    """What has to be typed to get a filter."""
    searched = _EXPANDED.match(where)
    return searched["word"] if searched else where


def problem_lines(message: str, typed: str, room: int) -> list[str]:
    """What is wrong with a filter: a caret for the line below the typed text, if it has ``room``, then the sentence."""
    sentence, *quoted = message.splitlines()
    indent = len(typed) - len(typed.lstrip())
    caret = " " * indent + quoted[-1].removeprefix("  ") if quoted else ""
    return [caret, sentence] if caret and max(len(typed), len(caret)) < room else [sentence]


def completion(text: str, paths: Sequence[str]) -> str:
    """``text`` with its last word completed as far as all paths that begin so, or hold it after a dot, agree."""
    found = _TOKEN.search(text)
    token = found.group() if found else ""
    if not token or token in _KEYWORDS:
        return text
    fitting = [path for path in paths if path.startswith(token)]
    fitting = fitting or [path for path in paths if any(part.startswith(token) for part in _tails(path))]
    if not fitting:
        return text
    if len(fitting) == 1:
        return text[: len(text) - len(token)] + fitting[0] + " "
    common = _common_start(fitting)
    return text[: len(text) - len(token)] + (common if len(common) > len(token) else token)


def candidates(text: str, paths: Sequence[str], most: int) -> list[str]:
    """Some paths that the last word of ``text`` may become."""
    found = _TOKEN.search(text)
    token = found.group() if found else ""
    if not token:
        return []
    begun = [path for path in paths if path.startswith(token)]
    within = [path for path in paths if path not in begun and any(part.startswith(token) for part in _tails(path))]
    return [*begun, *within][:most]


def every_form(paths: Sequence[str]) -> set[str]:
    """The paths in full, and without their first part where that is a group of figures or parameters."""
    return {*paths, *(tail for path in paths for tail in _tails(path)[:1])}


def _tails(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[place:]) for place in range(1, len(parts))]


def _common_start(words: Sequence[str]) -> str:
    first, last = min(words), max(words)
    place = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[:place]
