"""Texts are shared out without overlap, units are told by their content, and the report counts what misleads."""

import json
import zlib
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data import check
from workbench.errors import BadValue, UnusableData
from workbench.evaluation.columns import unpack
from workbench.evaluation.contents import unpack_contents
from workbench.language.spans import byte_length, split_text
from workbench.language.text_parts import cut_sections, split_documents, text_ids
from workbench.language.text_preparation import PreparedText, UnitKind, prepare_text, preview_text
from workbench.spec import DataSpec

DESCRIBED = {"fingerprint", "train", "val", "test", "labels", "target", "columns", "unit", "split", "report"}


def sentences(n: int, seed: int = 0) -> str:
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "Grüße", "日本"]
    random = Random(seed)
    return "".join(" ".join(random.choices(words, k=random.randrange(4, 14))) + ".\n" for _ in range(n))


def prepare_one(tmp_path: Path, text: str, **spec: Any) -> PreparedText:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    return prepare_text(DataSpec(str(tmp_path / "a.txt"), **spec))


def prepare_many(tmp_path: Path, documents: list[str], **spec: Any) -> PreparedText:
    lines = "".join(json.dumps({"text": text}) + "\n" for text in documents)
    (tmp_path / "a.jsonl").write_text(lines, encoding="utf-8")
    return prepare_text(DataSpec(str(tmp_path / "a.jsonl"), **spec))


def codes(prepared: PreparedText) -> list[str]:
    return [warning["code"] for warning in prepared.report["warnings"]]


def test_one_long_text_is_shared_out_in_stretches_that_do_not_overlap(tmp_path: Path) -> None:
    text = sentences(3000)
    prepared = prepare_one(tmp_path, text)
    parts = [*prepared.train, *prepared.val, *prepared.test]
    assert sum(map(len, parts)) == len(text)
    places = sorted((text.index(part), part) for part in parts)  # sentences are random, so a stretch is found once
    assert "".join(part for _, part in places) == text
    assert all(part.endswith("\n") for part in parts)
    shares = [sum(map(byte_length, part)) / byte_length(text) for part in (prepared.train, prepared.val, prepared.test)]
    assert shares == pytest.approx([0.64, 0.16, 0.2], abs=0.04)
    for part in (prepared.train, prepared.val, prepared.test):
        found = [text.index(stretch) for stretch in part]
        assert found == sorted(found)


def test_units_of_one_text_are_spans_of_its_test_part_and_can_be_shown_whole(tmp_path: Path) -> None:
    prepared = prepare_one(tmp_path, sentences(3000))
    assert prepared.unit is UnitKind.SPAN
    assert prepared.test_units == tuple(span for text in prepared.test for span in split_text(text))
    assert "".join(prepared.test_units) == "".join(prepared.test)
    ids = unpack(prepared.example_set.ids)
    assert ids.tolist() == text_ids(prepared.test_units).tolist()
    assert len(set(ids.tolist())) == prepared.example_set.n == len(prepared.test_units)
    assert prepared.example_set.contents is not None
    texts = unpack_contents(prepared.example_set.contents).texts
    assert texts is not None
    assert tuple(texts) == prepared.test_units
    previews = json.loads(zlib.decompress(prepared.example_set.previews))
    assert previews == [preview_text(unit) for unit in prepared.test_units]
    assert all(len(line) <= 160 and "\n" not in line for line in previews)


def test_documents_are_units_where_the_test_part_has_enough_of_them(tmp_path: Path) -> None:
    documents = [sentences(6, seed) for seed in range(160)]
    prepared = prepare_many(tmp_path, documents)
    assert prepared.unit is UnitKind.DOCUMENT
    assert prepared.test_units == prepared.test
    assert (len(prepared.train), len(prepared.val), len(prepared.test)) == (102, 26, 32)
    assert sorted(documents) == sorted((*prepared.train, *prepared.val, *prepared.test))
    few = prepare_many(tmp_path, documents[:40])
    assert (few.unit, len(few.test)) == (UnitKind.SPAN, 8)
    assert few.test_units == tuple(span for text in few.test for span in split_text(text))


def test_a_few_long_documents_are_cut_each_by_itself(tmp_path: Path) -> None:
    documents = [sentences(1000, seed) for seed in range(3)]
    prepared = prepare_many(tmp_path, documents)
    assert prepared.unit is UnitKind.SPAN
    for stretch in (*prepared.train, *prepared.val, *prepared.test):
        assert sum(stretch in document for document in documents) == 1


def test_nothing_depends_on_the_order_of_documents_and_the_split_has_its_own_seed(tmp_path: Path) -> None:
    documents = [*(sentences(4, seed) for seed in range(150)), sentences(4, 0)]
    prepared = prepare_many(tmp_path, documents)
    Random(1).shuffle(documents)
    again = prepare_many(tmp_path, documents)
    assert (again.train, again.val, again.test) == (prepared.train, prepared.val, prepared.test)
    assert again.fingerprint == prepared.fingerprint
    assert again.example_set == prepared.example_set
    other = prepare_many(tmp_path, documents, split_seed=1)
    assert other.fingerprint == prepared.fingerprint
    assert set(other.test) != set(prepared.test)
    assert prepare_many(tmp_path, documents[1:]).fingerprint != prepared.fingerprint


def test_equal_texts_are_told_apart_by_their_ordinals() -> None:
    ids = text_ids(["a", "b", "a", "a"])
    assert len(set(ids.tolist())) == 4
    assert sorted(text_ids(["a", "a", "b", "a"]).tolist()) == sorted(ids.tolist())
    assert ids.tolist()[:2] == text_ids(["a", "b"]).tolist()
    assert ids.dtype == np.uint64


def test_ids_and_fingerprint_stay_as_they_are(tmp_path: Path) -> None:
    """They stand in stored runs; a change means that no old run can be paired with a new one."""
    assert [f"{int(number):016x}" for number in text_ids(["a", "Grüße", "a"])] == [
        "10b35624d9d65d8e",
        "c61b1ba1f5005aa8",
        "69595944452e55ac",
    ]
    assert prepare_one(tmp_path, sentences(300)).fingerprint[:12] == "5385899763e5"


@given(st.text(max_size=400), st.integers(min_value=1, max_value=40_000))
def test_sections_are_the_text_cut_between_characters(text: str, size: int) -> None:
    sections = cut_sections(text, size)
    assert "".join(sections) == text
    assert all(sections)


@given(st.text(max_size=300), st.integers(min_value=4, max_value=64))
def test_a_span_ends_with_the_character_in_which_its_multiple_lies(text: str, span: int) -> None:
    spans = split_text(text, span)
    assert "".join(spans) == text
    reached = 0
    for unit in spans[:-1]:
        before, reached = reached, reached + byte_length(unit)
        assert (before // span + 1) * span <= reached < (before // span + 1) * span + 4


def test_what_a_run_keeps_of_its_text_is_json_with_the_keys_of_any_data(tmp_path: Path) -> None:
    described = prepare_one(tmp_path, sentences(3000), split_seed=3).describe()
    json.dumps(described, allow_nan=False)
    assert set(described) == DESCRIBED
    assert (described["labels"], described["target"], described["unit"]) == ([], None, "span")
    assert described["train"] + described["val"] + described["test"] == described["report"]["rows"]
    assert described["split"] == {"seed": 3, "test_fraction": 0.2, "val_fraction": 0.2}


def test_a_good_text_is_not_warned_of(tmp_path: Path) -> None:
    report = prepare_one(tmp_path, sentences(3000)).report
    assert report["warnings"] == []
    assert report["text_bytes"] == (tmp_path / "a.txt").stat().st_size == sum(report["part_bytes"].values())
    assert (report["documents"], report["duplicates"], report["control_characters"], report["long_lines"]) == (
        1,
        0,
        0,
        0,
    )


def test_repeated_documents_are_found_within_and_across_the_parts(tmp_path: Path) -> None:
    documents = [sentences(4, seed) for seed in range(150)]
    prepared = prepare_many(tmp_path, [*documents, *documents[:50], "", "  \n"])
    assert prepared.report["duplicates"] == 50
    kept = [*prepared.train, *prepared.val]
    assert prepared.report["duplicates_across_split"] == sum(text in kept for text in prepared.test) > 0
    assert prepared.report["blank_documents"] == 2
    assert codes(prepared) == ["duplicates-across-split", "seen-lines", "blank-documents", "duplicates"]


def test_lines_that_other_parts_have_too_are_told(tmp_path: Path) -> None:
    licence = "This file may be copied under the terms of some licence.\n"
    prepared = prepare_many(tmp_path, [licence + sentences(1, seed) for seed in range(150)])
    found = prepared.report["commonest_line"]
    assert (found["text"], found["share"]) == (licence.strip(), 0.5)
    assert {"seen-lines", "common-line"} <= set(codes(prepared))
    telling = [line for text in prepared.test for line in text.splitlines() if len(line) >= 40]
    assert prepared.report["seen_lines"] >= sum(line == licence.strip() for line in telling) / len(telling)


def test_characters_that_are_no_text_are_counted(tmp_path: Path) -> None:
    text = sentences(3000) + "page\fbreak \x1b[31mred\x1b[0m \ufffd\n" + "".join(map(str, range(3000)))
    (tmp_path / "a.txt").write_bytes(b"\xff" + text.encode())
    prepared = prepare_text(DataSpec(str(tmp_path / "a.txt")))
    report = prepared.report
    assert (report["control_characters"], report["long_lines"]) == (3, 1)
    assert (report["invalid_bytes"], report["replacement_characters"]) == (1, 2)
    assert codes(prepared)[:3] == ["invalid-utf-8", "control-characters", "long-lines"]


def test_few_units_short_documents_and_uneven_parts_are_told(tmp_path: Path) -> None:
    assert "few-test-units" in codes(prepare_one(tmp_path, sentences(120)))
    short = prepare_many(tmp_path, [f"word {n}" for n in range(200)])
    assert (short.report["short_documents"], "short-documents" in codes(short)) == (200, True)
    uneven = prepare_many(tmp_path, [sentences(2000), *(sentences(2, seed) for seed in range(1, 30))])
    assert "uneven-parts" in codes(uneven)


def test_too_little_text_is_refused_before_and_in_a_run(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a little\n" * 10)
    (tmp_path / "b.txt").write_text(sentences(200))
    for spec, error, said in (
        (DataSpec(str(tmp_path / "a.txt")), UnusableData, "a.txt has only 90 bytes of text: at least 4,096"),
        (DataSpec(str(tmp_path / "b.txt"), test_fraction=1.0), BadValue, "test_fraction must be above 0"),
    ):
        for ask in (check, prepare_text):
            with pytest.raises(error, match=said):
                ask(spec)
    with pytest.raises(UnusableData, match="nothing of b is left to train on"):
        split_documents("b", ["text"] * 10, DataSpec("b", test_fraction=0.95))
