"""Where a searched text stands in a line; pure."""


def marked(text: str, needle: str) -> list[tuple[str, bool]]:
    """``text`` in parts, each with whether it is the needle; capitals count only where the needle has some."""
    if not needle:
        return [(text, False)]
    place = text.lower() if needle == needle.lower() else text
    if len(place) != len(text):  # a letter whose small form is longer
        place = text
    parts: list[tuple[str, bool]] = []
    at = 0
    while (found := place.find(needle, at)) >= 0:
        if found > at:
            parts.append((text[at:found], False))
        at = found + len(needle)
        parts.append((text[found:at], True))
    return [*parts, (text[at:], False)] if at < len(text) else parts
