"""What libraries print becomes lines: verbatim, but as a terminal would have left it, and bounded."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.runs.output import LONGEST_LINE, split_output


@pytest.mark.parametrize(
    ("printed", "lines"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"\n\n", ["", ""]),
        (b"  kept \t \n", ["  kept \t "]),
        (b"windows\r\n", ["windows"]),
        (b" 10 %\r 50 %\r100 %\n", ["100 %"]),
        ("Größe ✓\n".encode(), ["Größe ✓"]),
        (b"\xff\xfe\n", ["��"]),
        (b"\x1b[31mred\x1b[0m\n", ["\x1b[31mred\x1b[0m"]),
    ],
)
def test_whole_lines_are_taken(printed: bytes, lines: list[str]) -> None:
    assert split_output(printed, last=False) == (lines, len(printed))


def test_an_unfinished_line_waits_for_its_end_or_for_the_end_of_all() -> None:
    assert split_output(b"one\ntw", last=False) == (["one"], 4)
    assert split_output(b"one\ntw", last=True) == (["one", "tw"], 6)


def test_a_character_cut_in_two_by_a_read_is_not_broken() -> None:
    printed = "ab\nü".encode()
    assert split_output(printed[:-1], last=False) == (["ab"], 3)


def test_a_long_line_is_cut_and_says_how_much_is_missing() -> None:
    [line], _ = split_output(b"x" * (LONGEST_LINE + 1234) + b"\n", last=False)
    assert line.startswith("x" * LONGEST_LINE + "…")
    assert "1,234 more characters" in line


def test_a_progress_bar_without_a_line_end_does_not_pile_up() -> None:
    printed = b"".join(b"\r%6d" % number for number in range(100))
    lines, used = split_output(printed, last=False, limit=len(printed))
    assert lines == []
    assert printed[used:] == b"    99"


def test_an_endless_line_is_taken_in_pieces() -> None:
    lines, used = split_output(b"y" * 100, last=False, limit=100)
    assert (len(lines), used) == (1, 100)


@given(st.binary(max_size=200), st.integers(4, 50))
def test_any_output_is_taken_to_its_end(printed: bytes, limit: int) -> None:
    offset = rounds = 0
    while offset < len(printed):
        _, used = split_output(printed[offset : offset + limit], last=True, limit=limit)
        assert used > 0
        offset += used
        rounds += 1
    assert rounds <= len(printed)


def test_a_print_on_a_full_disk_is_dropped_and_not_an_error(tmp_path: Path) -> None:
    program = (
        "import resource; from workbench.runs.output import print_without_failing; print_without_failing();"
        "print('before'); resource.setrlimit(resource.RLIMIT_FSIZE, (7, 7)); print('dropped'); print('also')"
    )
    with (tmp_path / "output.log").open("wb") as printed:
        done = subprocess.run([sys.executable, "-c", program], stdout=printed, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "output.log").read_bytes() == b"before\n"
