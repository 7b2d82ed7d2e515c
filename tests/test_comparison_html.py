"""The HTML report: one file, inert, the same each time, and right in a real browser where there is one."""

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from comparison_fixtures import make_calls, make_evidence, make_timed

from store.records import SeriesRow
from workbench.comparison import Evidence, Options, compare
from workbench.comparison.compared import Compared
from workbench.comparison.report import to_html, to_markdown
from workbench.comparison.report.markdown import marked
from workbench.comparison.report.markup import Markup, joined, tag
from workbench.comparison.report.page import POLICY
from workbench.comparison.report.slice_tables import table_of_column, table_of_worst
from workbench.comparison.report.svg_scale import linear_scale, log_scale, tick_words
from workbench.comparison.slices import Slicer
from workbench.comparison.training_curves import Overlay

HOSTILE = '<script>alert("x")</script>\x1b[2J\u202e&amp;'
SHOWN = '&lt;script&gt;alert("x")&lt;/script&gt;&amp;amp;'
VOID = {"meta", "br", "col", "hr"}


def evidence(skill: float, ms: float, seed: int, *, classes: int = 4, n: int = 719, **changes: object) -> Evidence:
    """A run with every kind of figure."""
    made = make_evidence(n=n, classes=classes, skill=skill, seed=seed, **changes)
    run = {
        **made.run,
        "latency": make_timed(ms, seed=seed).run["latency"],
        "cost": {**made.run["cost"], "device_seconds": 3.2 * seed},
        "size": {"parameters": 124_439_808 * seed, "checkpoint_bytes": 70_000 * seed, "peak_memory_bytes": 5e8},
        "classes": [
            {"label": f"c{number}", "precision": 0.9, "recall": 0.8 + seed / 100, "f1": 0.85, "support": 100}
            for number in range(classes)
        ],
    }
    return replace(made, run=run, calls=make_calls(ms, seed=seed))


def compared(a: Evidence, b: Evidence) -> Compared:
    return Compared(compare(a, b), a, b, Options())


def overlay(metric: str, scale: float = 1.0) -> Overlay:
    def rows(rate: float) -> list[SeriesRow]:
        values = [scale * float(np.exp(-rate * step)) for step in range(60)]
        return [
            SeriesRow(metric, 1, step, 10 * step, 10 * step + 9, 10, v, v, v * 0.9, v * 1.1, v)
            for step, v in enumerate(values)
        ]

    return Overlay(metric, rows(0.05), rows(0.09))


OVERLAYS = (overlay("val_loss", 2.0), overlay("train_loss", 2.3))


@pytest.fixture(scope="module")
def pair() -> Compared:
    a = evidence(2.0, 0.12, 1, name="demo-mlp")
    return compared(a, evidence(3.5, 0.31, 2, name="demo-cnn", parameters={"learning_rate": 0.01}, threads=2))


@pytest.fixture(scope="module")
def page(pair: Compared) -> str:
    return to_html(pair, OVERLAYS)


class Outline(HTMLParser):
    """Reads a page strictly: every element is closed in order; keeps elements with their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text.append(data)

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag == name]

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def test_it_holds_the_verdict_every_row_and_every_section(pair: Compared, page: str) -> None:
    outline = Outline(page)
    assert "B is better than A in accuracy on the same 719 test examples" in outline.words
    for row in pair.comparison.rows:
        assert row.title.removeprefix("latency ") in outline.words
    ids = [section["id"] for section in outline.named("section")]
    expected = ["figures", "agreement", "examples", "confusion", "classes", "curves", "latency", "settings", "methods"]
    assert [name for name in ids if name in expected] == expected
    assert {link["href"] for link in outline.named("a")} == {f"#{name}" for name in ids}


def test_it_needs_nothing_from_elsewhere(page: str) -> None:
    outline = Outline(page)
    policy = next(meta for meta in outline.named("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy["content"] == POLICY
    assert not {tag for tag, _ in outline.elements} & {"script", "link", "img", "iframe", "object", "embed", "base"}
    assert not any(key in attributes for _, attributes in outline.elements for key in ("src", "srcset", "onload"))
    assert not re.search(r"url\(|@import|https?:", page)


def test_the_same_comparison_gives_the_same_bytes(pair: Compared, page: str) -> None:
    assert to_html(compared(pair.a, pair.b), OVERLAYS) == page


def test_tables_have_headers_and_charts_have_words(page: str) -> None:
    outline = Outline(page)
    assert all(head.get("scope") in ("col", "row") for head in outline.named("th"))
    charts = outline.named("svg")
    assert len(charts) > 10
    assert all(chart["role"] == "img" and chart["aria-label"] for chart in charts)
    words = {str(chart["aria-label"]) for chart in charts}
    assert any(text.startswith("difference +") and text.endswith(": B better") for text in words)
    assert outline.named("html") == [{"lang": "en"}]


def test_hostile_names_are_text_and_inert() -> None:
    strange = {"name": HOSTILE, "dataset": HOSTILE, "parameters": {HOSTILE: HOSTILE}, "environment": {"cpu": HOSTILE}}
    a = evidence(2.0, 0.12, 1, tags=[HOSTILE], **strange)
    assert a.examples is not None
    labels = (HOSTILE, "c1", "c2", "c3")
    a = replace(a, outcomes=replace(a.examples, labels=labels))
    b = evidence(3.0, 0.12, 2)
    assert b.examples is not None
    page = to_html(compared(a, replace(b, outcomes=replace(b.examples, labels=labels))))
    assert not Outline(page).named("script")
    assert SHOWN in page
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_runs_without_outcomes_and_calls_have_a_page_without_their_sections() -> None:
    a, b = (replace(make_evidence(seed=seed), outcomes=None) for seed in (1, 2))
    outline = Outline(to_html(compared(a, b)))
    assert [section["id"] for section in outline.named("section")] == ["figures", "settings", "methods"]
    assert "no-outcomes" in outline.words


def test_unpaired_runs_have_matrices_but_no_examples() -> None:
    a, b = make_evidence(seed=1), make_evidence(seed=2)
    assert b.examples is not None
    b = replace(b, outcomes=replace(b.examples, ids=b.examples.ids + np.uint64(10_000)))
    ids = [section["id"] for section in Outline(to_html(compared(a, b))).named("section")]
    assert "confusion" in ids
    assert not {"examples", "agreement"} & set(ids)


def test_slices_are_shown_where_they_were_asked_for(pair: Compared, page: str) -> None:
    slicer = Slicer(pair)
    tables = (table_of_column(slicer.by("truth")), table_of_worst((), slicer.metric))
    outline = Outline(to_html(pair, slices=tables))
    assert tables[0].title in outline.words
    assert all(cell in outline.words for row in tables[0].rows for cell in row)
    assert tables[1].title in outline.words
    assert 'id="slices"' not in page
    lines = to_markdown(pair.comparison, tables).splitlines()
    assert f"**{marked(tables[0].title)}**" in lines
    assert sum(line.startswith("| c") and line.count(" | ") == 7 for line in lines) == len(tables[0].rows)


def test_many_classes_are_drawn_and_the_cells_that_differ_most_are_written() -> None:
    a, b = evidence(2.0, 0.1, 1, classes=30, n=900), evidence(2.6, 0.1, 2, classes=30, n=900)
    outline = Outline(to_html(compared(a, b)))
    maps = [chart for chart in outline.named("svg") if chart["class"] == "heat-map"]
    assert [chart["aria-label"] for chart in maps] == [f"Confusion of {title}" for title in ("A", "B", "B - A")]
    assert "The 20 cells in which A and B differ most" in outline.words


def test_curves_break_at_gaps_and_attempts_and_a_curve_without_values_is_left_out(pair: Compared) -> None:
    first, second, *rest = overlay("val_loss").a
    broken = [first, second, replace(rest[0], mean=None), rest[1], rest[2], replace(rest[3], attempt=2), rest[4]]
    unknown = [replace(row, mean=None, minimum=None, maximum=None) for row in overlay("val_loss").a]
    page = to_html(pair, (Overlay("val_loss", broken, []), Overlay("never_known", unknown, unknown)))
    paths = re.findall(r'class="trace a" d="([^"]+)"', page)
    assert paths[0].count("M") == 4
    assert "never known" not in page


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.0, 1.0, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0.961, 0.987, ["0.96", "0.97", "0.98", "0.99"]),
        (-3.0, 40.0, ["-10", "0", "10", "20", "30", "40"]),
        (0.002, 0.002, ["0.0018", "0.0019", "0.0020", "0.0021", "0.0022"]),
        (0.0, 90_000.0, ["0", "20k", "40k", "60k", "80k", "100k"]),
    ],
)
def test_axes_end_at_round_numbers(low: float, high: float, words: list[str]) -> None:
    scale = linear_scale([low, high], 0, 100)
    assert tick_words(scale) == words
    assert scale.low <= low <= high <= scale.high


def test_a_log_axis_has_few_ticks_within_its_ends() -> None:
    scale = log_scale([0.04, 700.0], 0, 100)
    assert tick_words(scale) == ["0.1", "0.3", "1", "3", "10", "30", "100", "300"]
    assert scale.place(0.04) == 0
    assert scale.place(1e9) == 100


def test_only_markup_is_not_escaped() -> None:
    assert tag("p", "<b>", Markup("<i>"), class_='a"b', data_x=1.005, hidden=None) == (
        '<p class="a&quot;b" data-x="1">&lt;b&gt;<i></p>'
    )
    assert joined([1, "a\x00b"]) == "1a\u2400b"


def test_conditions_that_are_empty_are_none_and_seeds_are_no_amounts() -> None:
    a, b = evidence(2.0, 0.12, 1), evidence(3.0, 0.31, 2)
    assert a.calls is not None
    known = {**a.calls.conditions, "seed": 2_116_595_436, "throttle": ""}
    page = to_html(compared(replace(a, calls=replace(a.calls, conditions=known)), b))
    assert re.search(r">seed</th><td[^>]*>2116595436</td><td[^>]*>n/a<", page)
    assert re.search(r">throttle</th><td[^>]*>none</td>", page)


# In a real browser.

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no chromium on the PATH")
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars"),
    *("--enable-logging=stderr", "--virtual-time-budget=4000"),
)
WIDTHS = (1200, 1000, 800, 400, 320)
MEASURE = """<script>addEventListener("load", () => {
  const wide = [...document.querySelectorAll("body *")].filter(e => (e.getBoundingClientRect().right > innerWidth + 1
    || e.matches(".figures td, .figures th") && e.scrollWidth > e.clientWidth + 1)
    && !e.closest(".scroll, thead") && getComputedStyle(e).position !== "absolute").map(e => e.outerHTML.slice(0, 80));
  parent.postMessage(JSON.stringify([innerWidth, document.documentElement.scrollWidth, wide.slice(0, 3)]), "*");
});</script>"""


def browse(page: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    assert BROWSER is not None
    command = [BROWSER, *QUIET, f"--user-data-dir={folder}", "--dump-dom", page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)


@pytest.fixture
def hostile_page() -> str:
    """A page of long and hostile names, many classes, long settings."""
    long = "a-very-long-name-" * 6 + HOSTILE
    a = evidence(2.0, 0.12, 1, classes=11, name=long, parameters={"layers": ["x" * 30] * 4, long: long})
    b = evidence(3.0, 0.9, 2, classes=11, name=f"other-{long}", environment={"cpu": long})
    return to_html(compared(a, b), (*OVERLAYS, overlay(long)))


@needs_browser
def test_a_browser_shows_the_verdict_and_complains_of_nothing(hostile_page: str, tmp_path: Path) -> None:
    path = tmp_path / "diff.html"
    path.write_text(hostile_page, encoding="utf-8")
    seen = browse(path, tmp_path / "profile")
    assert "B is better than A in accuracy on the same 719 test examples" in seen.stdout
    assert seen.stdout.count("<svg") == hostile_page.count("<svg")
    assert "CONSOLE" not in seen.stderr


def spilling(page: str, folder: Path) -> list[tuple[str, str, str]]:
    """The widths of a window in which the page is wider than that, or a figure wider than its cell; and what is."""
    opened = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]+>', "", page)
    measured = folder / "measured.html"
    measured.write_text(opened.replace("</head>", f"{MEASURE}</head>"), encoding="utf-8")
    frames = "".join(
        f'<iframe src="measured.html" style="width:{width}px;height:800px;border:0"></iframe>' for width in WIDTHS
    )
    listen = 'addEventListener("message", e => document.body.append(document.createTextNode(`measured ${e.data};`)))'
    (folder / "frames.html").write_text(f"<!DOCTYPE html><body><script>{listen}</script>{frames}</body>")
    seen = browse(folder / "frames.html", folder / "profile")
    results = re.findall(r"measured \[(\d+),(\d+),\[(.*?)\]\];", seen.stdout)
    assert sorted(int(width) for width, _, _ in results) == sorted(WIDTHS)
    return [(width, whole, wide) for width, whole, wide in results if width != whole or wide]


@needs_browser
def test_nothing_spills_over_in_a_window_of_any_width(hostile_page: str, tmp_path: Path) -> None:
    assert spilling(hostile_page, tmp_path) == []
