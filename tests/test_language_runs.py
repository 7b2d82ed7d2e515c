"""Whole runs of language models, from a text file to a checkpoint that writes and can be trained further."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from language_training_fixtures import SMALL, prose
from training_fixtures import drain, of_kind, series, spec, workspace
from transformers import PreTrainedTokenizerFast

from store.database import open_for_writing
from store.errors import UnknownRun
from store.records import Phase
from workbench.errors import BadValue, OutOfMemory, UnusableModel, UsageError
from workbench.evaluation import text_latency
from workbench.evaluation.columns import unpack
from workbench.evaluation.metrics import METRICS, direction_of
from workbench.evaluation.text_latency import prompts_of
from workbench.events import (
    CheckpointKept,
    ClassesFound,
    DataDescribed,
    EnvironmentFound,
    ExampleSetFound,
    FiguresFound,
    LineLogged,
    OutcomesFound,
    PhaseEntered,
    PointsLogged,
    Progressed,
    TrialsFound,
)
from workbench.execution import execute
from workbench.language.checkpoints import load_model
from workbench.language.part_scores import score_part, some_of
from workbench.language.perplexity import score_spans
from workbench.language.sources import find_files, parse_source
from workbench.language.text_preparation import UnitKind, prepare_text
from workbench.language.tokenizers import END_OF_TEXT
from workbench.models.checkpoint import find_checkpoint, load_checkpoint, model_bytes
from workbench.runs.launcher import settle_model
from workbench.spec import DataSpec

TRAINING = {"steps": 6, "evaluate_every": 3, "batch_size": 4, "warmup": 0.0, "learning_rate": 0.01}
IS_DECLARED = {"epochs", "steps", "best_step", "batch_size", "threads", "trials"}


@pytest.fixture(autouse=True)
def _few_texts(monkeypatch):
    """Enough tokens for every figure, and no more."""
    for name, value in (("FEWEST_TEXTS", 2), ("FEWEST_TRIALS", 14), ("AIM_S", 0.0), ("WARM_UP_S", 0.0)):
        monkeypatch.setattr(text_latency, name, value)


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "notes.txt"
    path.write_text("".join(prose(120, seed=seed) + "\n\n" for seed in range(40)), encoding="utf-8")
    return path


def small(notes: Path, model: str = "gpt2-tiny", **changes):
    return spec(model, str(notes), **({**SMALL, **TRAINING} | changes))


@pytest.fixture(scope="module")
def finished(notes, tmp_path_factory):
    """The folder and the events of a short run, as run 1 of a store."""
    folder = tmp_path_factory.mktemp("runs") / "1"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("FEWEST_TEXTS", 2), ("FEWEST_TRIALS", 14), ("AIM_S", 0.0), ("WARM_UP_S", 0.0)):
            patch.setattr(text_latency, name, value)
        events, _ = drain(execute(small(notes), workspace(folder)))
    return folder, events


def figures_of(events):
    return {figure.name: figure for found in of_kind(events, FiguresFound) for figure in found.figures}


def kept_model(folder: Path):
    return load_model(find_files(parse_source("run:1"), lambda _: folder))


def test_a_run_goes_through_all_phases_and_finds_everything_once(finished):
    _, events = finished
    assert [event.phase for event in of_kind(events, PhaseEntered)] == list(Phase)
    once = (DataDescribed, ExampleSetFound, OutcomesFound, TrialsFound, CheckpointKept, EnvironmentFound)
    assert {kind.__name__: len(of_kind(events, kind)) for kind in once} == {kind.__name__: 1 for kind in once}
    assert of_kind(events, ClassesFound) == []


def test_every_figure_of_a_language_model_is_found_and_declared(finished):
    figures = figures_of(finished[1])
    not_of_text = {"throughput_per_s", "usd_per_1k_predictions", "usd_per_1k_correct"}
    declared = {name for name, metric in METRICS.items() if metric.task in (None, "language-modelling")} - not_of_text
    assert declared <= figures.keys()
    for name in figures.keys() - METRICS.keys() - IS_DECLARED:
        assert direction_of(name) is not None, name
    for figure in figures.values():
        assert figure.value is not None or figure.note, f"{figure.name} is not known and does not say why"


def test_figures_and_outcomes_are_those_of_the_checkpoint_that_is_kept(finished, notes):
    folder, events = finished
    figures, outcomes = figures_of(events), of_kind(events, OutcomesFound)[0].outcomes
    bits, sizes, tokens, right = (
        unpack(outcomes.columns[name]).astype(float) for name in ("bits", "bytes", "tokens", "right")
    )
    assert figures["bits_per_byte"].value == pytest.approx(bits.sum() / sizes.sum())
    assert figures["perplexity"].value == pytest.approx(2 ** (bits.sum() / tokens.sum()))
    assert figures["next_token_accuracy"].value == pytest.approx(right.sum() / tokens.sum())
    described, examples = of_kind(events, DataDescribed)[0].values, of_kind(events, ExampleSetFound)[0].example_set
    assert (outcomes.example_set, outcomes.n) == (examples.key, described["test"])
    assert described["scoring"]["window"] == SMALL["context"]
    assert described["scoring"]["stride"] == SMALL["context"] // 2
    again = [score_spans(kept_model(folder), text) for text in prepare_text(DataSpec(str(notes))).test]
    assert np.allclose(np.concatenate([scores.bits for scores in again]), bits)


def test_the_checkpoint_lies_beside_ours_and_counts_as_what_is_needed_to_predict(finished):
    folder, events = finished
    checkpoint = folder / "checkpoint"
    assert {path.name for path in checkpoint.iterdir()} == {"config.json", "training.safetensors", "language"}
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= {
        p.name for p in (checkpoint / "language").iterdir()
    }
    needed = [checkpoint / "config.json", *(checkpoint / "language").iterdir()]
    assert model_bytes(checkpoint) == sum(path.stat().st_size for path in needed)
    assert replace(of_kind(events, CheckpointKept)[0], step=None) == find_checkpoint(folder)
    with pytest.raises(UsageError, match="workbench generate"):
        load_checkpoint(checkpoint)


def test_times_are_those_of_single_tokens(finished):
    _, events = finished
    figures, trials = figures_of(events), of_kind(events, TrialsFound)[0].trials
    times = unpack(trials.columns["ms"])
    assert figures["p50_ms"].value == pytest.approx(np.median(times))
    assert figures["tokens_per_s"].value == pytest.approx(1000 / times.mean())
    firsts = unpack(trials.columns["first_ms"])
    assert figures["ttft_ms"].value == np.median(firsts)
    assert len(firsts) == len(np.unique(unpack(trials.columns["block"])))
    assert trials.conditions["prompt_tokens"] + trials.conditions["new_tokens"] == SMALL["context"]
    assert (trials.conditions["precision"], trials.conditions["batch_size"]) == ("float32", 1)
    assert figures["usd_per_million_tokens"].note.startswith("no price is set")


def test_a_run_that_was_stopped_goes_on_in_its_own_folder(finished, notes, tmp_path):
    first = execute(small(notes), workspace(tmp_path))
    next(event for event in first if isinstance(event, PointsLogged) and event.step == 4)
    first.close()
    assert find_checkpoint(tmp_path) is not None
    later, _ = drain(execute(small(notes), workspace(tmp_path)))
    assert any(line.text == "going on after step 4" for line in of_kind(later, LineLogged))
    assert series(later, "train_loss") == series(finished[1], "train_loss")[4:]
    assert of_kind(later, OutcomesFound) == of_kind(finished[1], OutcomesFound)


def test_a_run_is_trained_further_from_the_checkpoint_of_another(finished, notes):
    folder, events = finished
    before = {path: path.read_bytes() for path in (folder / "checkpoint" / "language").iterdir()}
    wanted = spec("run:1", str(notes), **{**TRAINING, "steps": 3, "evaluate_every": 0})
    further, _ = drain(execute(wanted, workspace(folder.parent / "2")))
    environment = {key: value for event in of_kind(further, EnvironmentFound) for key, value in event.values.items()}
    assert environment["base_model"] == "run:1"
    assert len(environment["base_weights"]) == 64
    assert series(further, "train_loss")[0][1] < series(events, "train_loss")[0][1]
    assert {path: path.read_bytes() for path in before} == before
    assert (
        of_kind(further, OutcomesFound)[0].outcomes.columns["tokens"]
        == (of_kind(events, OutcomesFound)[0].outcomes.columns["tokens"])
    )


def test_lora_without_peft_is_a_sentence(finished, notes, monkeypatch, tmp_path):
    monkeypatch.setattr("workbench.language.adapters.find_spec", lambda _: None)
    wanted = spec("run:1", str(notes), method="lora")
    shutil.copytree(finished[0], tmp_path / "1")
    with pytest.raises(UnusableModel, match=r"method=lora needs peft.*pip install 'workbench\[lora\]'"):
        drain(execute(wanted, workspace(tmp_path / "3")))


def test_a_run_can_be_stopped_while_its_text_is_encoded(notes, tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.language.tokenizers._PIECE", 2000)
    size = sum(map(len, prepare_text(DataSpec(str(notes))).train))
    events = execute(small(notes), workspace(tmp_path))
    told = next(event for event in events if isinstance(event, Progressed) and event.unit == "characters")
    assert 0 < told.done < told.total == size
    events.close()
    assert find_checkpoint(tmp_path) is None


def test_what_does_not_fit_is_refused_before_training(finished, notes, tmp_path, monkeypatch):
    with pytest.raises(BadValue, match="A context of 1 holds no token that is predicted"):
        drain(execute(spec("run:1", str(notes), context=1), workspace(finished[0].parent / "4")))
    with monkeypatch.context() as patch:
        patch.setattr(PreTrainedTokenizerFast, "is_fast", False)
        with pytest.raises(UnusableModel, match="does not tell which characters a token stands for"):
            drain(execute(spec("run:1", str(notes), **TRAINING), workspace(finished[0].parent / "5")))
    assert not (finished[0].parent / "5").exists()
    with pytest.raises(BadValue, match="this run would train on cpu"):
        drain(execute(small(notes, precision="bf16"), workspace(tmp_path)))
    with pytest.raises(UnusableModel, match="There is no folder /nowhere"):
        drain(execute(spec("hf:/nowhere", str(notes)), workspace(tmp_path)))


def test_a_training_that_finds_no_room_says_what_takes_less_and_keeps_what_it_has(notes, tmp_path, monkeypatch):
    def without_room(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    monkeypatch.setattr("workbench.training.language_loop.add_gradients", without_room)
    with pytest.raises(OutOfMemory, match=r"train this model on cpu \(CUDA out.*\)\. Make batch_size smaller"):
        drain(execute(small(notes), workspace(tmp_path)))
    assert find_checkpoint(tmp_path) is not None


def test_a_checkpoint_is_named_by_its_whole_path_and_looked_at_before_a_run_is_queued(
    finished, store_file, tmp_path, monkeypatch
):
    shutil.copytree(finished[0] / "checkpoint" / "language", tmp_path / "smol")
    monkeypatch.chdir(tmp_path)
    with open_for_writing(store_file) as db:
        assert settle_model(db, "gpt2-tiny") == "gpt2-tiny"
        assert settle_model(db, "hf:smol") == settle_model(db, "hf:./smol") == f"hf:{tmp_path / 'smol'}"
        with pytest.raises(UnusableModel, match="There is no folder"):
            settle_model(db, "hf:./none")
        with pytest.raises(UnknownRun):
            settle_model(db, "run:last")


def test_parts_that_are_only_for_orientation_are_scored_in_part():
    texts = [letter * 100 for letter in "abcdefghij"]
    assert some_of(texts, 1000).texts == tuple(texts)
    some = some_of(texts, 300)
    assert [text[0] for text in some.texts] == ["a", "e", "i"]
    assert some.note == "of 300 B of the part's 1000 B"
    assert some_of(["ü" * 100], 51).texts == ("ü" * 26,)


def test_the_texts_of_a_part_are_scored_as_one_work_that_goes_forward(finished):
    model, texts = kept_model(finished[0]), [prose(120), prose(3, seed=1), prose(80, seed=2)]
    told, scores = drain(score_part(model, texts, UnitKind.SPAN))
    sizes = [len(text) for text in texts]
    assert [event.done for event in told] == sorted(event.done for event in told)
    assert {sum(sizes[:count]) for count in (1, 2, 3)} <= {event.done for event in told}
    assert {(event.total, event.unit) for event in told} == {(sum(sizes), "bytes")}
    assert scores.bits.tolist() == [bits for text in texts for bits in score_spans(model, text).bits.tolist()]


def test_prompts_are_of_one_length_and_short_texts_are_put_together(finished):
    model = kept_model(finished[0])
    prompts = prompts_of(model, ["the model", prose(30), prose(30, seed=1)])
    assert [len(prompt) for prompt in prompts] == [SMALL["context"] // 2] * 2
    assert len(prompts_of(model, ["the"] * 30)[0]) == SMALL["context"] // 2
    assert model.tokenizer.eos_token_id not in prompts_of(model, [f"{END_OF_TEXT} {prose(30)}"])[0]


def test_nothing_is_imported_any_more_once_training_begins(notes):
    code = f"""
import sys, tempfile
from pathlib import Path
from language_training_fixtures import SMALL
from training_fixtures import spec, workspace
from workbench.events import PhaseEntered
from workbench.evaluation import text_latency
from workbench.execution import execute
text_latency.AIM_S = text_latency.WARM_UP_S = 0.0
before = None
wanted = spec("gpt2-tiny", {str(notes)!r}, **{{**SMALL, **{TRAINING!r}}})
for event in execute(wanted, workspace(Path(tempfile.mkdtemp()))):
    if isinstance(event, PhaseEntered) and event.phase == "training":
        before = set(sys.modules)
print(sorted(set(sys.modules) - before))
"""
    folder = str(__file__).rpartition("/")[0]
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    assert printed.stdout.strip() == "[]"
