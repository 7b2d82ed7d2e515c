"""Ids and splits are functions of content: order and additions disturb as little as can be."""

from hashlib import blake2b
from pathlib import Path
from random import Random
from struct import pack

import numpy as np
import numpy.typing as npt
import pytest
from data_fixtures import HEADER, load_table, make_rows, write_table
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data import check
from workbench.data.identity import canonical_rows, example_ids, fingerprint, repeats
from workbench.data.splits import PartSizes, part_sizes, split
from workbench.data.tables import Table
from workbench.errors import BadValue, UnusableData
from workbench.spec import DataSpec


def _ids(table: Table) -> npt.NDArray[np.uint64]:
    rows = canonical_rows(table)
    return example_ids(table, rows, repeats(rows, table.y)[1])


def _labelled(table: Table) -> dict[int, str]:
    return {int(id_): table.labels[y] for id_, y in zip(_ids(table), table.y, strict=True)}


def _test_ids(table: Table, seed: int = 0, fraction: float = 0.2) -> set[int]:
    sizes = part_sizes("t", np.bincount(table.y).tolist(), DataSpec("t", test_fraction=fraction))
    ids = _ids(table)
    return set(ids[split(ids, table.y, sizes, seed).test].tolist())


def test_ids_are_the_same_on_every_machine_and_in_every_version(tmp_path: Path) -> None:
    """Runs of different versions are paired by these ids: a change of the recipe would break stored comparisons."""

    def word(content: bytes) -> bytes:
        return blake2b(content, digest_size=8).digest()

    rows = [["1.5", "red", "a"], ["-2", "grün", "b"], ["", "NA", "a"], ["1.5", "red", "b"], ["7", "red", "a"]] * 2
    table = load_table(write_table(tmp_path / "data.csv", rows, ("n", "colour", "label")))
    first = word(b"colour\0n\1" + word(b"red") + pack("<d", 1.5) + pack("<Q", 0))
    again = word(b"colour\0n\1" + word(b"red") + pack("<d", 1.5) + pack("<Q", 1))
    ids = _ids(table).astype("<u8").tobytes()
    assert (ids[:8], ids[40:48]) == (first, again)
    assert fingerprint(table, _ids(table))[:12] == "865e76142dc1"


def test_the_order_of_rows_and_columns_and_row_numbers_do_not_count(tmp_path: Path) -> None:
    rows = make_rows(100) + make_rows(10)  # with repeats
    other = [[*reversed(row), str(number)] for number, row in enumerate(rows)]
    Random(1).shuffle(other)
    a = load_table(write_table(tmp_path / "a.csv", rows))
    b = load_table(write_table(tmp_path / "b.csv", other, (*reversed(HEADER), "row")))
    assert _labelled(a) == _labelled(b)
    assert fingerprint(a, _ids(a)) == fingerprint(b, _ids(b))
    assert _test_ids(a) == _test_ids(b)


def test_the_way_a_number_is_written_does_not_count(tmp_path: Path) -> None:
    header = ("n", "c", "label")
    one_way = [["1", "a", "x"], ["2.50", "b", "y"], ["-0", "", "y"]] * 5
    another = [["1.0", "a", "x"], ["25e-1", "b", "y"], ["0", "NA", "y"]] * 5
    a = load_table(write_table(tmp_path / "a.csv", one_way, header))
    b = load_table(write_table(tmp_path / "b.csv", another, header))
    assert _labelled(a) == _labelled(b)


@pytest.mark.parametrize(
    ("row", "column", "value"), [(0, 0, "17.5"), (0, 1, "violet"), (0, 2, ""), (0, 3, "unheard of")]
)
def test_one_changed_cell_changes_the_fingerprint(tmp_path: Path, row: int, column: int, value: str) -> None:
    rows = make_rows(60)
    a = load_table(write_table(tmp_path / "a.csv", rows))
    rows[row][column] = rows[row + 1][column] = value
    b = load_table(write_table(tmp_path / "b.csv", rows))
    assert fingerprint(a, _ids(a)) != fingerprint(b, _ids(b))


def test_ids_do_not_depend_on_the_target_and_repeats_differ(tmp_path: Path) -> None:
    rows = [["1", "red", "x"], ["2", "red", "y"]] * 20
    table = load_table(write_table(tmp_path / "data.csv", rows, ("n", "colour", "label")))
    relabelled = load_table(
        write_table(tmp_path / "other.csv", [[*row[:2], "z" + row[2]] for row in rows], ("n", "colour", "label"))
    )
    assert len(set(_ids(table).tolist())) == 40
    assert set(_ids(table).tolist()) == set(_ids(relabelled).tolist())


def test_appended_rows_leave_nearly_all_of_the_test_part_in_place(tmp_path: Path) -> None:
    rows = make_rows(500)
    before = _test_ids(load_table(write_table(tmp_path / "a.csv", rows)))
    longer = load_table(write_table(tmp_path / "b.csv", rows + make_rows(25, seed=1)))
    assert len(before & _test_ids(longer)) >= 0.95 * len(before)


def test_the_seed_decides_the_split(tmp_path: Path) -> None:
    table = load_table(write_table(tmp_path / "a.csv", make_rows(500)))
    assert _test_ids(table, seed=3) == _test_ids(table, seed=3)
    assert len(_test_ids(table, seed=3) & _test_ids(table, seed=4)) < 40  # of 100; 20 by chance


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.integers(min_value=2, max_value=60), min_size=2, max_size=8).filter(lambda counts: sum(counts) >= 10),
    st.floats(min_value=0.05, max_value=0.6),
    st.integers(),
)
def test_parts_are_disjoint_cover_all_and_hold_every_class(counts: list[int], fraction: float, seed: int) -> None:
    y = np.repeat(np.arange(len(counts)), counts)
    ids = np.random.default_rng(0).integers(0, 2**63, len(y)).astype(np.uint64)
    try:
        sizes = part_sizes("t", counts, DataSpec("t", test_fraction=fraction))
    except UnusableData:
        assert max(counts) <= 3 or fraction > 0.5
        return
    parts = split(ids, y, sizes, seed)
    together = np.concatenate([parts.train, parts.val, parts.test])
    assert sorted(together.tolist()) == list(range(len(y)))
    assert set(y[parts.test]) == set(y[parts.train]) == set(range(len(counts)))
    assert len(parts.val) > 0
    assert np.all(np.diff(ids[parts.test].astype(float)) >= 0)


@pytest.mark.parametrize(
    ("counts", "fraction", "total"), [([50, 50, 50], 0.2, 30), ([3, 7], 0.3, 3), ([100, 11], 0.1, 12)]
)
def test_the_test_part_has_the_fraction_rounded_up(counts: list[int], fraction: float, total: int) -> None:
    assert sum(part_sizes("t", counts, DataSpec("t", test_fraction=fraction)).test) == total


def test_classes_share_the_test_part_in_proportion() -> None:
    assert part_sizes("t", [100, 50, 2], DataSpec("t")) == PartSizes(test=(20, 10, 1), val=(17, 8, 0))


@pytest.mark.parametrize(("counts", "said"), [([3, 3], "at least 10"), ([2, 2, 2, 2, 2], "too few examples")])
def test_too_few_rows_are_refused(counts: list[int], said: str) -> None:
    with pytest.raises(UnusableData, match=said):
        part_sizes("t", counts, DataSpec("t"))


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, float("nan"), 2.0])
def test_fractions_out_of_bounds_are_refused(fraction: float) -> None:
    with pytest.raises(BadValue, match="test_fraction must be above 0 and below 1"):
        check(DataSpec("iris", test_fraction=fraction))
    with pytest.raises(BadValue, match="val_fraction"):
        check(DataSpec("iris", val_fraction=fraction))
