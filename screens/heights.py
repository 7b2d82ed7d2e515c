"""How lists under each other share a height."""

from collections.abc import Sequence


def share_height(total: int, wanted: Sequence[int], least: Sequence[int]) -> list[int]:
    """Lines for each list: what it wants, the first one first, as long as those after it get their least."""
    shares = []
    room = max(0, total)
    for index, wish in enumerate(wanted):
        kept = sum(map(min, wanted[index + 1 :], least[index + 1 :]))
        shares.append(max(0, min(wish, max(room - kept, min(least[index], room)))))
        room -= shares[-1]
    return shares
