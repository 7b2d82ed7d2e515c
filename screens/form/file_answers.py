"""What the file system answers to the file browser, each answer with the number of its question; and its own answer."""

from dataclasses import dataclass

from textual.message import Message

from screens.form.file_listing import Listing
from workbench.data import preview
from workbench.data.glimpse import Preview
from workbench.data.text_glimpse import TextPreview
from workbench.errors import ReportedError


@dataclass(frozen=True, slots=True)
class FileChoice:
    """A file or a folder of texts; of a table the column that is to be predicted, of a text its field, if any."""

    path: str
    target: str = ""
    text: str = ""


class FolderListed(Message):
    """A folder was read."""

    def __init__(self, number: int, listing: Listing) -> None:
        super().__init__()
        self.number = number
        self.listing = listing


class FileSeen(Message):
    """The beginning of a table or of a text was read, or why it cannot be."""

    def __init__(self, number: int, seen: Preview | TextPreview | None, problem: str) -> None:
        super().__init__()
        self.number = number
        self.seen = seen
        self.problem = problem


def look_at(number: int, path: str) -> FileSeen:
    """The beginning of a file or of a folder's texts, or the sentence that says why there is none."""
    try:
        return FileSeen(number, preview(path), "")
    except ReportedError as error:
        return FileSeen(number, None, error.message)
