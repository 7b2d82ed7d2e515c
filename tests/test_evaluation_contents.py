"""Whole test examples: they come back to the bit, a column at a time, from few bytes, and say what was left out."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from store.errors import StoreCorrupt
from workbench.evaluation.contents import (
    Categories,
    Contents,
    Images,
    Numbers,
    Texts,
    image_contents,
    pack_contents,
    table_contents,
    text_contents,
    unpack_contents,
)

ODD_TEXTS = ("", "plain", "Zürich · 東京", "\x1b[31mred", "a\nb\x00c", "\udcff")
FINITE = st.floats(allow_nan=True, allow_infinity=True)
DECIMALS = st.integers(-(10**9), 10**9).map(lambda whole: whole / 1000)


def _back(contents: Contents, **options: int) -> Contents:
    return unpack_contents(pack_contents(contents, **options))


def _numbers(contents: Contents, name: str) -> np.ndarray:
    column = contents.columns[name]
    assert isinstance(column, Numbers)
    return column.values


@settings(max_examples=80, deadline=None)
@given(
    st.one_of(
        arrays.arrays(np.float64, st.integers(0, 30), elements=FINITE),
        arrays.arrays(np.float64, st.integers(0, 30), elements=st.one_of(DECIMALS, st.just(np.nan))),
        arrays.arrays(np.float64, st.integers(0, 30), elements=st.sampled_from([-128.0, 127.0, 255.0, -0.0, np.nan])),
    )
)
def test_numbers_come_back_to_the_bit(values: np.ndarray) -> None:
    values = np.where(np.isnan(values), np.nan, values)
    back = _numbers(_back(table_contents({"x": Numbers(values)}, len(values))), "x")
    assert back.dtype == np.float64
    assert back.tobytes() == values.tobytes()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=6), max_size=20))
def test_texts_come_back_and_are_read_one_by_one(texts: list[str]) -> None:
    back = _back(text_contents(texts)).texts
    assert back is not None
    assert list(back) == texts
    assert back.lengths.tolist() == [len(text) for text in texts]


@pytest.mark.parametrize("levels", [1, 2, 127, 128, 129, 300])
def test_categories_and_their_gaps_come_back(levels: int) -> None:
    codes = np.concatenate([[-1], np.arange(levels), [-1]])
    names = tuple(f"level {number}" for number in range(levels))
    back = _back(table_contents({"c": Categories(codes, names)}, len(codes))).columns["c"]
    assert isinstance(back, Categories)
    assert back.codes.tolist() == codes.tolist()
    assert back.levels == names
    assert (back.at(0), back.at(1)) == (None, "level 0")


def test_pictures_come_back_grey_and_in_colour() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 4, 3, 3)).astype(np.uint8)
    for pictures in (pixels, pixels[..., 0]):
        back = _back(image_contents(Images(pictures, full=16))).images
        assert back is not None
        assert back.full == 16
        assert np.array_equal(back.pixels, pictures)
        assert np.array_equal(back.at(2), pictures[2])


def test_a_whole_example_is_its_values_by_name_and_inert() -> None:
    columns = {
        "age": Numbers(np.array([41.0, np.nan])),
        "rate": Numbers(np.array([0.1, 1e-9])),
        "city": Categories(np.array([0, -1]), ("Genève",)),
        "note": Texts.of(["\x1b[2Jgone", "fine"]),
    }
    contents = _back(table_contents(columns, 2))
    assert list(contents.columns) == list(columns)
    first = {field.name: field.text for field in contents.fields(0)}
    assert (first["age"], first["rate"], first["city"]) == ("41", "0.1", "Genève")
    assert "\x1b" not in first["note"]
    second = {field.name: field.value for field in contents.fields(1)}
    assert second == {"age": None, "rate": 1e-9, "city": None, "note": "fine"}
    assert contents.fields(2) == ()


def test_odd_texts_survive_in_every_kind_of_column() -> None:
    columns = {name: Texts.of(ODD_TEXTS) for name in ODD_TEXTS}
    columns["levels"] = Categories(np.arange(len(ODD_TEXTS)), ODD_TEXTS)  # type: ignore[assignment]
    contents = _back(table_contents(columns, len(ODD_TEXTS)))
    assert list(contents.columns) == [*ODD_TEXTS, "levels"]
    assert [contents.columns["levels"].at(place) for place in range(len(ODD_TEXTS))] == list(ODD_TEXTS)


def test_the_largest_columns_are_left_out_beyond_the_limit_and_named() -> None:
    noise = np.random.default_rng(0)
    columns = {
        "noise": Numbers(noise.random(4000)),
        "small": Numbers(np.arange(4000.0) % 7),
        "few": Numbers(np.zeros(4000)),
    }
    packed = pack_contents(table_contents(columns, 4000), limit=8000)
    contents = unpack_contents(packed)
    assert (list(contents.columns), contents.left_out, contents.n) == (["small", "few"], ("noise",), 4000)
    assert len(packed) < 8400


@pytest.mark.parametrize("limit", [20_000, 2_000, 0])
def test_the_first_pictures_and_texts_are_kept_beyond_the_limit(limit: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (500, 8, 8)).astype(np.uint8)
    contents = _back(image_contents(Images(pixels)), limit=limit)
    assert contents.images is not None
    assert contents.n == len(contents.images) < 500
    assert contents.n >= 0.85 * limit / 64
    assert np.array_equal(contents.images.pixels, pixels[: contents.n])
    texts = [f"{number * 7919:x}" * 3 for number in range(9000)]
    kept = _back(text_contents(texts), limit=limit)
    assert kept.texts is not None
    assert list(kept.texts) == texts[: kept.n]
    assert kept.n < 9000


def test_damage_and_newer_formats_are_reported_in_a_sentence() -> None:
    packed = pack_contents(table_contents({"x": Numbers(np.arange(50.0))}, 50))
    with pytest.raises(StoreCorrupt, match="begin with other bytes"):
        unpack_contents(b"PK" + packed[2:])
    with pytest.raises(StoreCorrupt, match="upgrade"):
        unpack_contents(packed[:4] + b"\x09" + packed[5:])
    with pytest.raises(StoreCorrupt, match="cannot be read"):
        unpack_contents(packed[:20])
    with pytest.raises(StoreCorrupt, match="cannot be read"):
        unpack_contents(packed[:-8]).columns["x"]


def test_a_table_takes_few_bytes() -> None:
    """What the disk budget of a run rests on: decimals as whole numbers, categories as codes."""
    generator = np.random.default_rng(2)
    columns = {
        "measured": Numbers(generator.normal(20, 5, 3000).round(1)),
        "kind": Categories(generator.integers(0, 3, 3000), ("a", "b", "c")),
    }
    assert len(pack_contents(table_contents(columns, 3000))) < 3000 * 2.5
    assert replace(table_contents(columns, 3000), left_out=("x",)).left_out == ("x",)
