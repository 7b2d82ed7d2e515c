"""The training of language models: it learns, tells what it does, and goes on where it stopped as if it never had."""

import json
import math
import shutil

import pytest
import torch
from language_fixtures import byte_tokenizer
from language_training_fixtures import beginning, blocks, config, prose
from safetensors.torch import load_file
from training_fixtures import drain, of_kind, series
from transformers import GPTNeoConfig, GPTNeoForCausalLM, MixtralConfig, MixtralForCausalLM

from workbench.errors import Diverged, UnusableModel, UsageError
from workbench.events import CheckpointKept, LineLogged, PointsLogged, Progressed
from workbench.language.beginnings import from_checkpoint
from workbench.language.checkpoints import load_model
from workbench.language.keeping import put_weights, trained_weights, whole_weights, write_language_model
from workbench.language.sources import find_files, parse_source
from workbench.training import language_loop, language_state, loop
from workbench.training.blocks import add_gradients, evaluate_blocks, make_blocks, make_val_blocks
from workbench.training.language_loop import Course, train_language_model
from workbench.training.losstap import LossTap
from workbench.training.samples import prompt_of, sample_line
from workbench.training.state import STATE_FILE, count_batches

WORDS = 600


def training(folder, started=None, **changes):
    """The generator of a short training, with dropout, a shuffled order and a sample at each look."""
    started = started or beginning()
    prompt = prompt_of(started, [prose(50, seed=5)])
    return train_language_model(
        started,
        blocks(started, WORDS),
        blocks(started, 150, seed=5),
        config(**changes),
        folder=folder,
        sample=lambda: sample_line(started, prompt),
    )


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """A training without a stop: its folder, its events, what it came to, and the network that it left."""
    folder, started = tmp_path_factory.mktemp("straight"), beginning()
    return folder, *drain(training(folder, started)), started


def test_it_learns_and_tells_every_series(straight):
    _, events, trained, _ = straight
    losses = [loss for _, loss in series(events, "train_loss")]
    assert losses[-1] < losses[0] - 1
    assert [step for step, _ in series(events, "train_loss")] == list(range(1, trained.steps + 1))
    assert [step for step, _ in series(events, "grad_norm")] == list(range(1, trained.steps + 1))
    looks = [*range(5, trained.steps, 5), trained.steps]
    assert [step for step, _ in series(events, "val_loss")] == looks
    for (_, loss), (_, perplexity) in zip(series(events, "val_loss"), series(events, "val_perplexity"), strict=True):
        assert perplexity == pytest.approx(math.exp(loss))
    assert all(speed > 0 for _, speed in series(events, "tokens_per_s"))
    assert trained.epochs == 2
    samples = [line.text for line in of_kind(events, LineLogged) if line.text.startswith("sample · ")]
    assert len(samples) == len(looks)
    assert all("→" in text and "\n" not in text for text in samples)


def test_the_learning_rate_rises_then_falls_along_a_cosine_to_a_tenth(straight):
    _, events, trained, _ = straight
    rates = [rate for _, rate in series(events, "learning_rate")]
    rising = math.ceil(0.1 * trained.steps)
    assert rates[:rising] == pytest.approx([1e-2 * (step + 1) / rising for step in range(rising)])
    assert rates[rising - 1 :] == sorted(rates[rising - 1 :], reverse=True)
    assert rates[-1] == pytest.approx(1e-3)
    assert config(schedule="constant", warmup=0.0).rate_at(3, 10) == 1e-2


def test_the_best_weights_are_kept_and_transformers_loads_them(straight):
    folder, events, trained, started = straight
    looks = dict(series(events, "val_loss"))
    assert looks[trained.best_step] == min(looks.values())
    (folder / "run").mkdir(exist_ok=True)
    kept = load_model(find_files(parse_source(f"hf:{folder / 'language'}"), None), attention="sdpa")
    for name, tensor in trained_weights(started.network).items():
        assert torch.equal(tensor, dict(kept.network.named_parameters())[name])
    val = blocks(started, 150, seed=5)
    _, loss = drain(evaluate_blocks(kept.network, val, 4, config().autocast("cpu"), Progressed(0, 8, "steps")))
    assert loss == pytest.approx(looks[trained.best_step], abs=1e-6)
    assert kept.tokenizer.decode(kept.tokenizer("the model")["input_ids"]) == "the model"


@pytest.mark.parametrize("stop_at", [4, 5, 17])
def test_a_training_that_was_stopped_goes_on_to_the_same_losses_bit_for_bit(straight, tmp_path, stop_at):
    _, events, trained, _ = straight
    first, early = training(tmp_path), []
    for event in first:
        early.append(event)
        if isinstance(event, PointsLogged) and event.step == stop_at and "train_loss" in event.values:
            break
    first.close()
    late, resumed = drain(training(tmp_path))
    assert f"going on after step {stop_at}" in [line.text for line in of_kind(late, LineLogged)]
    for name in ("train_loss", "grad_norm", "val_loss", "learning_rate"):
        whole = dict(series(early, name)) | dict(series(late, name))
        assert whole == dict(series(events, name)), name
    assert (resumed.best_step, resumed.steps) == (trained.best_step, trained.steps)


def test_a_training_that_is_killed_goes_on_from_its_last_checkpoint_bit_for_bit(straight, tmp_path, monkeypatch):
    monkeypatch.setattr(language_state, "SAVE_EVERY_S", 0.0)
    monkeypatch.setattr(language_state, "_SAVING_SHARE", 1e9)
    first = training(tmp_path / "killed")
    next(event for event in first if isinstance(event, CheckpointKept) and event.step == 7)
    shutil.copytree(tmp_path / "killed", tmp_path / "left")  # what a process that is killed now leaves
    first.close()
    late, _ = drain(training(tmp_path / "left"))
    for name in ("train_loss", "grad_norm", "val_loss"):
        assert series(late, name) == [(step, value) for step, value in series(straight[1], name) if step > 7], name


def test_what_a_kill_in_mid_writing_left_goes_with_the_next_writing(tmp_path):
    (tmp_path / ".language.new").mkdir()
    (tmp_path / ".language.new" / "model-00002-of-00002.safetensors").write_bytes(b"half of it")
    (tmp_path / f".{STATE_FILE}.new").write_bytes(b"half of it")
    drain(training(tmp_path, most_steps=2))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["language", STATE_FILE]
    assert [path.name for path in (tmp_path / "language").glob("*.safetensors")] == ["model.safetensors"]


def test_checkpoints_in_passing_take_a_small_part_of_the_time(monkeypatch):
    state = language_state.LanguageState(
        folder=None, network=None, optimizer=None, shuffling=None, stopping=None, beginning=None
    )
    monkeypatch.setattr("time.monotonic", lambda: 100.0)
    state.saved_in(0.01)
    assert state.save_due == 110.0
    state.saved_in(3.0)
    assert state.save_due == 250.0


def test_batches_that_are_accumulated_give_the_gradient_of_one_large_batch():
    started = beginning()
    started.network.train(mode=False)  # without dropout
    text, plain = blocks(started, 200), config().autocast("cpu")
    rows = torch.arange(7)
    gradients = []
    for batches in ([rows], [rows[:4], rows[4:]]):
        started.network.zero_grad()
        loss = add_gradients(started.network, text, batches, plain)
        gradients.append((loss, [weights.grad.clone() for weights in started.network.parameters()]))
    assert float(gradients[0][0]) == pytest.approx(float(gradients[1][0]), abs=1e-5)
    for whole, parts in zip(gradients[0][1], gradients[1][1], strict=True):
        assert torch.allclose(whole, parts, atol=1e-5)


def test_steps_are_counted_with_accumulation_and_bounded():
    assert Course.of(21, config(batch_size=4)).steps == 2 * 5  # a last batch of one block is joined to the one before
    assert Course.of(21, config(batch_size=4, accumulation=2)).steps == 2 * 3
    assert Course.of(21, config(most_steps=7)) == Course(steps=7, epoch_steps=5, look_every=5)
    assert Course.of(21, config(evaluate_every=0)).look_every == 5
    assert [count_batches(n, 4) for n in (1, 4, 5, 6, 8, 9)] == [1, 1, 1, 2, 2, 2]


def test_it_stops_early_where_nothing_improves(tmp_path):
    events, trained = drain(training(tmp_path, learning_rate=1e-12, patience=2, evaluate_every=1, weight_decay=0.0))
    assert trained.steps == trained.best_step + 2
    assert "stopped early after step" in of_kind(events, LineLogged)[-1].text


def test_a_loss_that_diverges_is_a_sentence_and_leaves_the_best_weights(tmp_path):
    folder = tmp_path / "checkpoint"
    with pytest.raises(Diverged, match=r"became (NaN|infinite) at step \d+\. Try a learning_rate below 1e\+30"):
        drain(training(folder, learning_rate=1e30, clip_norm=0.0, warmup=0.5, evaluate_every=1))
    assert not (folder / STATE_FILE).exists()


class NeverArrived:
    """The receipt of a loss that is on its way until somebody waits for it, as on a busy GPU."""

    def __init__(self, loss):
        self._value = float(loss.detach())

    def arrived(self):
        return False

    def value(self):
        return self._value


def test_what_is_kept_in_passing_is_sound_though_losses_arrive_late(tmp_path, monkeypatch):
    monkeypatch.setattr(language_state, "SAVE_EVERY_S", 0.0)
    monkeypatch.setattr(language_state, "_SAVING_SHARE", 1e9)
    monkeypatch.setattr(LossTap, "of", lambda _device: LossTap(NeverArrived, clock=lambda: 0.0))
    started, steps = beginning(), []

    def spoilt_at_step_5(network, *arguments):
        loss = add_gradients(network, *arguments)
        steps.append(loss)
        if len(steps) == 5:
            next(network.parameters()).grad.fill_(math.nan)
        return loss

    monkeypatch.setattr(language_loop, "add_gradients", spoilt_at_step_5)
    with pytest.raises(Diverged, match="The gradient became NaN at step 5"):
        drain(training(tmp_path, started, evaluate_every=0))
    assert not all(weights.isfinite().all() for weights in started.network.parameters())
    for file in (tmp_path / STATE_FILE, tmp_path / "language" / "model.safetensors"):
        kept = load_file(file)
        assert all(tensor.isfinite().all() for name, tensor in kept.items()), file
    drain(training(tmp_path, beginning(), evaluate_every=0, most_steps=4))  # it goes on from there


def test_of_very_many_looks_few_are_told_in_the_log(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "MOST_LINES", 4)
    monkeypatch.setattr(loop, "LINE_EVERY_S", math.inf)
    events, trained = drain(training(tmp_path, evaluate_every=1, most_steps=16))
    assert len(series(events, "val_loss")) == trained.steps == 16
    told = [line.text for line in of_kind(events, LineLogged) if line.text.startswith("step ")]
    assert [text.split(" · ")[0].split()[-1] for text in told] == ["1/16", "4/16", "8/16", "12/16", "16/16"]


def test_a_state_of_another_network_is_refused_in_a_sentence(straight, tmp_path):
    (tmp_path / STATE_FILE).write_bytes((straight[0] / STATE_FILE).read_bytes())
    other = beginning()
    other.network.transformer.h = other.network.transformer.h[:1]
    with pytest.raises(UsageError, match="Training cannot go on from"):
        drain(training(tmp_path, other))


def test_a_short_validation_part_is_one_short_block():
    started = beginning()
    val = make_val_blocks(started, ["the model"], "cpu")
    assert 1 < val.tokens.shape[1] < started.context
    assert len(blocks(started, WORDS).thinned(5 * started.context)) == 5


def test_tokens_that_the_network_does_not_know_are_told_before_a_gpu_trips_over_them():
    started = beginning()
    started.tokenizer.add_tokens(["learns"])
    known = len(started.tokenizer) - 1
    for make in (make_blocks, make_val_blocks):
        with pytest.raises(UnusableModel, match=f"makes token {known} of this text, and the network knows {known} "):
            make(started, [prose(100)], "cpu")
    assert f"makes token {known} of this text" in sample_line(started, prose(20))  # no training is lost for a sample


def test_progress_is_told_in_steps_through_every_look(straight):
    _, events, trained, _ = straight
    told = of_kind(events, Progressed)
    assert {event.unit for event in told} == {"steps"}
    assert [event.done for event in told] == sorted(event.done for event in told)
    assert (told[-1].done, told[-1].total) == (trained.steps, trained.steps)


def test_in_bfloat16_the_work_is_short_and_the_weights_are_not(straight, tmp_path):
    """What a GPU does, done on the CPU, which knows bfloat16 as well, and where a run would be refused."""
    started, computed = beginning(), set()
    started.network.transformer.h[0].mlp.c_fc.register_forward_hook(lambda *seen: computed.add(seen[2].dtype))
    events, trained = drain(training(tmp_path / "short", started, precision="bf16"))
    assert torch.bfloat16 in computed
    assert {weights.dtype for weights in started.network.parameters()} == {torch.float32}
    exact = dict(series(straight[1], "val_loss"))
    found = dict(series(events, "val_loss"))
    assert found.keys() == exact.keys()
    assert found != exact
    assert found[trained.steps] == pytest.approx(exact[trained.steps], rel=0.02)

    first = training(tmp_path / "stopped", precision="bf16")
    next(event for event in first if isinstance(event, PointsLogged) and event.step == 6)
    first.close()
    late, _ = drain(training(tmp_path / "stopped", precision="bf16"))
    for name in ("train_loss", "grad_norm", "val_loss"):
        assert series(late, name) == [(step, value) for step, value in series(events, name) if step > 6], name


def test_lora_trains_little_and_is_merged(tmp_path):
    pytest.importorskip("peft")
    from workbench.language.adapters import add_adapters

    started = beginning()
    add_adapters(started.network, rank=2, alpha=4, dropout=0.0)
    before = {
        name: tensor.clone()
        for name, tensor in whole_weights(started.network, trained_weights(started.network)).items()
    }
    assert 0 < started.trainable < started.parameters / 2
    _, trained = drain(training(tmp_path, started, evaluate_every=0))
    kept = load_model(find_files(parse_source(f"hf:{tmp_path / 'language'}"), None), attention="sdpa").network
    ids = torch.tensor([[1, 2, 3, 4]])
    with torch.no_grad():
        assert torch.allclose(kept(ids).logits, started.network.eval()(ids).logits, atol=1e-5)
    changed = {
        name for name, tensor in kept.state_dict().items() if name in before and not torch.equal(tensor, before[name])
    }
    assert changed == {
        name for name in before if name.startswith("transformer.h.") and "c_" in name and "weight" in name
    }
    assert json.loads((tmp_path / "language" / "config.json").read_text())["architectures"] == ["GPT2LMHeadModel"]
    with pytest.raises(LookupError, match="not those of this network"):
        put_weights(started.network, {})
    assert trained.steps > 0


def test_lora_with_accumulation_goes_on_bit_for_bit_in_mid_epoch_and_between_epochs(tmp_path):
    pytest.importorskip("peft")
    from workbench.language.adapters import add_adapters

    def with_adapters():
        started = beginning()
        add_adapters(started.network, rank=2, alpha=4, dropout=0.3)
        return started

    changes = {"accumulation": 3, "evaluate_every": 2, "learning_rate": 3e-3}
    events, whole = drain(training(tmp_path / "straight", with_adapters(), **changes))
    kept = load_file(tmp_path / "straight" / "language" / "model.safetensors")
    for stop_at in (2, whole.steps // 2, whole.steps // 2 + 1):
        folder = tmp_path / str(stop_at)
        first = training(folder, with_adapters(), **changes)
        next(event for event in first if isinstance(event, PointsLogged) and event.step == stop_at)
        first.close()
        late, resumed = drain(training(folder, with_adapters(), **changes))
        for name in ("train_loss", "grad_norm"):
            assert series(late, name) == [(step, value) for step, value in series(events, name) if step > stop_at], name
        assert (resumed.best_step, resumed.epochs) == (whole.best_step, whole.epochs)
        again = load_file(folder / "language" / "model.safetensors")
        assert all(torch.equal(kept[name], again[name]) for name in kept | again)


MIXTURE = {
    "vocab_size": 512,
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "num_local_experts": 2,
    "max_position_embeddings": 32,
}
NO_FUSED_ATTENTION = {
    "vocab_size": 512,
    "hidden_size": 16,
    "num_layers": 1,
    "num_heads": 2,
    "attention_types": [[["global"], 1]],
    "max_position_embeddings": 32,
}


@pytest.mark.parametrize("method", ["full", "lora"])
@pytest.mark.parametrize(
    "made",
    [
        lambda: MixtralForCausalLM(MixtralConfig(**MIXTURE)),
        lambda: GPTNeoForCausalLM(GPTNeoConfig(**NO_FUSED_ATTENTION)),
    ],
    ids=["experts", "no fused attention"],
)
def test_other_architectures_are_trained_further_and_kept_as_they_were_trained(tmp_path, made, method):
    if method == "lora":
        pytest.importorskip("peft")
    torch.manual_seed(0)
    made().save_pretrained(tmp_path / "base")
    byte_tokenizer().save_pretrained(tmp_path / "base")
    parameters = {"context": 16, "method": method, "lora_rank": 2, "lora_alpha": 4.0, "lora_dropout": 0.0}
    started = from_checkpoint(parameters, find_files(parse_source(f"hf:{tmp_path / 'base'}")))
    for weights in trained_weights(started.network).values():
        weights += 0.05 * torch.randn_like(weights)
    write_language_model(tmp_path, started.network, started.tokenizer, trained_weights(started.network))
    kept = load_model(find_files(parse_source(f"hf:{tmp_path / 'language'}"))).network
    ids = torch.tensor([[1, 2, 3, 4]])
    with torch.no_grad():
        assert torch.allclose(kept(ids).logits, started.network.eval()(ids).logits, atol=1e-5)
    assert sum(weights.numel() for weights in kept.parameters()) == started.parameters


def test_lora_that_cannot_be_put_into_a_network_as_asked_is_a_sentence():
    pytest.importorskip("peft")
    from workbench.language.adapters import add_adapters

    with pytest.raises(
        UnusableModel, match=r"LoRA cannot be put .*lora_dropout.*Change its parameters, or .*method=full"
    ):
        add_adapters(MixtralForCausalLM(MixtralConfig(**MIXTURE)), rank=2, alpha=4, dropout=0.1)
