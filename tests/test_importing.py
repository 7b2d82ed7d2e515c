"""A model measured elsewhere becomes a run: what files may look like, and what is said of those that are wrong."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.records import FigureGroup
from workbench.data.identity import Ids
from workbench.errors import BadValue, UnknownName, UnusableData
from workbench.evaluation.columns import unpack
from workbench.evaluation.contents import unpack_contents
from workbench.evaluation.outcome_rows import rows_of
from workbench.importing import Imported, ImportRequest, read_import
from workbench.importing.identity import ids_of, place_ids
from workbench.importing.request import read_figures, read_value
from workbench.importing.roles import Told

ROWS = [
    {"id": "a1", "truth": "cat", "prediction": "cat", "p_cat": 0.9, "p_dog": 0.1},
    {"id": "a2", "truth": "dog", "prediction": "dog", "p_cat": 0.2, "p_dog": 0.8},
    {"id": "a3", "truth": "dog", "prediction": "cat", "p_cat": 0.6, "p_dog": 0.4},
    {"id": "a4", "truth": "cat", "prediction": "cat", "p_cat": 0.7, "p_dog": 0.3},
]
HEAD = "id,truth,prediction,p_cat,p_dog\n"


def write_csv(path: Path, rows: list[dict[str, Any]]) -> Path:
    lines = [",".join(rows[0]), *(",".join(str(value) for value in row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_json(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def write_parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def read(path: Path, **asked: Any) -> Imported:
    return read_import(ImportRequest("model", path, **asked))


def refusal(path: Path, **asked: Any) -> str:
    with pytest.raises(UnusableData) as error:
        read(path, **asked)
    return error.value.message


def values(imported: Imported) -> dict[str, float | None]:
    return {figure.name: figure.value for figure in imported.figures}


def answers(imported: Imported) -> dict[str, Any]:
    """What is said of each example, by its id."""
    return {row.example: row.to_json() for row in rows_of(imported.outcomes, imported.example_set)}


def ids(imported: Imported) -> Ids:
    return unpack(imported.example_set.ids)


# --- files ------------------------------------------------------------------------------------------------------------


def test_csv_json_lines_and_parquet_say_the_same(tmp_path: Path) -> None:
    of_csv = read(write_csv(tmp_path / "a.csv", ROWS))
    of_json = read(write_json(tmp_path / "a.jsonl", ROWS))
    of_list = read(write_text(tmp_path / "a.json", json.dumps(ROWS)))
    of_parquet = read(write_parquet(tmp_path / "a.parquet", ROWS))
    assert answers(of_csv) == answers(of_json) == answers(of_list) == answers(of_parquet)
    assert len(answers(of_csv)) == 4
    assert values(of_csv) == values(of_json) == values(of_parquet)


def test_figures_are_those_of_a_trained_run_with_the_same_outcomes(tmp_path: Path) -> None:
    from workbench.evaluation.scores import score

    imported = read(write_csv(tmp_path / "a.csv", ROWS))
    truth = np.array([0, 1, 1, 0])
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]])
    expected = score(("cat", "dog"), truth, probabilities)
    assert values(imported) == {figure.name: pytest.approx(figure.value) for figure in expected.figures}
    assert imported.scores.confusion == expected.confusion == ((2, 0), (1, 1))
    assert imported.scores.classes == expected.classes


@pytest.mark.parametrize(
    "columns",
    [
        {"probabilities": [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]]},
        {
            "probs": [
                {"cat": 0.9, "dog": 0.1},
                {"cat": 0.2, "dog": 0.8},
                {"dog": 0.4, "cat": 0.6},
                {"cat": 0.7, "dog": 0.3},
            ]
        },
        {"score": [0.1, 0.8, 0.4, 0.3]},
        {"prob_dog": [0.1, 0.8, 0.4, 0.3]},
        {"proba_cat": [0.9, 0.2, 0.6, 0.7]},
        {"confidence": [0.9, 0.8, 0.6, 0.7]},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_probabilities_are_written_in_many_ways(tmp_path: Path, columns: dict[str, list[Any]]) -> None:
    plain = [{key: row[key] for key in ("id", "truth", "prediction")} for row in ROWS]
    rows = [{**row, **{name: cells[place] for name, cells in columns.items()}} for place, row in enumerate(plain)]
    imported = read(write_json(tmp_path / "a.jsonl", rows))
    expected = read(write_csv(tmp_path / "a.csv", ROWS))
    assert values(imported) == {name: pytest.approx(value) for name, value in values(expected).items()}
    assert imported.labels == ("cat", "dog")


def test_numbered_columns_take_their_order_from_the_user(tmp_path: Path) -> None:
    rows = [{**row, "p_0": row["p_dog"], "p_1": row["p_cat"]} for row in ROWS]
    rows = [{key: value for key, value in row.items() if key not in ("p_cat", "p_dog")} for row in rows]
    path = write_csv(tmp_path / "a.csv", rows)
    assert "or the classes of numbered columns their order (--labels A,B)" in refusal(path)
    told = read(path, labels=("dog", "cat"))
    assert values(told)["log_loss"] == pytest.approx(values(read(write_csv(tmp_path / "b.csv", ROWS)))["log_loss"])


def test_a_prediction_is_the_most_probable_class_where_none_is_given(tmp_path: Path) -> None:
    rows = [{key: value for key, value in row.items() if key != "prediction"} for row in ROWS]
    assert [row["predicted"] for row in answers(read(write_csv(tmp_path / "a.csv", rows))).values()].count("cat") == 3


def test_a_prediction_that_is_not_the_most_probable_class_is_kept_and_said(tmp_path: Path) -> None:
    rows = [*ROWS[:3], {**ROWS[3], "prediction": "dog"}]
    imported = read(write_csv(tmp_path / "a.csv", rows))
    assert values(imported)["accuracy"] == 0.5
    assert [code for code, _ in imported.findings.warnings] == ["prediction-not-most-probable"]
    assert "In 1 row (line 5)" in imported.findings.warnings[0][1]


def test_without_probabilities_what_needs_them_is_not_known(tmp_path: Path) -> None:
    rows = [{key: row[key] for key in ("id", "truth", "prediction")} for row in ROWS]
    imported = read(write_csv(tmp_path / "a.csv", rows))
    figures = values(imported)
    assert figures["accuracy"] == 0.75
    assert {figures[name] for name in ("log_loss", "brier", "roc_auc", "calibration_error")} == {None}
    assert imported.outcomes.columns.keys() == {"truth", "predicted"}
    assert {(row["loss"], row["probabilities"]) for row in answers(imported).values()} == {(None, None)}


def test_scores_only_rank(tmp_path: Path) -> None:
    plain = [{key: row[key] for key in ("id", "truth", "prediction")} for row in ROWS]
    rows = [{**row, "score": logit} for row, logit in zip(plain, (-2.2, 1.4, -0.4, -0.8), strict=True)]
    imported = read(write_csv(tmp_path / "a.csv", rows))
    assert values(imported)["roc_auc"] == 1.0
    assert values(imported)["log_loss"] is None
    assert "scores that are no probabilities" in imported.findings.warnings[0][1]


def test_a_column_that_only_begins_like_a_probability_is_a_value(tmp_path: Path) -> None:
    imported = read(write_text(tmp_path / "a.csv", "id,truth,prediction,p_value\nx,a,a,0.3\ny,b,b,7\n"))
    assert "'p_value' for what the examples hold" in imported.findings.said[0]


def test_one_number_a_row_says_nothing_of_three_classes(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", "id,truth,prediction,confidence\n1,a,a,0.5\n2,b,c,0.4\n")
    imported = read(path)
    assert values(imported)["log_loss"] is None
    assert "'confidence' for what the examples hold" in imported.findings.said[-1]
    told = refusal(path, columns=Told(probabilities="confidence"))
    assert "one number a row, which is enough for two classes and not for 3" in told


def test_whole_numbers_are_the_same_labels_with_and_without_a_point(tmp_path: Path) -> None:
    imported = read(write_text(tmp_path / "a.csv", "id,label,pred\nx,1,1.0\ny,0,1.0\nz,0,0.0\n"))
    assert imported.labels == ("0", "1")
    assert values(imported)["accuracy"] == pytest.approx(2 / 3)


def test_what_was_taken_for_what_is_said(tmp_path: Path) -> None:
    imported = read(write_text(tmp_path / "a.csv", "uid,y_true,y_pred,note\n1,a,b,x\n2,b,b,y\n"))
    said = " ".join(imported.findings.said)
    assert "'uid' for the id; 'y_true' for the truth; 'y_pred' for the prediction; 'note' for what" in said


def test_numbers_make_a_regression(tmp_path: Path) -> None:
    imported = read(write_text(tmp_path / "a.csv", "id;truth;prediction\n1;2,5;2,0\n2;3,0;3,5\n3;1,0;1,0\n"))
    assert imported.task == "regression"
    assert values(imported)["mae"] == pytest.approx(1 / 3)
    assert "Taken for regression" in imported.findings.said[0]
    told = read(write_text(tmp_path / "b.csv", "id,truth,prediction\n1,2,2\n2,3,4\n"), task="regression")
    assert values(told)["rmse"] == pytest.approx(np.sqrt(0.5))


def test_units_of_text_stay_in_the_order_of_the_text(tmp_path: Path) -> None:
    rows = [{"id": f"doc{n}", "loss": 2.0 + n, "bytes": 100 + n, "tokens": 20, "right": 5} for n in range(30)]
    imported = read(write_json(tmp_path / "a.jsonl", rows))
    assert imported.task == "language-modelling"
    assert unpack(imported.outcomes.columns["bytes"]).tolist() == [row["bytes"] for row in rows]
    bits = sum(row["loss"] * row["tokens"] for row in rows) / np.log(2)
    assert values(imported)["bits_per_byte"] == pytest.approx(bits / sum(row["bytes"] for row in rows))
    assert values(imported)["next_token_accuracy"] == 0.25


# --- examples ---------------------------------------------------------------------------------------------------------


def test_the_id_is_the_example_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    one, other = read(write_csv(tmp_path / "a.csv", ROWS)), read(write_json(tmp_path / "b.jsonl", ROWS[::-1]))
    assert ids(one).tolist() == ids(other).tolist()
    assert one.example_set.key == other.example_set.key
    assert ids_of(["7"]) == ids_of(["7"]) != ids_of(["07"])


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, unique=True))
def test_an_exported_id_means_itself(numbers: list[int]) -> None:
    assert ids_of([f"{number:016x}" for number in numbers]).tolist() == numbers


@given(st.lists(st.sampled_from("ab"), max_size=40), st.lists(st.sampled_from("ab"), max_size=40))
def test_rows_without_ids_share_them_only_with_the_same_truths_in_the_same_order(
    one: list[str], two: list[str]
) -> None:
    a, b = set(place_ids(one, len(one)).tolist()), set(place_ids(two, len(two)).tolist())
    assert len(a) == len(one)
    assert (a == b) if one == two else not a & b


def test_a_file_without_ids_is_warned_of(tmp_path: Path) -> None:
    rows = [{key: value for key, value in row.items() if key != "id"} for row in ROWS]
    imported = read(write_csv(tmp_path / "a.csv", rows))
    assert "has no column of ids (--id COL)" in imported.findings.warnings[0][1]


def test_other_columns_are_what_the_examples_hold(tmp_path: Path) -> None:
    rows = [{**row, "text": f"\x1b[31m{row['id']}", "age": place} for place, row in enumerate(ROWS)]
    imported = read(write_json(tmp_path / "a.jsonl", rows))
    assert imported.example_set.contents is not None
    contents = unpack_contents(imported.example_set.contents)
    place = next(n for n, row in enumerate(answers(imported).values()) if row["preview"] == "id a2 · a2")
    fields = {field.name: field.value for field in contents.fields(place)}
    assert fields == {"id": "a2", "text": "\x1b[31ma2", "age": 1.0}
    assert all("\x1b" not in row["preview"] for row in answers(imported).values())


# --- what is wrong ----------------------------------------------------------------------------------------------------


def test_everything_that_is_wrong_is_said_at_once_by_line(tmp_path: Path) -> None:
    text = f"{HEAD}a1,cat,cat,0.9,0.1\na1,dog,dog,0.2,0.9\na3,dgo,cat,0.6,0.4\n,cat,cat,1.7,0.3\na5,cat,,nan,0.3\n"
    outcomes = write_text(tmp_path / "a.csv", text + "a6,cat,cat,x,0.3\n")
    trials = write_text(tmp_path / "t.csv", "ms\n-1\n0\n3\nabc\n")
    said = refusal(outcomes, trials=trials).split("\n- ")
    assert said == [
        "12 things have to be mended first; nothing was stored.",
        "1 row of a.csv (line 5) has no id: give each row one.",
        "1 row of a.csv (line 3) has an id that an earlier row has (first: 'a1' on lines 2 and 3): an id stands for "
        "one example.",
        "Column 'truth' of a.csv holds classes that are not known: 'dgo' (line 4). The classes are 'cat', 'dog'.",
        "1 row of a.csv (line 6) has nothing in 'prediction': fill it in, or leave the row out.",
        "Column 'p_cat' of a.csv is empty or NaN in 1 row: line 6.",
        "Column 'p_cat' of a.csv holds no finite number in 1 row (as 'x'): line 7.",
        "1 row of a.csv (line 5) has probabilities that do not lie between 0 and 1, as 1.7 in the first. Scores that "
        "only rank take --scores.",
        "The probabilities of 1 row of a.csv do not sum to 1 (line 3; the first sum is 1.1).",
        "1 row of t.csv (line 5) has what is no finite number for a time.",
        "1 row of t.csv (line 2) has a negative time.",
        "1 row of t.csv (line 3) has a time of 0.",
        "t.csv holds 4 timed calls, too few for percentiles: it takes 20, and 400 for the slowest one in a hundred.",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a.csv is empty"),
        (HEAD, "a.csv has a header line and no rows below it"),
        (
            f"{HEAD}a1,cat\na2,cat,cat,1,0\na3,dog\n",
            "Line 2 of a.csv has 2 cells where the first line has 5 (line 4 also",
        ),
        (
            "id,prediction\n1,a\n2,b\n",
            "has no column for the truth: name it with --truth COL. It has 'id', 'prediction'",
        ),
        ("id,truth\n1,a\n2,b\n", "has no column for the prediction"),
        ("id,truth,prediction\n1,a,a\n2,a,a\n", "knows only 'a': name all classes with --labels"),
        (
            'id,truth,prediction,probs\n1,a,a,[0.5]\n2,b,b,"[0.5, 0.5]"\n',
            "1 row of a.csv (line 2) has no 2 numbers in 'probs'",
        ),
        ("id,bytes,bits\n1,10,-4\n2,1.5,3\n", "is negative in 1 row (line 2)"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(write_text(tmp_path / "a.csv", text))


def test_text_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    for name in ("a.csv", "a.jsonl"):
        path = tmp_path / name
        path.write_bytes(b'{"id": "a"}\n{"id": "\xff"}\n')
        assert f"Line 2 of {name} is not UTF-8 text (byte 0xff)" in refusal(path)


def test_lines_that_are_no_json_objects_are_named(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.jsonl", '{"id": 1}\n[2]\n{"id": \n')
    assert "Line 2 of a.jsonl does not hold a JSON object (it holds list), nor do line 3" in refusal(path)


def test_a_column_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS)
    assert refusal(path, columns=Told(truth="trooth")) == (
        "a.csv has no column 'trooth' for the truth. Did you mean 'truth'? Nothing was stored."
    )
    assert "Nor do the names of any columns begin with it" in refusal(path, columns=Told(probabilities="q_"))


def test_files_that_are_missing_or_of_another_kind_are_refused(tmp_path: Path) -> None:
    assert "is not there: name a .csv" in refusal(tmp_path / "a.csv")
    assert f"{tmp_path} is a folder: name a .csv" in refusal(tmp_path)
    assert "save it as .csv, .tsv, .jsonl, .ndjson, .json or .parquet" in refusal(write_text(tmp_path / "a.xlsx", "x"))
    assert "cannot be read as Parquet" in refusal(write_text(tmp_path / "a.parquet", "x"))


def test_without_what_reads_parquet_the_command_that_installs_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert "pip install pyarrow" in refusal(write_text(tmp_path / "a.parquet", "x"))


def test_sums_that_miss_by_rounding_are_scaled_and_said(tmp_path: Path) -> None:
    imported = read(write_csv(tmp_path / "a.csv", [{**ROWS[0], "p_cat": 0.91}, *ROWS[1:]]))
    assert imported.findings.warnings[0][0] == "rounded-probabilities"
    first = answers(imported)[f"{int(ids_of(['a1'])[0]):016x}"]
    assert first["probabilities"]["cat"] == pytest.approx(0.91 / 1.01, abs=1e-3)


# --- timed calls and what the user says -------------------------------------------------------------------------------


def test_timed_calls_give_the_latency_of_a_run(tmp_path: Path) -> None:
    times = np.random.default_rng(0).lognormal(size=400)
    lines = ["latency_s,process,block", *(f"{float(ms) / 1000!r},{n % 2},b{n // 100}" for n, ms in enumerate(times))]
    trials = write_text(tmp_path / "t.csv", "\n".join(lines))
    imported = read(write_csv(tmp_path / "a.csv", ROWS), trials=trials, threads=4)
    assert values(imported)["p50_ms"] == pytest.approx(np.median(times))
    assert values(imported)["p99_ms"] == pytest.approx(np.percentile(times, 99))
    assert (values(imported)["threads"], values(imported)["batch_size"]) == (4.0, None)
    assert imported.trials is not None
    assert unpack(imported.trials.columns["process"]).tolist() == [n % 2 for n in range(400)]
    assert unpack(imported.trials.columns["block"]).tolist() == [n // 100 for n in range(400)]


def test_costs_are_told_by_their_names() -> None:
    figures = read_figures(FigureGroup.COST, ["usd_per_1k=0.4,train_usd=12"])
    assert [(figure.name, figure.value) for figure in figures] == [("usd_per_1k_predictions", 0.4), ("train_usd", 12.0)]
    with pytest.raises(UnknownName, match="train_usd"):
        read_figures(FigureGroup.COST, ["train=3"])
    with pytest.raises(BadValue, match="at least 0, not 'x'"):
        read_figures(FigureGroup.COST, ["train_usd=x"])


def test_dollars_per_correct_prediction_follow(tmp_path: Path) -> None:
    figures = read_figures(FigureGroup.COST, ["usd_per_1k=0.3"])
    assert values(read(write_csv(tmp_path / "a.csv", ROWS), figures=figures))["usd_per_1k_correct"] == pytest.approx(
        0.4
    )


@pytest.mark.parametrize(
    ("text", "value"), [("3", 3), ("0.5", 0.5), ("true", True), ("64,32", [64, 32]), ("v3", "v3"), ("nan", "nan")]
)
def test_parameters_are_numbers_words_and_lists(text: str, value: Any) -> None:
    assert read_value(text) == value
    assert type(read_value(text)) is type(value)
