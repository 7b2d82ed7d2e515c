"""What the README says is true: its commands, options and keys exist, and its demo shows the rows of a real diff."""

import re
import shlex
from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

from screens.dashboard.screen import DashboardScreen
from screens.devices.screen import DevicesScreen
from screens.diff.classes import ClassesPane, ClassTableRows
from screens.diff.examples import ExamplesPane
from screens.diff.latency import LatencyPane
from screens.diff.screen import DiffScreen
from screens.diff.slices import SlicesPane
from screens.diff.slices_list import SliceRows
from screens.diff.tradeoff import TradeoffPane
from screens.diff.tradeoff_needs import NeedRows
from screens.form.dialog import NewRunDialog
from screens.prompt.editor import PromptEditor
from screens.prompt.history import HistoryPane
from screens.prompt.screen import PromptScreen
from screens.run.classes import ClassesTab
from screens.run.screen import RunScreen
from screens.settings.screen import SettingsList, SettingsScreen
from screens.widgets.chart_pane import ChartPane
from screens.widgets.confusion import ConfusionMatrix
from screens.widgets.devices_list import DevicesList
from screens.widgets.log_pane import LogPane
from screens.widgets.log_view import LogView
from screens.widgets.run_table import RunTable
from workbench.cli.parser import build_parser
from workbench.comparison.gates import judge_gate
from workbench.evaluation.metrics import METRICS
from workbench.expressions import check_paths, known_paths, parse

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
WORDS_FOR_KEYS = {
    "?": "question_mark",
    "!": "exclamation_mark",
    "/": "slash",
    ",": "comma",
    "+": "plus",
    "-": "minus",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "PgDn": "pagedown",
    "PgUp": "pageup",
    "esc": "escape",
}


def between(name: str) -> str:
    """The part of the README between its two marks for ``name``."""
    return README.split(f"<!-- {name}: begin -->")[1].split(f"<!-- {name}: end -->")[0]


def parsers() -> dict[str, ArgumentParser]:
    actions = build_parser()._actions
    return dict(next(action for action in actions if isinstance(action, _SubParsersAction)).choices)


def options_of(parser: ArgumentParser) -> set[str]:
    return {option for action in parser._actions for option in action.option_strings}


def table_rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


COMMANDS = README.split("## The command line")[1].split("##")[0]


def test_it_is_short_enough_to_be_read() -> None:
    assert len(README.splitlines()) < 250


def test_every_command_is_told_of_and_every_command_told_of_exists() -> None:
    told = set(re.findall(r"`workbench (\w+)", COMMANDS))
    assert told == set(parsers())


@pytest.mark.parametrize("row", [row for row in table_rows(COMMANDS) if row[0].startswith("`workbench ")], ids=str)
def test_every_option_told_of_exists(row: list[str]) -> None:
    command = re.findall(r"`workbench (\w+)", row[0])[0]
    told = set(re.findall(r"--[\w-]+", " ".join(row)))
    assert told <= options_of(parsers()[command])


def test_every_option_of_run_is_told_of() -> None:
    row = next(row for row in table_rows(COMMANDS) if row[0].startswith("`workbench run "))
    own = options_of(parsers()["run"]) - {"-h", "--help", "--json", "--store", "--take-over"}
    assert set(re.findall(r"--[\w-]+", row[1])) == own


def test_its_examples_are_read_by_the_parser() -> None:
    fences = re.findall(r"```sh\n(.+?)\n```", README, flags=re.DOTALL)
    examples = [line for fence in fences for line in re.findall(r"^workbench (.+)$", fence, flags=re.MULTILINE)]
    assert examples
    for example in examples:
        check_gates(build_parser().parse_args(shlex.split(example)))


def test_its_job_is_read_by_the_parser_and_by_a_shell() -> None:
    fence = README.split("```yaml\n")[1].split("```")[0]
    lines = re.findall(r"run: (.+)$", fence, flags=re.MULTILINE)
    assert [shlex.split(line)[1] for line in lines] == ["run", "diff", "tag"]
    for line in lines:
        words = shlex.split(line.partition(" >> ")[0])
        assert words[0] == "workbench"
        check_gates(build_parser().parse_args(words[1:]))


def check_gates(arguments: Namespace) -> None:
    """Raises where a gate of the command line is none."""
    known = known_paths([{"rows": [], "a": {}, "b": {}}])
    for text in getattr(arguments, "fail_if", ()):
        check_paths(parse(text), known)


def test_the_answer_of_a_gate_that_it_shows_is_the_one_given() -> None:
    document = {"rows": [{"metric": "accuracy", "delta": -0.0312, "reason": ""}]}
    assert f"`{judge_gate(parse('accuracy.delta < -0.01'), document).sentence}`" in " ".join(README.split())


PLACES: dict[str, tuple[type[DOMNode], ...]] = {
    "dashboard": (DashboardScreen, RunTable),
    "run": (RunScreen,),
    "log": (LogView, LogPane),
    "chart": (ChartPane,),
    "classes": (ClassesTab, ConfusionMatrix),
    "diff": (DiffScreen,),
    "its tabs": (ClassesPane, ClassTableRows, ExamplesPane, LatencyPane),
    "slices": (SlicesPane, SliceRows),
    "trade-off": (TradeoffPane, NeedRows),
    "devices": (DevicesScreen, DevicesList),
    "form": (NewRunDialog,),
    "prompt": (PromptScreen, PromptEditor, HistoryPane),
    "settings": (SettingsScreen, SettingsList),
}


def bound_keys(place: str) -> set[str]:
    """The keys that our own classes bind there."""
    classes = [kind for owner in PLACES[place] for kind in owner.__mro__ if kind.__module__.startswith("screens.")]
    bindings = [binding for kind in classes for binding in vars(kind).get("BINDINGS", ())]
    return {key.strip() for binding in bindings if isinstance(binding, Binding) for key in binding.key.split(",")}


def keys_told(cell: str) -> set[str]:
    return {WORDS_FOR_KEYS.get(key, key) for key in re.findall(r"`([^`]+)`", cell)}


def test_every_key_told_of_is_bound_in_its_place() -> None:
    dashboard, elsewhere = between("keys").split("| elsewhere")
    told = {key for row in table_rows(dashboard)[1:] for key in keys_told(row[0])}
    assert told <= bound_keys("dashboard")
    rows = table_rows(f"| elsewhere{elsewhere}")[1:]
    assert {row[0] for row in rows} == set(PLACES) - {"dashboard"}
    for place, cell in rows:
        assert keys_told(cell) <= bound_keys(place), place


def test_every_key_of_the_dashboard_is_told_of() -> None:
    dashboard = between("keys").split("| elsewhere")[0]
    told = {key for row in table_rows(dashboard) for cell in row for key in keys_told(cell)}
    assert bound_keys("dashboard") - told == set()


def test_the_demo_it_shows_has_the_rows_of_a_diff() -> None:
    demo = between("demo output")
    for name in ("accuracy", "log_loss", "p50_ms", "device_seconds", "parameters"):
        assert f" {METRICS[name].title.removeprefix('latency ')} " in demo
    assert "A wrong" in demo
    assert "Summary" in demo


def test_its_two_commands_are_those_of_the_check_script() -> None:
    fences = re.findall(r"```sh\n(.+?)\n```", README, flags=re.DOTALL)
    commands = [fence for fence in fences if fence.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert all("-c .ci/constraints.txt" in command for command in commands)
    assert (ROOT / ".ci" / "constraints.txt").exists()
    assert 'grep -m1 -oE "python3 -m venv .*/pytest" README.md' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_its_picture_exists() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    assert all((ROOT / picture).exists() for picture in pictures)
