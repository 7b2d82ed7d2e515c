"""Text in terminal cells: what to leave away where there is too little room, on screens and in printed tables."""

from rich.cells import cell_len, set_cell_size


def shorten(text: str, width: int, ellipsis: str = "…") -> str:
    """``text`` in at most ``width`` cells; what is cut is the middle, since names differ at their ends."""
    if cell_len(text) <= width:
        return text
    if width <= 2:
        return set_cell_size(text, width)
    head = (width - 1) // 3
    tail = width - 1 - head
    return f"{first_cells(text, head)}{ellipsis}{first_cells(text[::-1], tail)[::-1]}"


def crop(text: str, width: int, ellipsis: str = "…") -> str:
    """The beginning of ``text`` in at most ``width`` cells; for sentences, which are read from the left."""
    if cell_len(text) <= width:
        return text
    return first_cells(text, max(0, width - 1)) + ellipsis if width > 0 else ""


def first_cells(text: str, width: int) -> str:
    """As many characters as fit into ``width`` cells; a wide one that would stick out is left away."""
    if text.isascii():
        return text[:width]
    taken = 0
    for index, character in enumerate(text):
        taken += cell_len(character)
        if taken > width:
            return text[:index]
    return text
