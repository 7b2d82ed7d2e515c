"""The errors that reach a user, and the part of their tree that belongs to the store.

Every error that a user can meet is a sentence that says what is wrong, where, and what to do. The whole tree is drawn
in ``workbench/errors.py``; its root stands here because the store, which knows nothing of ``workbench``, raises it too.
"""


class ReportedError(Exception):
    """An error whose text is meant for the user: a short title, a whole sentence, and the exit code of the command.

    ``message`` ends with what the user can do about it. Nothing that derives from this is ever shown as a traceback.
    """

    title = "Something went wrong"
    exit_code = 3

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class StoreError(ReportedError):
    """The store cannot be used as asked; nothing in it was changed."""

    title = "The store cannot be used"


class StoreMissing(StoreError):
    """A command that only reads was pointed at a file that does not exist."""

    title = "There is no store yet"


class StoreNewer(StoreError):
    """The file was written by a newer version of Workbench than this one."""

    title = "The store is newer than this program"


class StoreOlder(StoreError):
    """The file awaits a migration, which a command that only reads does not make."""

    title = "The store is older than this program"


class StoreCorrupt(StoreError):
    """SQLite refuses the file, or its content is not a Workbench store."""

    title = "The store is damaged or is another program's file"


class StoreBusy(StoreError):
    """Another process held the store longer than we are ready to wait."""

    title = "The store is busy"


class StoreElsewhere(StoreError):
    """The store lies on a network file system and another host writes it."""

    title = "Another host writes this store"


class RunAlive(StoreError):
    """What was asked for can be done only to a run that has ended."""

    title = "The run has not ended"
    exit_code = 2


class NotQueued(StoreError):
    """What was asked for can be done only to a run that waits in the queue."""

    title = "The run does not wait"
    exit_code = 2


class BadTag(StoreError):
    """What was given as a tag is none."""

    title = "Bad tag"
    exit_code = 2


class UnknownRun(StoreError):
    """No run answers to the id or name that was given."""

    title = "No such run"
    exit_code = 2


class UnknownCheck(StoreError):
    """No generation check has the id that was given."""

    title = "No such check"
    exit_code = 2
