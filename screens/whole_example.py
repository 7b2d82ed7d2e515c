"""All that is kept of one test example: the row of a table with the names of its columns, a text, a picture; pure."""

from rich.cells import cell_len

from screens.picture import picture_lines
from screens.pieces import Line, Piece, hanging, pad
from screens.signs import Signs
from workbench.cells import shorten
from workbench.evaluation.contents import TEXT_COLUMN, ContentKind, Contents, Field
from workbench.inert import inert

_WIDEST_NAME = 28
_HIGHEST_PICTURE = 16


def whole_example_lines(contents: Contents, position: int, width: int, signs: Signs) -> list[Line]:
    """What the example at ``position`` of a test part holds, wrapped to ``width``; [] where it was not kept."""
    if not 0 <= position < contents.n:
        return []
    if contents.images is not None:
        images = contents.images
        return picture_lines(images.at(position), images.full, width, _HIGHEST_PICTURE, signs)
    fields = contents.fields(position)
    lines = _text_lines(fields[0], width) if contents.kind is ContentKind.TEXT else _row_lines(fields, width, signs)
    if contents.left_out:
        names = ", ".join(inert(name, 40) for name in contents.left_out)
        lines += [(Piece(text, "secondary"),) for text in hanging(f"Too large to keep: {names}.", width)]
    return lines


def _text_lines(field: Field, width: int) -> list[Line]:
    assert field.name == TEXT_COLUMN
    paragraphs = str(field.value or "").splitlines() or [""]
    return [(Piece(text),) for paragraph in paragraphs for text in hanging(inert(paragraph), width)]


def _row_lines(fields: tuple[Field, ...], width: int, signs: Signs) -> list[Line]:
    """A line for each column, its name at the left; long values go on below themselves."""
    names = [inert(field.name) for field in fields]
    room = min(_WIDEST_NAME, max(1, width // 2), max(map(cell_len, names), default=1))
    lines: list[Line] = []
    for name, field in zip(names, fields, strict=True):
        head = pad(shorten(name, room, signs.ellipsis), room)
        if field.value is None:
            lines.append((Piece(f"{head}  ", "secondary"), Piece("missing", "secondary")))
            continue
        for number, text in enumerate(hanging(signs.write(field.text), max(1, width - room - 2))):
            lines.append((Piece(f"{head if number == 0 else ' ' * room}  ", "secondary"), Piece(text)))
    return lines
