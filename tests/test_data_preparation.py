"""From a spec to matrices: bundled sets are what the catalogue says, files are encoded from the training part alone."""

import json
import math
import zlib
from collections import Counter
from functools import partial
from pathlib import Path
from random import Random

import numpy as np
import pytest
from data_fixtures import HEADER, TABLES, load_table, make_rows, write_table

from workbench.data import DATASETS, prepare
from workbench.data.identity import canonical_rows
from workbench.data.preparation import Prepared
from workbench.data.preprocessing import MAX_LEVELS, encode_parts
from workbench.data.previews import braille, previews
from workbench.errors import BadValue, UnknownName
from workbench.evaluation.columns import unpack
from workbench.evaluation.contents import Contents, Texts, pack_contents, unpack_contents
from workbench.spec import DataSpec


def _previews(prepared: Prepared) -> list[str]:
    lines: list[str] = json.loads(zlib.decompress(prepared.example_set.previews))
    return lines


def _contents(prepared: Prepared) -> Contents:
    assert prepared.example_set.contents is not None
    return unpack_contents(prepared.example_set.contents)


@pytest.mark.parametrize("name", TABLES)
def test_the_catalogue_says_what_is_loaded(name: str) -> None:
    entry, prepared = DATASETS[name], prepare(DataSpec(name))
    parts = (prepared.x_train, prepared.x_val, prepared.x_test)
    assert sum(map(len, parts)) == entry.rows
    assert prepared.labels == entry.classes
    assert (prepared.target, prepared.task, prepared.input_shape) == (entry.target, entry.task, entry.input_shape)
    assert {part.shape[1] for part in parts} == {entry.features} == {math.prod(prepared.input_shape)}
    assert len(prepared.feature_names) == entry.features
    assert all(part.dtype == np.float32 and part.flags.c_contiguous and np.isfinite(part).all() for part in parts)
    assert set(np.unique(prepared.y_test)) == set(range(len(entry.classes)))
    assert prepared.y_train.dtype == np.int64
    json.dumps(prepared.describe(), allow_nan=False)
    json.dumps(entry.to_json(), allow_nan=False)


def test_bundled_labels_are_those_of_scikit_learn() -> None:
    from sklearn import datasets

    for name, load in (("iris", datasets.load_iris), ("wine", datasets.load_wine)):
        assert DATASETS[name].classes == tuple(map(str, load().target_names))
    assert DATASETS["breast-cancer"].classes == tuple(map(str, datasets.load_breast_cancer().target_names))
    assert DATASETS["digits"].classes == tuple(map(str, datasets.load_digits().target_names))


@pytest.mark.parametrize(("fraction", "n"), [(0.2, 360), (0.4, 719)])
def test_the_test_part_of_digits_has_its_size(fraction: float, n: int) -> None:
    prepared = prepare(DataSpec("digits", test_fraction=fraction))
    assert len(prepared.y_test) == prepared.example_set.n == n
    assert prepared.describe()["test"] == n


def test_pixels_keep_their_scale() -> None:
    prepared = prepare(DataSpec("digits"))
    assert (prepared.x_train.min(), prepared.x_train.max()) == (0.0, 1.0)
    assert np.array_equal(np.unique(prepared.x_train * 16), np.arange(17))


def test_bundled_numbers_are_standardised_by_the_training_part() -> None:
    x = prepare(DataSpec("wine")).x_train
    assert np.allclose(x.mean(axis=0), 0, atol=1e-5)
    assert np.allclose(x.std(axis=0), 1, atol=1e-4)


def test_fingerprints_of_bundled_data_stay_as_they_are() -> None:
    """They stand in stored runs; a change means that no old run can be paired with a new one."""
    found = {name: prepare(DataSpec(name)).fingerprint[:12] for name in TABLES}
    assert found == {
        "iris": "8239bf69e27e",
        "wine": "5ef85ab1f66f",
        "breast-cancer": "1ac80960bd83",
        "digits": "0f21b4e90159",
    }


def test_only_its_own_target_is_accepted_for_a_bundled_set() -> None:
    assert prepare(DataSpec("iris", target="species")).target == "species"
    with pytest.raises(BadValue, match="leave the target out"):
        prepare(DataSpec("iris", target="petal length (cm)"))
    with pytest.raises(UnknownName, match="Did you mean digits"):
        prepare(DataSpec("digit"))


def test_the_example_set_holds_the_ids_in_order_and_a_line_for_each() -> None:
    prepared = prepare(DataSpec("iris"))
    ids = unpack(prepared.example_set.ids)
    assert ids.dtype == np.uint64
    assert np.all(ids[1:] > ids[:-1])
    lines = _previews(prepared)
    assert len(lines) == prepared.example_set.n == len(ids)
    assert lines[0].startswith("sepal length ")
    assert prepare(DataSpec("iris", split_seed=1)).example_set.key != prepared.example_set.key
    assert prepare(DataSpec("iris", val_fraction=0.4)).example_set == prepared.example_set


def test_a_shuffled_file_gives_the_same_matrices(tmp_path: Path) -> None:
    rows = make_rows(150)
    a = prepare(DataSpec(write_table(tmp_path / "a.csv", rows), "label"))
    Random(0).shuffle(rows)
    b = prepare(DataSpec(write_table(tmp_path / "b.csv", rows), "label"))
    assert a.fingerprint == b.fingerprint
    assert a.example_set == b.example_set
    for part in ("x_train", "y_train", "x_val", "y_val", "x_test", "y_test"):
        assert np.array_equal(getattr(a, part), getattr(b, part))


def test_numbers_categories_and_gaps_become_named_columns(tmp_path: Path) -> None:
    rows = make_rows(200)
    for row in rows[::7]:
        row[0] = "NA"
    for row in rows[::9]:
        row[1] = ""
    prepared = prepare(DataSpec(write_table(tmp_path / "data.csv", rows), "label"))
    assert prepared.feature_names == (
        "age",
        "height",
        "age is missing",
        "colour=(missing)",
        "colour=blue",
        "colour=green",
        "colour=red",
    )
    assert prepared.input_shape == (7,)
    assert set(np.unique(prepared.x_train[:, 3:])) == {0.0, 1.0}
    assert np.all(prepared.x_test[:, 3:].sum(axis=1) == 1)
    assert len(np.unique(prepared.x_train[:, 2])) == 2


def test_test_rows_do_not_influence_the_preprocessing(tmp_path: Path) -> None:
    """Whatever stands in the other parts, outliers, gaps and new levels, the training matrix is the same to the bit."""
    rows = make_rows(100)
    train = np.arange(60)
    others = np.arange(60, 100)
    encoded = encode_parts(load_table(write_table(tmp_path / "a.csv", rows)), train, (others,))
    for number, row in enumerate(rows[60:]):
        row[0] = str(10**9 * number) if number % 2 else ""
        row[1] = f"aaa {number % 3}"
        row[2] = str(-(10.0**12))
    changed = encode_parts(load_table(write_table(tmp_path / "b.csv", rows)), train, (others,))
    assert changed.names == encoded.names
    assert np.array_equal(changed.parts[0], encoded.parts[0])
    assert np.isfinite(changed.parts[1]).all()
    colours = [name.startswith("colour=") for name in changed.names]
    assert not changed.parts[1][:, colours].any(), "levels that training never saw give zeros"


def test_gaps_are_filled_with_the_training_median(tmp_path: Path) -> None:
    rows = [[str(value), "a" if value % 2 else "b"] for value in (1, 2, 3, 4, 100)] + [["", "a"], ["", "b"]]
    table = load_table(write_table(tmp_path / "data.csv", rows, ("n", "label")))
    train, test = encode_parts(table, np.arange(5), (np.arange(5, 7),)).parts
    assert train.shape == (5, 1), "no indicator where the training part has no gap"
    assert np.all(test == train[2])


def test_levels_beyond_the_cap_share_a_column(tmp_path: Path) -> None:
    rows = [[f"town {min(i % 100, 80)}", "ab"[i % 2]] for i in range(600)]
    prepared = prepare(DataSpec(write_table(tmp_path / "data.csv", rows, ("town", "label")), "label"))
    assert len(prepared.feature_names) == MAX_LEVELS
    assert prepared.feature_names[-1] == "town=(rare)"
    assert "town=town 80" in prepared.feature_names
    assert np.all(prepared.x_test.sum(axis=1) == 1)


def test_extreme_numbers_stay_finite(tmp_path: Path) -> None:
    rows = [[text, "ab"[i % 2]] for i, text in enumerate(["1e300", "inf", "-1e30", "3e37", *map(str, range(100, 196))])]
    prepared = prepare(DataSpec(write_table(tmp_path / "data.csv", rows, ("n", "label")), "label"))
    for part in (prepared.x_train, prepared.x_val, prepared.x_test):
        assert np.isfinite(part).all()
    assert prepared.report["odd_cells"] == {"n": 2}


def test_hostile_cells_are_inert_in_previews_and_kept_apart(tmp_path: Path) -> None:
    hostile = ["\x1b[31mred", "[bold]red[/]", "\u202ered", "réd"]
    rows = [[hostile[i % 4], str(i), "ab"[i % 2]] for i in range(80)]
    path = write_table(tmp_path / "data.csv", rows, ("co\x1b[2Jlour", "n", "label"))
    prepared = prepare(DataSpec(path, "label"))
    lines = _previews(prepared)
    assert all(line.isprintable() and len(line) <= 160 for line in lines)
    assert any("colour [bold]red[/]" in line for line in lines)
    assert sum(name.startswith("co\x1b[2Jlour=") for name in prepared.feature_names) == 4


def test_a_preview_begins_with_what_names_the_row_and_is_cut(tmp_path: Path) -> None:
    header = ("x (cm)", "id", *(f"column number {i}" for i in range(30)), "label")
    rows = [[f"{i * 0.5}", f"user-{i}", *(str(i % (j % 7 + 2)) for j in range(30)), "ab"[i % 2]] for i in range(30)]
    rows[3][0] = ""
    table = load_table(write_table(tmp_path / "data.csv", rows, header))
    lines = previews(table, np.arange(30))
    assert lines[1].startswith("id user-1 · x 0.5")
    assert lines[3].startswith("id user-3 · x ? ")
    assert {len(line) for line in lines} == {160}
    assert lines[1].endswith("…")


def test_an_image_is_drawn_in_braille() -> None:
    dots = np.zeros((8, 8), dtype=bool)
    dots[0, 0] = dots[7, 7] = True
    assert braille(dots) == ["⠁⠀⠀⠀", "⠀⠀⠀⢀"]
    lines = _previews(prepare(DataSpec("digits")))
    assert lines[0].startswith("8×8 · ink ")
    assert len(lines[0].rsplit(" · ", 1)[1]) == 4 + 3 + 4


def test_a_constant_or_empty_column_is_part_of_an_example_but_no_feature(tmp_path: Path) -> None:
    rows = [[*row[:3], "same", "", row[3]] for row in make_rows(60)]
    table = load_table(write_table(tmp_path / "data.csv", rows, (*HEADER[:3], "one", "none", "label")))
    assert [feature.name for feature in table.used] == ["age", "colour", "height"]
    assert canonical_rows(table).shape == (60, 5)


# --- whole examples -------------------------------------------------------------------------------------------------


def test_the_contents_are_the_raw_values_in_the_order_of_the_ids(tmp_path: Path) -> None:
    rows = make_rows(120)
    for row in rows[::10]:
        row[0] = ""
    prepared = prepare(DataSpec(write_table(tmp_path / "data.csv", rows), "label"))
    contents = _contents(prepared)
    assert (list(contents.columns), contents.n) == (["age", "colour", "height"], prepared.example_set.n)
    shown = [tuple(field.text for field in contents.fields(position)) for position in range(contents.n)]
    written = [(age, colour, height.removesuffix(".0")) for age, colour, height, _ in rows]
    assert not Counter(shown) - Counter(written), "each is a row of the file, gaps included"
    gaps = prepared.x_test[:, prepared.feature_names.index("age is missing")] > 0
    assert [values[0] == "" for values in shown] == gaps.tolist()


def test_columns_that_name_the_rows_are_kept_to_be_shown(tmp_path: Path) -> None:
    rows = [[f"customer {number:04}", *row] for number, row in enumerate(make_rows(100))]
    prepared = prepare(DataSpec(write_table(tmp_path / "data.csv", rows, ["name", *HEADER]), "label"))
    names = _contents(prepared).columns["name"]
    assert isinstance(names, Texts)
    assert set(names) <= {row[0] for row in rows}
    assert all(name in line for name, line in zip(names, _previews(prepared), strict=True))


def test_digits_are_kept_as_pictures() -> None:
    prepared = prepare(DataSpec("digits"))
    images = _contents(prepared).images
    assert images is not None
    assert (images.pixels.shape, images.full) == ((360, 8, 8), 16)
    assert np.array_equal(images.pixels.reshape(360, 64) / 16, prepared.x_test)
    assert prepared.example_set.contents is not None
    assert len(prepared.example_set.contents) < 12_000


def test_what_is_too_large_to_keep_is_said_in_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def said(prepared: Prepared) -> list[str]:
        return [item["message"] for item in prepared.report["warnings"] if item["code"] == "contents-left-out"]

    assert said(prepare(DataSpec("wine"))) == []
    monkeypatch.setattr("workbench.data.preparation.pack_contents", partial(pack_contents, limit=400))
    wine, digits = prepare(DataSpec("wine")), prepare(DataSpec("digits"))
    assert repr(_contents(wine).left_out[0]) in said(wine)[0]
    assert f"Of 360 test examples the contents of {_contents(digits).n} were kept" in said(digits)[0]
