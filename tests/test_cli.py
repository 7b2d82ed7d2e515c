"""The command line on real runs: what it prints, what it returns, and what it says when asked for the impossible."""

import csv
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from store.database import open_read_only
from store.details import get_detail
from store.runs import find_run
from workbench.__main__ import main
from workbench.cli.output import data_console, print_csv, print_table
from workbench.run_json import run_json

RUN_KEYS = {
    *("id", "name", "status", "phase", "model", "dataset", "task", "seed", "split_seed", "device", "threads"),
    *("parameters", "tags", "group", "created_at", "started_at", "finished_at", "duration_s", "error", "metrics"),
    *("latency", "cost", "size", "data", "environment", "parent"),
}
METRIC_KEYS = {
    *("accuracy", "balanced_accuracy", "macro_f1", "macro_precision", "macro_recall", "log_loss", "brier", "roc_auc"),
    *("weighted_f1", "weighted_precision", "weighted_recall", "calibration_error"),
    *("rmse", "mae", "mse", "r2", "bits_per_byte", "perplexity", "next_token_accuracy"),
}
LATENCY_KEYS = {
    "ttft_ms",
    "tokens_per_s",
    "batch_size",
    "threads",
    "trials",
    "p50_ms",
    "p90_ms",
    "p95_ms",
    "p99_ms",
    "mean_ms",
    "throughput_per_s",
}
COST_KEYS = {"train_usd", "usd_per_1k_predictions", "usd_per_1k_correct", "energy_j", "device_seconds"}
COST_KEYS |= {"usd_per_million_tokens", "energy_per_token_j"}
SIZE_KEYS = {"parameters", "checkpoint_bytes", "peak_memory_bytes"}
ROW_KEYS = {
    *("metric", "group", "unit", "higher_is_better", "a", "b", "delta", "delta_low", "delta_high", "relative"),
    *("test", "p_value", "p_adjusted", "n", "verdict", "reason"),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A store in which a baseline, a linear and a neural model have been trained, by the command line itself."""
    folder = tmp_path_factory.mktemp("cli")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_CONFIG", str(folder / "settings.toml"))
        patch.setenv("WORKBENCH_RUNTIME_DIR", str(folder / "runtime"))
        path = str(folder / "data" / "workbench.db")
        assert main(["--store", path, "run", "majority-class", "wine", "--name", "base", "--tag", "floor"]) == 0
        assert main(["--store", path, "run", "logistic-regression", "wine", "--name", "linear"]) == 0
        assert (
            main(["--store", path, "run", "mlp", "wine", "--epochs", "3", "--name", "net", "--set", "hidden=16"]) == 0
        )
        yield path


@pytest.fixture
def workbench(store: str, capsys: pytest.CaptureFixture[str]) -> "Command":
    return Command(store, capsys)


class Command:
    """The command line on one store: calls it in this process and reads what it printed."""

    def __init__(self, store: str, capsys: pytest.CaptureFixture[str]) -> None:
        self._store = store
        self._capsys = capsys
        self.said = ""

    def __call__(self, *words: str, code: int = 0) -> str:
        self._capsys.readouterr()
        assert main(["--store", self._store, *words]) == code
        printed = self._capsys.readouterr()
        self.said = printed.err
        return printed.out

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self(*words, "--json", code=code), parse_constant=pytest.fail)


def test_runs_are_listed_newest_first(workbench: Command) -> None:
    assert [run["name"] for run in workbench.json("runs")] == ["net", "linear", "base"]


def test_a_run_has_every_promised_key(workbench: Command) -> None:
    run = workbench.json("show", "net")
    assert run.keys() >= RUN_KEYS
    assert run["metrics"].keys() >= METRIC_KEYS
    assert run["latency"].keys() >= LATENCY_KEYS
    assert run["cost"].keys() >= COST_KEYS
    assert run["size"].keys() >= SIZE_KEYS
    assert run["data"].keys() >= {"fingerprint", "train", "val", "test", "report"}
    assert run["environment"].keys() >= {"python", "torch", "cpu", "gpu", "driver", "git"}
    assert run["status"] == "done"
    assert run["parameters"]["hidden"] == [16]
    assert run["created_at"].endswith("Z")


def test_what_is_not_known_is_null(workbench: Command) -> None:
    baseline = workbench.json("show", "base")
    assert baseline["cost"]["train_usd"] is None
    assert baseline["group"] is None


def test_a_run_without_figures_has_every_key_all_the_same(store: str) -> None:
    with open_read_only(Path(store)) as db:
        run = run_json(replace(get_detail(db, find_run(db, "net").id), figures=()))
    assert (run["metrics"].keys(), run["latency"].keys()) == (METRIC_KEYS, LATENCY_KEYS)
    assert (run["cost"].keys(), run["size"].keys()) == (COST_KEYS, SIZE_KEYS)
    assert {value for group in ("metrics", "latency", "cost", "size") for value in run[group].values()} == {None}


def test_latency_is_measured_on_one_thread_with_enough_trials(workbench: Command) -> None:
    latency = workbench.json("show", "linear")["latency"]
    assert (latency["batch_size"], latency["threads"]) == (1, 1)
    assert latency["trials"] >= 400
    assert 0 < latency["p50_ms"] <= latency["p95_ms"] <= latency["p99_ms"]


def test_counts_are_whole_numbers(workbench: Command) -> None:
    run = workbench.json("show", "net")
    counts = [run["latency"][name] for name in ("batch_size", "threads", "trials")]
    counts += [run["size"][name] for name in SIZE_KEYS] + [run["metrics"]["epochs"], run["metrics"]["best_epoch"]]
    assert {type(count) for count in counts} == {int}


def test_a_run_is_named_by_id_name_or_age(workbench: Command) -> None:
    ids = {name: workbench.json("show", name)["id"] for name in ("net", "linear")}
    assert workbench.json("show", str(ids["net"]))["name"] == "net"
    assert workbench.json("show", "last")["name"] == "net"
    assert workbench.json("show", "last~1")["name"] == "linear"


def test_an_unknown_run_names_the_nearest(workbench: Command) -> None:
    workbench("show", "linaer", code=2)
    assert "linear" in workbench.said


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("model == mlp", ["net"]),
        ("accuracy > 0.8 and not model == mlp", ["linear"]),
        ("tags ~ floor or hidden == 16", ["net", "base"]),
        ("metrics.accuracy < 0.5", ["base"]),
        ("train_usd < 1", []),
    ],
)
def test_where_keeps_the_runs_that_match(workbench: Command, where: str, names: list[str]) -> None:
    assert [run["name"] for run in workbench.json("runs", "--where", where)] == names


def test_a_bad_expression_is_pointed_at(workbench: Command) -> None:
    workbench("runs", "--where", "accuracy >", code=2)
    assert "^" in workbench.said


def test_a_misspelt_figure_in_an_expression_is_not_silently_false(workbench: Command) -> None:
    workbench("runs", "--where", "acuracy > 0.5", code=2)
    assert "accuracy" in workbench.said


def test_runs_sort_by_a_metric_with_the_best_first(workbench: Command) -> None:
    accuracies = [run["metrics"]["accuracy"] for run in workbench.json("runs", "--sort", "accuracy")]
    assert accuracies == sorted(accuracies, reverse=True)
    losses = [run["metrics"]["log_loss"] for run in workbench.json("runs", "--sort", "log_loss")]
    assert losses == sorted(losses)


def test_series_holds_every_step(workbench: Command) -> None:
    points = workbench.json("series", "net", "--metric", "train_loss")
    steps = [point["step"] for point in points]
    assert len(steps) >= 3
    assert steps == sorted(set(steps))
    rows = list(csv.DictReader(io.StringIO(workbench("series", "net", "--metric", "train_loss", "--csv"))))
    assert [float(row["value"]) for row in rows] == [point["value"] for point in points]


def test_a_model_without_steps_has_no_invented_curve(workbench: Command) -> None:
    assert workbench.json("series", "base") == []


def test_outcomes_hold_every_test_example(workbench: Command) -> None:
    run = workbench.json("show", "linear")
    outcomes = workbench.json("outcomes", "linear")
    assert len(outcomes) == run["data"]["test"]
    right = sum(outcome["correct"] for outcome in outcomes)
    assert right / len(outcomes) == pytest.approx(run["metrics"]["accuracy"])
    assert len({outcome["example"] for outcome in outcomes}) == len(outcomes)
    wrong = workbench.json("outcomes", "linear", "--wrong")
    assert len(wrong) == len(outcomes) - right


def test_the_log_tells_what_happened(workbench: Command) -> None:
    assert "epoch" in workbench("logs", "net")
    assert all(line.keys() == {"id", "attempt", "at", "level", "text"} for line in workbench.json("logs", "net"))


def test_diff_has_every_promised_key(workbench: Command) -> None:
    diff = workbench.json("diff", "base", "linear")
    keys = {
        "a",
        "b",
        "comparable",
        "paired",
        "warnings",
        "rows",
        "disagreements",
        "parameters",
        "environment",
        "summary",
    }
    assert diff.keys() >= keys
    assert all(row.keys() >= ROW_KEYS for row in diff["rows"])
    assert diff["a"].keys() >= RUN_KEYS
    assert sum(diff["disagreements"].values()) == diff["a"]["data"]["test"]


def test_a_real_difference_is_called_one(workbench: Command) -> None:
    rows = {row["metric"]: row for row in workbench.json("diff", "base", "linear")["rows"]}
    assert rows["accuracy"]["verdict"] == "b"
    assert rows["accuracy"]["delta"] > 0.3
    assert rows["accuracy"]["test"] == "mcnemar-exact"


def test_a_run_does_not_differ_from_itself(workbench: Command) -> None:
    rows = workbench.json("diff", "linear", "linear")["rows"]
    assert not {row["verdict"] for row in rows} & {"a", "b"}


def test_gates_decide_the_exit_code(workbench: Command) -> None:
    workbench("diff", "base", "linear", "--fail-if", "accuracy.delta < 0")
    workbench("diff", "base", "linear", "--fail-if", "accuracy.verdict == b", code=1)
    assert "accuracy.verdict == b" in workbench.said


def test_a_gate_on_an_unknown_figure_fails_and_names_it(workbench: Command) -> None:
    workbench("diff", "base", "linear", "--fail-if", "train_usd.delta > 0", code=1)
    assert "train_usd" in workbench.said


def test_diff_heeds_the_margins_of_the_settings(
    workbench: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("[comparison]\nlatency_apart_margin = 9\n[comparison.margins]\naccuracy = 1\n")
    monkeypatch.setenv("WORKBENCH_CONFIG", str(settings))
    rows = {row["metric"]: row for row in workbench.json("diff", "linear", "net")["rows"]}
    assert rows["accuracy"]["verdict"] == "equivalent"
    assert rows["p50_ms"]["verdict"] == "unresolved"


def test_diff_writes_markdown(workbench: Command) -> None:
    markdown = workbench("diff", "base", "linear", "--markdown")
    assert "| accuracy" in markdown


@pytest.mark.parametrize("command", ["runs", "show last", "diff base linear", "outcomes last", "series last"])
def test_every_read_has_a_text_for_people(workbench: Command, command: str) -> None:
    text = workbench(*command.split())
    assert text.strip()
    assert "\x1b" not in text


@pytest.mark.parametrize("command", ["models", "datasets", "devices"])
def test_the_catalogues_and_the_machine_can_be_read_without_a_store(
    command: str, capsys: pytest.CaptureFixture[str], store_file: Path
) -> None:
    assert main([command]) == 0
    assert capsys.readouterr().out.strip()
    assert main([command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)
    assert not store_file.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("run", "mpl", "wine"), "mlp"),
        (("run", "mlp", "wnie"), "wine"),
        (("run", "mlp", "wine", "--set", "learning_rate=fast"), "learning_rate must be a number"),
        (("run", "mlp", "wine", "--set", "epochs=0"), "epochs must be"),
        (("run", "mlp", "nowhere.csv", "--target", "y"), "nowhere.csv"),
        (("run", "cnn", "wine"), "image"),
        (("run", "majority-class", "wine", "--epochs", "3"), "epochs"),
        (("runs", "--sort", "acuracy"), "accuracy"),
        (("series", "net", "--metric", "train_los"), "train_loss"),
    ],
)
def test_wrong_use_is_a_sentence_and_exit_code_2(workbench: Command, words: tuple[str, ...], sentence: str) -> None:
    workbench(*words, code=2)
    assert sentence in workbench.said
    assert "Traceback" not in workbench.said


@pytest.mark.parametrize("words", [("diff", "net", "base", "--html"), ("series", "net", "--csv")])
def test_only_one_form_can_be_asked_for(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--json"])
    assert ended.value.code == 2
    assert "--json: not allowed with argument --" in capsys.readouterr().err


def test_reading_a_store_that_does_not_exist_says_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 3
    assert "workbench demo" in capsys.readouterr().err


def test_hostile_names_are_inert(workbench: Command) -> None:
    name = "evil\x1b[31m[bold]red[/]\x9b2J"
    workbench("run", "majority-class", "iris", "--name", name, "--detach")
    workbench("stop", "last")
    for command in ("runs", "show last", "logs last"):
        text = workbench(*command.split())
        assert "\x1b" not in text
        assert "\x9b" not in text
    assert "[bold]red[/]" in workbench("runs")
    assert workbench.json("show", "last")["name"] == name
    workbench("delete", "last", "--yes")


def test_hostile_classes_are_inert(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    label = "evil\x1b[31m\x9b2J"
    print_table(data_console(), ("true", label), [(label, "1")], numeric=(label,))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_csv(("truth", "loss"), [(label, 0.5)])
    text = capsys.readouterr().out
    assert "evil" in text
    assert not {"\x1b", "\x9b"} & set(text)


def test_csv_in_a_pipe_is_verbatim(capsys: pytest.CaptureFixture[str]) -> None:
    print_csv(("truth",), [("a\x1b[31m",)])
    assert capsys.readouterr().out == "truth\na\x1b[31m\n"


def test_rerun_gives_the_same_metrics(workbench: Command) -> None:
    again = workbench.json("rerun", "net")
    first = workbench.json("show", "net")
    assert again["parent"] == first["id"]
    assert again["metrics"] == first["metrics"]
    workbench("delete", str(again["id"]), "--yes")


def test_delete_leaves_nothing_behind(workbench: Command, store: str) -> None:
    run = workbench.json("run", "majority-class", "iris", "--name", "brief", "--detach")
    workbench("stop", "brief", "--force")
    folder = Path(store).parent / "runs" / str(run["id"])
    assert folder.is_dir()
    workbench("delete", "brief", code=2)
    workbench("delete", "brief", "--yes")
    assert not folder.exists()
    workbench("show", "brief", code=2)
