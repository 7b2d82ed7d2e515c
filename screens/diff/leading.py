"""What any pane of the diff screen may ask of it: to be led to examples, and to see one in full."""

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from screens.diff.example_list import Source
    from workbench.comparison import Examples


class ExamplesWanted(Message):
    """The examples shall be seen: those that come from a class, a cell or a slice; without ``source`` as one left."""

    def __init__(self, source: "Source | None" = None) -> None:
        super().__init__()
        self.source = source


class ExampleOpened(Message):
    """An example of a list shall be seen in full."""

    def __init__(self, examples: "Examples", index: int) -> None:
        super().__init__()
        self.examples = examples
        self.index = index
