"""Two language models as runs: what they say of a text, how fast and at what price they write, where they differ."""

import json
import zlib
from dataclasses import replace

import numpy as np
import pytest
from comparison_fixtures import make_calls, make_run

from workbench.comparison import Comparison, Evidence, Options, UnitOutcomes, Verdict, compare
from workbench.comparison.compared import Compared
from workbench.comparison.furthest import furthest_apart, furthest_document
from workbench.comparison.report import to_html, to_markdown, to_text
from workbench.comparison.wording import leading_rows
from workbench.evaluation.text_scores import text_figures

N = 60
BYTES = np.full(N, 1024)
PREVIEWS = [f"unit {number} of the | text" for number in range(N)]
PRICE_USD_PER_HOUR = 3.6


def language_run(number: int, *, bits_per_byte: float, token_ms: float, tokens: int = 256) -> Evidence:
    """A run of text in 60 units of 1 KiB, timed token by token; unit 7 is hard for run 2 alone."""
    random = np.random.default_rng(number)
    bits = BYTES * (bits_per_byte + 0.05 * random.normal(size=N))
    bits[7] += 1500.0 if number == 2 else 0.0
    per_unit = np.full(N, tokens)
    outcomes = UnitOutcomes(
        ids=np.arange(N, dtype=np.uint64),
        bits=bits,
        bytes=BYTES,
        tokens=per_unit,
        right=random.binomial(per_unit, 0.4),
        packed_previews=zlib.compress(json.dumps(PREVIEWS).encode()),
    )
    calls = replace(make_calls(token_ms, n=1000, seed=number), first_ms=make_calls(20 * token_ms, n=15, seed=9).ms)
    mean = float(calls.ms.mean())
    metrics = {figure.name: figure.value for figure in text_figures(bits, BYTES, per_unit, outcomes.right)}
    latency = {
        "p50_ms": float(np.percentile(calls.ms, 50)),
        "p95_ms": float(np.percentile(calls.ms, 95)),
        "ttft_ms": float(np.median(calls.first_ms)),
        "tokens_per_s": 1000 / mean,
    }
    run = make_run(
        id=number,
        name=f"gpt-{number}",
        model="gpt2-tiny",
        dataset="docstrings",
        task="language-modelling",
        metrics=metrics,
        latency=latency,
        cost={"usd_per_million_tokens": PRICE_USD_PER_HOUR * mean / 3.6, "energy_per_token_j": 0.1 * number},
        size={"peak_memory_bytes": 5e8 * number},
    )
    return Evidence(run, outcomes, calls)


def compared(a: Evidence, b: Evidence) -> Compared:
    return Compared(compare(a, b), a, b, Options())


A = language_run(1, bits_per_byte=1.2, token_ms=2.0)
B = language_run(2, bits_per_byte=1.0, token_ms=4.0)
OTHER_TOKENIZER = language_run(3, bits_per_byte=1.0, token_ms=4.0, tokens=200)


def verdicts(comparison: Comparison) -> dict[str, Verdict]:
    return {row.metric: row.verdict for row in comparison.rows}


def test_every_figure_of_a_language_model_is_a_row_with_the_verdict_that_its_evidence_bears() -> None:
    assert verdicts(compare(A, B)) == {
        "bits_per_byte": Verdict.B,
        "perplexity": Verdict.B,
        "next_token_accuracy": Verdict.UNRESOLVED,
        "p50_ms": Verdict.A,
        "p95_ms": Verdict.A,
        "mean_ms": Verdict.A,
        "ttft_ms": Verdict.A,
        "tokens_per_s": Verdict.A,
        "usd_per_million_tokens": Verdict.A,
        "energy_per_token_j": Verdict.UNRESOLVED,
        "peak_memory_bytes": Verdict.UNRESOLVED,
    }


def test_the_time_to_the_first_token_has_an_interval_from_the_first_tokens_of_all_texts() -> None:
    row = compare(A, B).row("ttft_ms")
    assert row is not None
    assert A.calls is not None
    times = np.sort(A.calls.first_ms)
    # For 15 values the 4th and the 12th: P(4 <= Binomial(15, 1/2) <= 11) = 0.965 (Conover 1999, table A3).
    assert (row.a.low, row.a.high, row.n) == (times[3], times[11], 30)
    untimed = replace(A, calls=replace(A.calls, first_ms=None))
    row = compare(untimed, B).row("ttft_ms")
    assert row is not None
    assert (row.a.low, row.verdict) == (None, Verdict.UNRESOLVED)


def test_speed_and_price_follow_from_the_time_of_a_token_with_its_interval() -> None:
    comparison = compare(A, B)
    speed, price, mean = (comparison.row(name) for name in ("tokens_per_s", "usd_per_million_tokens", "mean_ms"))
    assert speed is not None
    assert price is not None
    assert mean is not None
    assert mean.a.low is not None
    assert speed.a.high == pytest.approx(1000 / mean.a.low)
    assert price.relative == pytest.approx(mean.relative)
    assert speed.reason == price.reason == f"follows from mean_ms: {mean.reason}"
    assert "cost per million tokens: A $" in comparison.summary.lower().replace("a $", "A $")


def test_text_is_not_raced_so_no_race_is_named_as_what_settles_it() -> None:
    slower = language_run(2, bits_per_byte=1.0, token_ms=2.1)
    comparison = compare(A, replace(slower, run={**slower.run, "environment": {"cpu": "EPYC", "host": "box"}}))
    told = json.dumps(comparison.to_json()) + to_text(comparison)
    assert "race settles" not in told
    assert "workbench race" not in told
    assert "another device: A on Xeon, B on EPYC" in told


def test_with_other_tokenizers_bits_per_byte_decides_and_what_counts_tokens_says_why_it_does_not() -> None:
    comparison = compare(A, OTHER_TOKENIZER)
    rows = {row.metric: row for row in comparison.rows}
    by_token = {"perplexity", "next_token_accuracy", "p50_ms", "p95_ms", "mean_ms", "tokens_per_s"}
    by_token |= {"usd_per_million_tokens", "energy_per_token_j"}
    for name in by_token:
        assert rows[name].verdict is Verdict.NOT_COMPARABLE, name
        assert (
            rows[name].reason == "other tokenizers: tokens of different lengths cannot be compared, bits per byte can"
        )
        assert (rows[name].delta, rows[name].p_value) == (None, None)
        assert None not in (rows[name].a.value, rows[name].b.value)
    assert rows["bits_per_byte"].verdict is Verdict.B
    assert rows["ttft_ms"].delta == pytest.approx(40.0, rel=0.05)
    caution = next(caution for caution in comparison.warnings if caution.code == "other-tokenizer")
    assert caution.message.startswith("other tokenizers: A makes 15,360 tokens of the text, B 12,000;")
    assert leading_rows(comparison)[0].metric == "bits_per_byte"


def test_the_units_that_differ_most_in_bits_lead_the_lists_of_every_form() -> None:
    both = compared(A, B)
    found = furthest_apart(both)
    gaps = [abs(item.apart) for item in found]
    assert (found[0].position, found[0].preview, len(found)) == (7, PREVIEWS[7], 20)
    assert found[0].apart > 1000
    assert gaps == sorted(gaps, reverse=True)
    first = furthest_document(both)["furthest_apart"][0]
    assert first["b"]["bits"] - first["a"]["bits"] == pytest.approx(found[0].apart)
    assert first["a"]["bits_per_byte"] == pytest.approx(first["a"]["bits"] / 1024)
    assert (first["bytes"], first["position"], len(first["example"])) == (1024, 7, 16)
    markdown = to_markdown(both.comparison, furthest=found)
    assert "Text units on which the bits are furthest apart" in markdown
    assert r"| unit 7 of the \| text | 1,024 |" in markdown
    assert "Text units on which the bits are furthest apart" in to_html(both)


def test_a_code_without_a_finite_length_is_null_in_json() -> None:
    assert isinstance(B.outcomes, UnitOutcomes)
    bits = B.outcomes.bits.copy()
    bits[3] = np.inf
    document = furthest_document(compared(A, replace(B, outcomes=replace(B.outcomes, bits=bits))))
    json.dumps(document, allow_nan=False)
    assert document["furthest_apart"][0]["b"] == {"bits": None, "bits_per_byte": None}
