"""Small tables for the tests of the data area, made from a seed and written as files."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

from workbench.data import DATASETS
from workbench.data.reading import read_table
from workbench.data.tables import Table, encode
from workbench.data.targets import read_target

TABLES = tuple(name for name, entry in DATASETS.items() if entry.task == "classification")
HEADER = ("age", "colour", "height", "label")


def make_rows(n: int = 120, seed: int = 0) -> list[list[str]]:
    """Rows of two numbers, a category and a label of three classes that depends on them a little."""
    random = Random(seed)
    rows = []
    for _ in range(n):
        age, height = random.randrange(18, 90), round(random.gauss(170, 10), 1)
        colour = random.choice(["red", "green", "blue"])
        label = "old" if age + random.gauss(0, 15) > 60 else random.choice(["young", "middle"])
        rows.append([str(age), colour, str(height), label])
    return rows


def write_table(path: Path, rows: Iterable[Sequence[str]], header: Sequence[str] | None = HEADER) -> str:
    """Write rows as CSV (or TSV by suffix) and return the path as text."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",")
        if header is not None:
            writer.writerow(header)
        writer.writerows(rows)
    return str(path)


def load_table(path: str, target: str = "label") -> Table:
    """The table in a file, encoded."""
    raw = read_table(path)
    return encode(raw, read_target(raw, target))
