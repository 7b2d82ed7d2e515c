"""The warnings of a quality report, of whatever kind its data are: a code and a sentence each.

They are functions of the report alone, so that what is said and what is counted cannot disagree, and they stand in the
order of how much the thing can mislead.
"""

from collections.abc import Iterable

from workbench.formatting import format_count

Found = tuple[str, str]
"""A code, and what a person should know before trusting a result."""


def list_caveats(found: Iterable[Found]) -> list[dict[str, str]]:
    """``{"code", "message"}`` of each."""
    return [{"code": code, "message": message} for code, message in found]


def count(number: int, noun: str) -> str:
    """A number of things."""
    return f"{format_count(number)} {noun}{'s' * (number != 1)}"


def verb(number: int, one: str, many: str) -> str:
    """The verb that goes with a number of things."""
    return one if number == 1 else many
