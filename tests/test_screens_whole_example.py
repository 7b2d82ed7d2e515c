"""A whole test example as lines: rows of a table, texts, pictures, at any width and without Unicode."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens.picture import picture_lines
from screens.pieces import Line, plain, width_of
from screens.signs import ASCII, UNICODE, Signs
from screens.whole_example import whole_example_lines
from workbench.evaluation.contents import (
    Categories,
    Images,
    Numbers,
    Texts,
    image_contents,
    table_contents,
    text_contents,
)

HALF = "▀"


def texts_of(lines: list[Line]) -> list[str]:
    return [plain(line).rstrip() for line in lines]


def test_a_row_of_a_table_stands_under_the_names_of_its_columns() -> None:
    contents = table_contents(
        {
            "age": Numbers(np.array([41.0, np.nan])),
            "town": Categories(np.array([0, -1]), ("Köln",)),
            "remark": Texts.of(["a remark that is too long for its line", "\x1b[31mred"]),
        },
        2,
    )
    assert texts_of(whole_example_lines(contents, 0, 30, UNICODE)) == [
        "age     41",
        "town    Köln",
        "remark  a remark that is too",
        "        long for its line",
    ]
    second = texts_of(whole_example_lines(contents, 1, 30, UNICODE))
    assert second[:2] == ["age     missing", "town    missing"]
    assert "\x1b" not in second[2]
    assert whole_example_lines(contents, 2, 30, UNICODE) == []


def test_a_text_keeps_its_paragraphs() -> None:
    contents = text_contents(["One line.\n\nAnother that is wrapped."])
    assert texts_of(whole_example_lines(contents, 0, 16, UNICODE)) == ["One line.", "", "Another that is", "wrapped."]


def test_a_picture_has_two_pixels_in_a_cell() -> None:
    contents = image_contents(Images(np.array([[[0, 16], [16, 0]]], dtype=np.uint8), full=16))
    lines = whole_example_lines(contents, 0, 2, UNICODE)
    assert texts_of(lines) == [HALF * 2]
    assert [piece.kind for piece in lines[0]] == ["#000000 on #ffffff", "#ffffff on #000000"]


def test_colours_stay_colours() -> None:
    red_above_blue = np.array([[[255, 0, 0]], [[0, 0, 255]]], dtype=np.uint8)
    assert picture_lines(red_above_blue, 255, 3, 1, UNICODE)[0][0].kind == "#ff0000 on #0000ff"


def test_without_unicode_a_pixel_is_two_signs_of_a_ramp() -> None:
    pixels = np.array([[0, 255]], dtype=np.uint8)
    assert texts_of(picture_lines(pixels, 255, 4, 1, ASCII)) == ["  " + 2 * ASCII.shades[-1]]


def test_few_pixels_are_enlarged_and_many_are_averaged() -> None:
    small = np.full((8, 8), 255, dtype=np.uint8)
    assert [width_of(line) for line in picture_lines(small, 255, 40, 16, UNICODE)] == [32] * 16
    checks = np.indices((64, 64)).sum(axis=0) % 2 * 200
    lines = picture_lines(checks.astype(np.uint8), 255, 32, 16, UNICODE)
    assert {piece.kind for line in lines for piece in line} == {"#646464 on #646464"}


@given(
    st.integers(1, 70), st.integers(1, 70), st.booleans(), st.integers(0, 60), st.integers(0, 20),
    st.sampled_from([UNICODE, ASCII]),
)  # fmt: skip
def test_a_picture_never_leaves_its_room(
    rows: int, columns: int, is_coloured: bool, width: int, height: int, signs: Signs
) -> None:
    shape = (rows, columns, 3) if is_coloured else (rows, columns)
    lines = picture_lines(np.full(shape, 99, dtype=np.uint8), 255, width, height, signs)
    assert len(lines) <= height
    assert max((width_of(line) for line in lines), default=0) <= width
    assert bool(lines) is (width >= 2 and height >= 1)


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_what_was_too_large_to_keep_is_named(signs: Signs) -> None:
    contents = replace(table_contents({"age": Numbers(np.array([1.0]))}, 1), left_out=("scan",))
    assert texts_of(whole_example_lines(contents, 0, 40, signs))[-1] == "Too large to keep: scan."
