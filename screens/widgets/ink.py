"""The colour and weight of a component class, without its background, so that it can be laid over a cursor line."""

from rich.style import Style
from textual.widget import Widget


def ink(widget: Widget, component: str) -> Style:
    """The foreground of a component style, already blended where the style sheet gives it an opacity."""
    full = widget.get_component_rich_style(component)
    return Style(color=full.color, bold=full.bold, italic=full.italic, underline=full.underline)


def laid_over(line: Style, own: Style) -> Style:
    """An ink on the line under the cursor; where that line is reversed, the ink's colour would become its ground."""
    if not line.reverse:
        return line + own
    return line + Style(bold=own.bold, italic=own.italic, underline=own.underline)
