"""``diff --slices``, ``--worst-slices`` and ``tradeoff`` on the command line: tables for people, JSON for scripts."""

import json
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from comparison_fixtures import draw_probabilities, draw_truth
from store_fixtures import BORN_AT, add_running

from store.database import Database, open_for_writing
from store.details import merge_environment, set_data, set_figures
from store.outcomes import put_example_set, set_outcomes
from store.packed_records import ExampleSet
from store.records import Figure, FigureGroup, RunStatus
from store.runs import end_run
from workbench.__main__ import main
from workbench.evaluation.columns import pack
from workbench.evaluation.contents import Categories, Numbers, pack_contents, table_contents
from workbench.evaluation.outcomes import make_outcomes

N = 300
Say = Callable[..., tuple[int, str, str]]


def _add(db: Database, name: str, skill: float, *, ms: float, usd: float | None) -> None:
    truth = draw_truth(N, 3, 0).astype(np.int64)
    city = np.arange(N) % 3
    columns = {"city": Categories(city, ("Bern", "Basel", "Genf")), "age": Numbers(np.arange(float(N)))}
    contents = pack_contents(table_contents(columns, N))
    previews = zlib.compress(json.dumps(["x"] * N).encode())
    put_example_set(db, ExampleSet("k", N, pack(np.arange(N, dtype=np.uint64)), previews, contents))
    run = add_running(db, name=name, model=name)
    said = draw_probabilities(truth, 3, skill, run.id)
    set_outcomes(db, run.id, make_outcomes("k", ("a", "b", "c"), truth, said))
    figures = {
        (FigureGroup.METRICS, "accuracy"): float(np.mean(said.argmax(axis=1) == truth)),
        (FigureGroup.LATENCY, "p50_ms"): ms,
        (FigureGroup.LATENCY, "p95_ms"): 2 * ms,
        (FigureGroup.COST, "usd_per_1k_predictions"): usd,
        (FigureGroup.COST, "train_usd"): usd,
    }
    set_figures(db, run.id, [Figure(group, name, value) for (group, name), value in figures.items()])
    set_data(db, run.id, {"target": "kind", "fingerprint": "f00d"})
    merge_environment(db, run.id, {"cpu": "Xeon"})
    end_run(db, run.id, RunStatus.DONE, error=None, at=BORN_AT + 9)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small model, a large one that is dearer and better, and one that is dearer and worse."""
    path = tmp_path_factory.mktemp("slices") / "workbench.db"
    with open_for_writing(path) as db:
        _add(db, "small", 1.0, ms=1.0, usd=1.0)
        _add(db, "large", 3.0, ms=10.0, usd=4.0)
        _add(db, "poor", 0.5, ms=12.0, usd=5.0)
    return str(path)


@pytest.fixture
def say(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command: its exit code, stdout and stderr."""
    monkeypatch.setenv("WORKBENCH_CONFIG", str(tmp_path / "settings.toml"))
    monkeypatch.setenv("COLUMNS", "140")

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["--store", store, *words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_slices_are_a_table_with_every_slice_in_a_row(say: Say) -> None:
    code, out, _ = say("diff", "small", "large", "--slices", "city", "--slices", "age")
    assert code == 0
    assert out.startswith("accuracy by city: A 0.")
    for name in ("Bern", "Basel", "Genf"):
        (row,) = [line for line in out.splitlines() if line.startswith(name)]
        assert row.split()[1] == "100"
        assert row.split()[-1] == "b"
    assert "adjusted together by Holm's method over 3 slices" in out
    assert "60 to below 120" in out


def test_slices_stand_in_the_document_beside_the_comparison(say: Say) -> None:
    code, out, _ = say("diff", "small", "large", "--slices", "city", "--worst-slices", "2", "--json")
    document = json.loads(out)
    assert code == 0
    assert {"rows", "disagreements", "slices", "worst_slices"} <= document.keys()
    (found,) = document["slices"]
    assert (found["column"], found["metric"], found["tested"]) == ("city", "accuracy", 3)
    assert [item["label"] for item in found["slices"]] == ["Bern", "Basel", "Genf"]
    assert sum(item["contribution"] for item in found["slices"]) == pytest.approx(found["whole"]["delta"])
    assert len(document["worst_slices"]) <= 2


def test_the_worst_slices_are_those_of_b(say: Say) -> None:
    code, out, _ = say("diff", "large", "small", "--worst-slices", "3", "--slice-score", "log_loss")
    assert code == 0
    assert out.startswith("Where B is furthest behind in log loss")
    assert [line.split()[-1] for line in out.splitlines()[3:6]] == ["a", "a", "a"]
    assert "No slice of 30 examples" in say("diff", "poor", "large", "--worst-slices", "3")[1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--slices", "ctiy"), "Did you mean city"),
        (("--slices", "city", "--slice-score", "loss"), "Did you mean log_loss"),
        (("--slice-score", "log_loss"), "name a column with --slices"),
        (("--worst-slices", "0"), "1 or more"),
        (("--slices", "city", "--csv"), "leave out --csv"),
    ],
)
def test_slices_that_cannot_be_made_are_wrong_use(say: Say, words: tuple[str, ...], sentence: str) -> None:
    code, out, err = say("diff", "small", "large", *words)
    assert (code, out) == (2, "")
    assert sentence in err


def test_a_trade_off_says_who_is_on_the_front_who_wins_and_what_more_costs(say: Say) -> None:
    code, out, _ = say("tradeoff", "--need", "accuracy=0.8", "--weight", "quality=2")
    assert code == 0
    signs = {line.split()[2]: line[0] for line in out.splitlines()[3:6]}
    assert signs == {"large": "*", "small": "*", "poor": "o"}
    assert "large (2) wins of those that meet the needs, weighed by quality 50%, latency 25%, cost 25%." in out
    assert "is 0." in next(line for line in out.splitlines() if line.startswith("*   1  small"))
    assert "for each additional right answer" in out
    assert "large cost $3.00 more to train than small" in out
    assert out.isascii()


def test_a_trade_off_as_json(say: Say) -> None:
    code, out, _ = say("tradeoff", "--x", "usd_per_1k_predictions", "--where", "accuracy > 0.6", "--json")
    document = json.loads(out)
    assert code == 0
    assert (document["x"]["name"], document["y"]["name"]) == ("usd_per_1k_predictions", "accuracy")
    assert document["front"] == [1, 2]
    assert [(step["a"], step["b"]) for step in document["worth"]] == [(1, 2)]
    assert {segment["winners"][0] for segment in document["winner_by_weight"]["quality"]} == {1, 2}
    assert document["data"]["fingerprint"] == "f00d"


def test_needs_and_weights_of_the_settings_hold_and_the_command_line_goes_before_them(say: Say, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[needs]\np95_ms = 5\n[weights]\ncost = 0\n")
    document = json.loads(say("tradeoff", "--json")[1])
    assert (document["needs"], document["weights"]["cost"]) == ({"p95_ms": 5.0}, 0.0)
    assert document["winners"] == [1]
    assert json.loads(say("tradeoff", "--need", "p95_ms=100", "--weight", "quality=3", "--json")[1])["winners"] == [2]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--need", "p95_ms"), "--need takes a name, = and a number, for example --need p95_ms=20; not 'p95_ms'."),
        (("--need", "p95=3"), "'p95' in [needs] is not a figure"),
        (("--weight", "quality=-1"), "must be a number, 0 or more"),
        (("--weight", "quality=nan"), "must be a number, 0 or more"),
        (("--x", "p95"), "Did you mean p95_ms"),
        (("--data", "digit"), "Did you mean digits"),
        (("--where", "accuracy >"), "accuracy >"),
        (("--usd-per-correct", "-1"), "--usd-per-correct takes dollars, 0 or more"),
    ],
)
def test_a_trade_off_that_cannot_be_made_is_wrong_use(say: Say, words: tuple[str, ...], sentence: str) -> None:
    code, out, err = say("tradeoff", *words)
    assert (code, out) == (2, "")
    assert sentence in err
