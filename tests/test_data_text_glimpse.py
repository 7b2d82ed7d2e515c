"""The beginning of a text: its lines are inert, its fields are offered, and what can mislead is said."""

import json
from pathlib import Path

import pytest

from workbench.data import preview, text_reading
from workbench.data.text_glimpse import TextPreview
from workbench.errors import UnusableData

LINES = "".join(f"This is line {n} of a text.\n" for n in range(300))


def look(path: Path, content: str | bytes | None = None) -> TextPreview:
    if content is not None:
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    seen = preview(str(path))
    assert isinstance(seen, TextPreview)
    return seen


def test_a_text_shows_its_first_lines_and_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    seen = look(tmp_path / "a.txt", "one\x1b[2J\n" + "x" * 1000 + "\n" + LINES)
    assert seen.lines[0] == "one"
    assert len(seen.lines[1]) == 400
    assert (len(seen.lines), seen.complete, seen.files, seen.fields) == (60, True, 1, ())
    assert seen.cautions == ("1 control character: models learn to write them.",)
    assert seen.describe() == "9.08 KiB"


def test_only_the_beginning_of_a_long_text_is_read(tmp_path: Path) -> None:
    seen = look(tmp_path / "a.txt", b"x" * (2**18 - 1) + "ü".encode() + b"\xff\xff" * 1000)
    assert not seen.complete  # nor is the character that was cut a stray byte
    assert seen.cautions == ("There are lines of more than 10,000 characters: that is seldom text.",)


def test_a_folder_shows_its_first_file_and_counts_them_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("b.txt", "a.txt", "c.txt"):
        (tmp_path / name).write_text(name + "\n")
    seen = look(tmp_path)
    assert (seen.lines[0], seen.files, seen.size_bytes) == ("a.txt", 3, 18)
    assert seen.cautions == ("18 B of text is too little: 4.00 KiB are needed, or 10 documents.",)
    monkeypatch.setattr(text_reading, "MAX_FILES", 2)
    with pytest.raises(UnusableData, match="holds more than is read at once"):
        look(tmp_path)


def test_fields_that_hold_text_are_offered(tmp_path: Path) -> None:
    records = [{"id": n, "title": None if n % 2 else "t", "body": f"body\n{n}"} for n in range(20)]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    seen = look(tmp_path / "a.jsonl", lines)
    assert [(field.name, field.missing, field.first) for field in seen.fields] == [
        ("title", 10, "t"),
        ("body", 0, "body 0"),
    ]
    assert seen.suggested_field is None
    assert seen.lines[0] == "t"
    assert seen.cautions == ("10 lines without text in 'title' are left out.",)
    assert look(tmp_path / "b.jsonl", lines.replace('"body"', '"text"')).suggested_field == "text"
    assert look(tmp_path / "c.jsonl", (lines * 1000)).complete is False


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", " \n", "a.txt is empty"),
        ("a.txt", b"\0\1", "does not hold text"),
        ("a.jsonl", '{"n": 1}\n', "No field of a.jsonl holds text"),
        ("a.jsonl", '{"text": "' + "x" * 2**18 + '"}', "The first line of a.jsonl is longer than 256 KiB"),
    ],
)
def test_what_cannot_be_shown_says_why(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    with pytest.raises(UnusableData) as caught:
        look(tmp_path / name, content)
    assert said in caught.value.message
