"""The report in the terminal, in Markdown and in CSV."""

import csv
import io
import re
from dataclasses import replace

import pytest
from comparison_fixtures import make_calls, make_evidence, make_timed
from rich.cells import cell_len

from workbench.comparison import Caution, Comparison, Evidence, Verdict, compare
from workbench.comparison.report import to_csv, to_markdown, to_text
from workbench.comparison.report.markdown import marked
from workbench.comparison.report.spreadsheet import COLUMNS
from workbench.comparison.result import ClassRows
from workbench.comparison.wording import class_words, verdict_words, words_of


def whole(skill: float, ms: float, seed: int, **changes: object) -> Evidence:
    """A run with every kind of figure."""
    evidence = make_evidence(n=719, classes=4, skill=skill, seed=seed, **changes)
    run = {
        **evidence.run,
        "latency": make_timed(ms, seed=seed).run["latency"],
        "cost": {**evidence.run["cost"], "device_seconds": 3.2 * seed, "usd_per_1k_predictions": ms * 1.4e-5},
        "size": {"parameters": 124_439_808 * seed, "checkpoint_bytes": 70_000 * seed, "peak_memory_bytes": 5e8},
    }
    return replace(evidence, run=run, calls=make_calls(ms, seed=seed))


def cells(line: str) -> list[str]:
    """The cells of a line of a Markdown table: what stands between pipes that no backslash escapes."""
    return [cell.strip() for cell in re.findall(r"((?:\\.|[^|\\])+)", line.strip()[1:-1])]


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    a = whole(2.0, 0.120, 1, name="demo-mlp")
    return compare(a, whole(3.5, 0.131, 2, name="demo-cnn", parameters={"learning_rate": 0.01}, threads=2))


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160, 220])
def test_no_line_is_wider_than_the_terminal(comparison: Comparison, width: int) -> None:
    assert max(cell_len(line) for line in to_text(comparison, width).splitlines()) <= width


def test_at_80_columns_every_row_has_its_figures_its_interval_and_its_verdict(comparison: Comparison) -> None:
    text = to_text(comparison, 80)
    for row in comparison.rows:
        words = words_of(row)
        line = next(line for line in text.splitlines() if line.startswith(f" {words.name} "))
        for cell in (words.a, words.b, words.delta, words.short_interval, f"{words.sign} {words.verdict}"):
            assert cell in line
    assert "95% interval" in text


@pytest.mark.parametrize("width", [36, 48, 60, 72])
def test_a_narrow_terminal_gets_fewer_columns_and_no_cut_figure(comparison: Comparison, width: int) -> None:
    table = to_text(comparison, width).partition("ACCURACY")[2].partition("accuracy:")[0]
    assert "…" not in re.sub(r"[0-9]…[+-]", "", table)
    line = next(line for line in table.splitlines() if line.startswith(" accuracy "))
    assert words_of(comparison.rows[0]).delta in line
    assert line.rstrip().endswith(("B", "B better"))


def test_the_report_tells_everything_in_order(comparison: Comparison) -> None:
    text = to_text(comparison, 80)
    parts = (
        *(
            "demo-mlp",
            "demo-cnn",
            "ACCURACY",
            "LATENCY (ms)",
            "COST",
            "SIZE",
            "latency: measured apart; race settles it",
        ),
        *(
            "The same 719 test examples",
            "A right",
            "Settings that differ",
            "learning_rate",
            "Warnings",
            "other-threads",
        ),
        "Summary",
    )
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert " ".join(text.split()).endswith(comparison.summary)


def test_the_widest_report_gives_each_row_its_reason(comparison: Comparison) -> None:
    text = to_text(comparison, 200)
    assert "why" in text
    assert "measured once, n = 1" in text


def test_an_ascii_terminal_gets_ascii(comparison: Comparison) -> None:
    text = to_text(comparison, 80, ascii_only=True)
    assert text.isascii()
    assert "> B better" in text
    assert "?  " not in text.replace("? unresolved", "")


def test_colour_only_adds_to_what_is_said(comparison: Comparison) -> None:
    coloured = to_text(comparison, 80, colour=True)
    assert "\x1b[" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in plain.splitlines()] == to_text(comparison, 80).splitlines()
    assert "\x1b" not in to_text(comparison, 80)


def test_every_verdict_has_a_sign_and_a_word_of_its_own(comparison: Comparison) -> None:
    accuracy = comparison.rows[0]
    for ascii_only in (False, True):
        signs = {
            verdict_words(replace(accuracy, verdict=verdict), ascii_only=ascii_only)
            for verdict in type(accuracy.verdict)
        }
        assert len({sign for sign, _ in signs}) == len({word for _, word in signs}) == 5


def test_hostile_names_come_out_inert() -> None:
    hostile = "\x1b[2J[red]|<b>\u202eevil"
    a = make_evidence(seed=1, name=hostile, parameters={hostile: 1}, environment={"cpu": hostile})
    b = make_evidence(seed=2)
    comparison = compare(a, b)
    for text in (to_text(comparison, 80), to_markdown(comparison), comparison.summary):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "[red]" in to_text(comparison, 80)


def test_markdown_says_the_verdict_first_and_folds_what_is_long(comparison: Comparison) -> None:
    text = to_markdown(comparison)
    lines = text.splitlines()
    assert lines[0] == "## demo-mlp (A) and demo-cnn (B)"
    assert lines[2].startswith("**B is better than A in accuracy on the same 719 test examples")
    assert "Of the same 719 test examples, both are right on" in text
    assert text.count("<details>") == text.count("</details>") == 3
    assert text.index("| accuracy |") < text.index("<details>") < text.index("| `learning_rate` | `0.001` | `0.01` |")
    assert "McNemar's exact test (accuracy" in lines[-1]
    assert "adjusted together by Holm's method" in lines[-1]


def test_markdown_has_a_table_for_each_group_with_every_row(comparison: Comparison) -> None:
    lines = to_markdown(comparison).splitlines()
    heads = [line for line in lines if line.endswith("| A | B | B - A, 95% interval | verdict |")]
    assert [head.split(" ")[1] for head in heads] == ["accuracy", "latency", "cost", "size"]
    rows = [cells(line) for line in lines if line.startswith("| ") and len(cells(line)) == 5 and "---" not in line]
    assert len(rows) == len(comparison.rows) + len(heads)
    words = words_of(comparison.rows[0])
    assert rows[1] == [
        "accuracy",
        words.a,
        words.b,
        f"{words.delta} {words.interval}",
        f"**{words.sign} {words.verdict}**",
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a|b", r"a\|b"),
        ("`rm`", r"\`rm\`"),
        ("<script>", r"\<script>"),
        ("a < b", "a < b"),
        ("[x](http://y)", r"\[x\](http:<!-- -->//y)"),
        ("*bold* _it_", r"\*bold\* \_it\_"),
        ("@octocat fixes #12", "@<!-- -->octocat fixes #<!-- -->12"),
        ("www.example.com", "www<!-- -->.example.com"),
        (r"\|", r"\\\|"),
        ("- item", r"\- item"),
        ("cuda:0", "cuda:0"),
        ("a\nb", "a\u240ab"),
    ],
)
def test_names_are_plain_text_in_markdown(name: str, shown: str) -> None:
    assert marked(name) == shown


def test_odd_settings_do_not_break_the_table() -> None:
    a = make_evidence(seed=1, parameters={"a|b`c": "x|y", "plain": "z"})
    lines = to_markdown(compare(a, make_evidence(seed=2))).splitlines()
    row = next(line for line in lines if line.startswith(r"| a\|b"))
    assert cells(row) == [r"a\|b\`c", r"x\|y", "`n/a`"]
    assert "| `plain` | `z` | `n/a` |" in lines


def test_a_warning_says_once_what_repairs_it(comparison: Comparison) -> None:
    cautions = tuple(Caution(code, f"the {code}", "`workbench race 1 2` settles it") for code in ("load", "drift"))
    repairable = replace(comparison, warnings=cautions)
    lines = to_markdown(repairable).splitlines()
    assert "- the load (`load`). `workbench race 1 2` settles it." in lines
    assert "- the drift (`drift`)." in lines
    text = " ".join(to_text(repairable, 80).split())
    assert "! the load (load). `workbench race 1 2` settles it. ! the drift (drift). Summary" in text


def test_csv_has_a_line_for_each_row_in_full_precision(comparison: Comparison) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(comparison))))
    assert tuple(rows[0]) == tuple(COLUMNS)
    assert [row["metric"] for row in rows if not row["class"]] == [row.metric for row in comparison.rows]
    assert [row["class"] for row in rows if row["metric"] == "recall"] == ["c0", "c1", "c2", "c3"]
    assert float(rows[0]["delta"]) == comparison.rows[0].delta
    assert rows[0]["verdict"] == comparison.rows[0].verdict.value
    once = next(row for row in rows if row["metric"] == "device_seconds")
    assert (once["delta_low"], once["p_value"]) == ("", "")


def test_runs_without_any_figure_have_a_report_too() -> None:
    empty = compare(replace(make_evidence(seed=1), outcomes=None), replace(make_evidence(seed=2), outcomes=None))
    assert "no-outcomes" in to_text(empty, 80)
    assert to_markdown(empty)
    assert to_csv(empty).count("\n") == 1


def test_the_scores_of_single_classes_are_told_in_words_and_in_a_folded_table(comparison: Comparison) -> None:
    won = [row for of in comparison.classes for row in of.rows if row.verdict is Verdict.B]
    assert won
    sentence = class_words(comparison)
    assert sentence.startswith(f"Of the 12 scores of single classes, B is better in {won[0].title} of c")
    assert sentence in " ".join(to_text(comparison, 80).split())
    lines = to_markdown(comparison).splitlines()
    start = lines.index("| class | n | precision A | B |  | recall A | B |  | F1 A | B |  |")
    rows = [cells(line) for line in lines[start + 2 : start + 6]]
    assert [row[0] for row in rows] == ["`c0`", "`c1`", "`c2`", "`c3`"]
    open_rows = [replace(row, verdict=Verdict.UNRESOLVED) for row in comparison.classes[0].rows]
    level = replace(comparison, classes=(ClassRows("c0", 9, 9, *open_rows),))
    assert class_words(level) == "None of the 3 scores of single classes tells A from B."


def test_a_race_is_told_as_the_source_of_latency(comparison: Comparison) -> None:
    raced = replace(comparison, race={"id": 3, "trials": 2400, "pairs": 40, "processes": 6})
    assert "Latency: race 3, 2,400 calls in 40 pairs of blocks, 6 processes" in to_markdown(raced)
