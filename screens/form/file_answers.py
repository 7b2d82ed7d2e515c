"""What the file system answers to the file browser; each answer carries the number of its question."""

from textual.message import Message

from screens.form.file_listing import Listing
from workbench.data.glimpse import Preview, preview
from workbench.errors import ReportedError


class FolderListed(Message):
    """A folder was read."""

    def __init__(self, number: int, listing: Listing) -> None:
        super().__init__()
        self.number = number
        self.listing = listing


class FileSeen(Message):
    """The beginning of a file was read, or why it cannot be."""

    def __init__(self, number: int, seen: Preview | None, problem: str) -> None:
        super().__init__()
        self.number = number
        self.seen = seen
        self.problem = problem


def look_at(number: int, path: str) -> FileSeen:
    """The beginning of a file, or the sentence that says why there is none."""
    try:
        return FileSeen(number, preview(path), "")
    except ReportedError as error:
        return FileSeen(number, None, error.message)
