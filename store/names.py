"""Names of runs, each of which is taken once."""

from store.connection import Database


def free_name(db: Database, name: str) -> str:
    """``name``, or ``name-N`` with a free N: found by doubling N and halving the gap, however many there are."""

    def is_taken(number: int) -> bool:
        return db.row("SELECT 1 FROM runs WHERE name = ?", (f"{name}-{number}",)) is not None

    if db.row("SELECT 1 FROM runs WHERE name = ?", (name,)) is None:
        return name
    taken, free = 1, 2
    while is_taken(free):
        taken, free = free, free * 2
    while free - taken > 1:
        middle = (taken + free) // 2
        taken, free = (middle, free) if is_taken(middle) else (taken, middle)
    return f"{name}-{free}"
