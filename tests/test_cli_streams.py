"""Where the command line writes: into narrow terminals, closed pipes, streams that are missing or know no Unicode."""

import os
import shlex
import subprocess
import sys

import pytest

from workbench.cli.output import data_console, print_table

COMMAND = [sys.executable, "-P", "-m", "workbench"]


def test_no_terminal_is_too_narrow_for_a_figure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    columns = ("name", "p50_ms", "took")
    print_table(data_console(), columns, [("m" * 30, "1234.5678", "33.2 s")], numeric=columns[1:], names=("name",))
    assert "  1234.5678  33.2 s\n" in capsys.readouterr().out


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_a_command_without_standard_streams_does_its_work(redirection: str) -> None:
    command = ["sh", "-c", f"{shlex.join(COMMAND)} models {redirection}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_whoever_reads_only_the_beginning_causes_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*COMMAND, "models"], stdout=writing, stderr=subprocess.PIPE, text=True, check=True)
    os.close(writing)
    assert done.stderr == ""


def test_what_a_stream_cannot_encode_becomes_a_question_mark() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*COMMAND, "models"], env=environment, capture_output=True, check=True)
    assert done.stdout.isascii()
    assert done.stderr == b""
