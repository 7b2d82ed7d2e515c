"""The training loop on small data: what it reports, when it stops, and that it goes on as if it had never stopped."""

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from training_fixtures import blobs, drain, of_kind, series

from workbench.errors import DiskError, Diverged, UsageError
from workbench.events import CheckpointKept, LineLogged, PointsLogged, Progressed
from workbench.models import find_model
from workbench.models.building import DataShape, build
from workbench.models.checkpoint import write_tensors
from workbench.parameters import complete
from workbench.training import keeping, loop
from workbench.training.config import TrainingConfig
from workbench.training.loop import LinePace, train
from workbench.training.losstap import LONGEST_S, MOST_STEPS, LossTap
from workbench.training.parts import Part, evaluate
from workbench.training.seeding import settle_torch
from workbench.training.state import TrainingState
from workbench.training.stopping import EarlyStopping

SHAPE = DataShape((6,), 3)
PARAMETERS = {"hidden": (16,), "dropout": 0.3, "batch_size": 16, "learning_rate": 0.01}


@dataclass
class Lesson:
    """A network about to be trained in a folder; two that are made alike train alike."""

    folder: Path
    network: torch.nn.Module
    config: TrainingConfig
    train_part: Part
    val_part: Part

    def run(self):
        return train(self.network, self.train_part, self.val_part, self.config, device="cpu", folder=self.folder)

    def weights(self):
        return {name: tensor.clone() for name, tensor in self.network.state_dict().items()}


def lesson(folder, seed=0, examples=80, **parameters):
    entry = find_model("mlp")
    values = complete(entry.parameters, PARAMETERS | parameters)
    settle_torch(seed, 1)
    network = build(entry, values, SHAPE)
    parts = [Part.of(*blobs(n, seed=part), "cpu") for part, n in enumerate((examples, 40))]
    return Lesson(folder, network, TrainingConfig.of(values, seed), *parts)


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def advance_until(events, condition):
    """Events up to the first for which ``condition`` holds, with it."""
    seen = []
    for event in events:
        seen.append(event)
        if condition(event):
            return seen
    raise AssertionError("the training ended before")


def ends_epoch(number):
    return lambda event: isinstance(event, Progressed) and event.done == number


def test_it_reports_every_step_and_every_epoch(tmp_path):
    events, trained = drain(lesson(tmp_path, epochs=3).run())
    assert [step for step, _ in series(events, "train_loss")] == list(range(1, 16))
    for metric in ("train_accuracy", "val_loss", "val_accuracy", "learning_rate", "examples_per_s"):
        assert [step for step, _ in series(events, metric)] == [5, 10, 15], metric
    lines = [event.text for event in of_kind(events, LineLogged)]
    assert [line.split(" · ")[0] for line in lines] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert re.search(r" · [0-9,]+/s$", lines[0])
    assert of_kind(events, Progressed)[-1] == Progressed(3, 3, "epochs")
    assert trained.epochs == 3


def test_very_many_epochs_share_about_a_thousand_lines(monkeypatch):
    clock = 0.0
    monkeypatch.setattr(loop.time, "monotonic", lambda: clock)
    few, many, slow = LinePace(999), LinePace(100_000), LinePace(100_000)
    assert all(list(few.lines(epoch, "line")) for epoch in range(1, 1000))
    assert [epoch for epoch in range(1, 100_001) if list(many.lines(epoch, "line"))] == [1, *range(100, 100_001, 100)]
    for epoch in range(1, 10):
        clock += 1.5
        assert list(slow.lines(epoch, "line")) == [LineLogged("line")]


def test_it_learns_and_reports_the_validation_of_the_network_as_it_is(tmp_path):
    school = lesson(tmp_path, epochs=15)
    events, trained = drain(school.run())
    losses = dict(enumerate((value for _, value in series(events, "val_loss")), start=1))
    assert losses[trained.best_epoch] == min(losses.values())
    loss, accuracy = evaluate(school.network, school.val_part)
    assert loss == losses[trained.best_epoch]
    assert accuracy > 0.9


def test_it_yields_at_least_once_a_batch(tmp_path):
    steps = [event.step for event in lesson(tmp_path, epochs=2).run() if isinstance(event, PointsLogged)]
    assert all(after - before <= 1 for before, after in pairwise(steps))


def trained_weights(folder, **how):
    school = lesson(folder, **how)
    drain(school.run())
    return school.weights()


def test_the_same_seed_trains_the_same_weights_and_another_seed_others(tmp_path):
    first, again, other = (trained_weights(tmp_path / name, seed=len(name), epochs=2) for name in ("a", "b", "cc"))
    assert same(first, again)
    assert not same(first, other)


@pytest.mark.parametrize("decoupled", [True, False])
def test_weight_decay_pulls_weights_towards_zero(tmp_path, decoupled):
    def size(decay):
        weights = trained_weights(tmp_path / str(decay), epochs=10, weight_decay=decay, decoupled_decay=decoupled)
        return sum(float(tensor.square().sum()) for tensor in weights.values())

    assert size(1.0) < size(0.0)


def test_the_cosine_schedule_falls_to_zero_over_all_epochs(tmp_path):
    events, _ = drain(lesson(tmp_path, epochs=4, schedule="cosine", learning_rate=0.02).run())
    assert [rate for _, rate in series(events, "learning_rate")] == pytest.approx(
        [0.02, 0.017071, 0.01, 0.002929], rel=1e-3
    )


def test_it_stops_early_and_keeps_the_best_weights(tmp_path):
    school = lesson(tmp_path, epochs=200, patience=3, learning_rate=0.05)
    events, trained = drain(school.run())
    assert trained.epochs == trained.best_epoch + 3
    assert of_kind(events, LineLogged)[-1].text == (
        f"stopped early after epoch {trained.epochs}: the validation loss has not fallen since epoch "
        f"{trained.best_epoch}, whose weights are kept"
    )
    best = min(value for _, value in series(events, "val_loss"))
    assert evaluate(school.network, school.val_part)[0] == best


def test_patience_zero_never_stops_early(tmp_path):
    _, trained = drain(lesson(tmp_path, epochs=60, patience=0, learning_rate=0.05).run())
    assert trained.epochs == 60
    assert trained.best_epoch < 60


def test_without_a_validation_part_the_last_weights_count(tmp_path):
    school = lesson(tmp_path, epochs=2)
    school.val_part = Part(school.val_part.x[:0], school.val_part.y[:0])
    events, trained = drain(school.run())
    assert trained.best_epoch is None
    assert series(events, "val_loss") == []
    assert len(series(events, "train_accuracy")) == 2


def test_a_last_batch_of_one_example_is_joined_to_the_one_before(tmp_path):
    events, _ = drain(lesson(tmp_path, examples=81, epochs=1).run())
    assert len(series(events, "train_loss")) == 5


# Stopping and going on


def whole_run(folder, epochs=6):
    school = lesson(folder, epochs=epochs, patience=0)
    events, trained = drain(school.run())
    return school.weights(), events, trained


@pytest.mark.parametrize(
    ("where", "condition"),
    [
        ("between two epochs", ends_epoch(3)),
        ("within an epoch", lambda event: isinstance(event, PointsLogged) and event.step == 12),
        ("after the last batch of an epoch", lambda event: isinstance(event, PointsLogged) and event.step == 15),
        ("before the first step", lambda event: isinstance(event, PointsLogged) and event.step == 1),
    ],
)
def test_a_stopped_training_goes_on_bit_by_bit(tmp_path, where, condition):
    weights, events, trained = whole_run(tmp_path / "straight")

    stopped = lesson(tmp_path / "stopped", epochs=6, patience=0)
    first = stopped.run()
    advance_until(first, condition)
    first.close()
    resumed = lesson(tmp_path / "stopped", epochs=6, patience=0)
    torch.manual_seed(99)  # what resuming must not depend on
    later, result = drain(resumed.run())

    assert same(resumed.weights(), weights), where
    assert (result.epochs, result.best_epoch) == (trained.epochs, trained.best_epoch)
    for metric in ("train_loss", "val_loss", "val_accuracy", "train_accuracy"):
        points = series(later, metric)
        assert points == series(events, metric)[-len(points) :], metric
    assert result.earlier_seconds > 0


def test_three_epochs_and_three_more_are_six(tmp_path):
    weights, _, _ = whole_run(tmp_path / "straight")
    drain(lesson(tmp_path / "parts", epochs=3, patience=0).run())
    second = lesson(tmp_path / "parts", epochs=6, patience=0)
    events, _ = drain(second.run())
    assert of_kind(events, LineLogged)[0].text == "going on after epoch 3, step 15"
    assert same(second.weights(), weights)


def test_patience_counts_on_over_a_stop(tmp_path):
    def make(folder):
        return lesson(folder, epochs=200, patience=4, learning_rate=0.05)

    _, straight = drain(make(tmp_path / "straight").run())
    first = make(tmp_path / "stopped").run()
    advance_until(first, ends_epoch(straight.best_epoch + 2))
    first.close()
    _, resumed = drain(make(tmp_path / "stopped").run())
    assert (resumed.epochs, resumed.best_epoch) == (straight.epochs, straight.best_epoch)


def test_a_stop_keeps_the_best_weights_for_prediction(tmp_path):
    from safetensors.torch import load_file

    school = lesson(tmp_path, epochs=50, patience=0, learning_rate=0.05)
    running = school.run()
    events = advance_until(running, ends_epoch(20))
    running.close()
    losses = [value for _, value in series(events, "val_loss")]
    school.network.load_state_dict(load_file(tmp_path / "model.safetensors"))
    assert evaluate(school.network, school.val_part)[0] == min(losses)


def test_a_checkpoint_is_kept_now_and_then_while_training(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "SAVE_EVERY_S", 0.0)
    running = lesson(tmp_path, epochs=3).run()
    kept = advance_until(running, lambda event: isinstance(event, CheckpointKept))[-1]
    assert kept.step == 5
    assert kept.size_bytes == sum(path.stat().st_size for path in tmp_path.iterdir())
    assert (tmp_path / "training.safetensors").exists()
    running.close()


def full_disk(monkeypatch, failures):
    """Lets the first ``failures`` attempts to save a checkpoint find the disk full."""
    save, tried = TrainingState.save, []

    def failing(state, **options):
        tried.append(state.position.epoch)
        if len(tried) <= failures:
            raise DiskError("The checkpoint cannot be written. Free space.")
        save(state, **options)

    monkeypatch.setattr(TrainingState, "save", failing)
    monkeypatch.setattr(keeping, "_ROOM_CHECK_S", 0.0)


def test_a_full_disk_at_the_end_is_waited_out_and_told_once(tmp_path, monkeypatch):
    full_disk(monkeypatch, failures=3)
    events, _ = drain(lesson(tmp_path, epochs=1).run())
    warnings = [event.text for event in events if isinstance(event, LineLogged) and event.level == "warning"]
    assert warnings == ["The checkpoint cannot be written. Free space. Trying again for 10 minutes."]
    assert any(isinstance(event, CheckpointKept) for event in events)


def test_a_disk_that_stays_full_to_the_end_of_patience_fails_the_training(tmp_path, monkeypatch):
    full_disk(monkeypatch, failures=10**6)
    monkeypatch.setattr(keeping, "ROOM_WAIT_S", 0.001)
    with pytest.raises(DiskError, match="Free space"):
        drain(lesson(tmp_path, epochs=1).run())


def test_a_full_disk_in_the_middle_does_not_end_the_training(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "SAVE_EVERY_S", 0.0)
    full_disk(monkeypatch, failures=2)
    events, _ = drain(lesson(tmp_path, epochs=4).run())
    assert series(events, "val_loss")[-1][0] == 20
    assert sum(isinstance(event, LineLogged) and "goes on without it" in event.text for event in events) == 2


def test_a_training_state_of_another_network_is_refused_in_a_sentence(tmp_path):
    drain(lesson(tmp_path, epochs=1).run())
    with pytest.raises(UsageError, match=r"Training cannot go on from .*training.safetensors"):
        drain(lesson(tmp_path, epochs=2, hidden=(5,)).run())
    write_tensors(tmp_path / "training.safetensors", {"nothing": torch.zeros(1)})
    with pytest.raises(UsageError, match="Delete the file to start again"):
        drain(lesson(tmp_path, epochs=2).run())


# Divergence


@pytest.mark.parametrize(("value", "word"), [(float("nan"), "NaN"), (float("inf"), "NaN")])
def test_a_loss_that_is_no_number_ends_training_before_the_weights_are_spoilt(tmp_path, value, word):
    school = lesson(tmp_path, epochs=3)
    before = school.weights()
    school.train_part.x[:] = value
    with pytest.raises(Diverged, match=rf"The loss became {word} at step 1\. Try a learning_rate below 0\.01"):
        drain(school.run())
    assert same(school.weights(), before)
    assert not list(tmp_path.iterdir())


def test_a_run_that_diverges_later_keeps_the_best_weights_and_nothing_to_go_on_with(tmp_path):
    from safetensors.torch import load_file

    school = lesson(tmp_path, epochs=5)
    running = school.run()
    advance_until(running, ends_epoch(1))
    good = school.weights()
    school.train_part.x[:] = float("nan")
    with pytest.raises(Diverged, match="at step 6"):
        drain(running)
    assert same(load_file(tmp_path / "model.safetensors"), good)
    assert not (tmp_path / "training.safetensors").exists()


def test_a_stop_that_overtakes_a_bad_loss_keeps_no_spoilt_weights(tmp_path, monkeypatch):
    stream = FakeStream()
    monkeypatch.setattr(LossTap, "of", lambda device: LossTap(stream.send, stream.clock))
    running = lesson(tmp_path, epochs=3).run()
    advance_until(running, lambda event: isinstance(event, Progressed) and event.done > 0.3)
    stream.receipts[-1].loss = float("nan")
    running.close()
    assert not list(tmp_path.iterdir())


def test_losses_that_arrive_late_are_logged_whole_and_train_the_same(tmp_path, monkeypatch):
    prompt, prompt_events, _ = whole_run(tmp_path / "prompt", epochs=2)
    stream = FakeStream()
    monkeypatch.setattr(LossTap, "of", lambda device: LossTap(stream.send, stream.clock))
    late, late_events, _ = whole_run(tmp_path / "late", epochs=2)
    assert same(prompt, late)
    assert series(late_events, "train_loss") == series(prompt_events, "train_loss")


def test_a_validation_loss_that_is_no_number_ends_training_too(tmp_path):
    school = lesson(tmp_path, epochs=1)
    school.val_part.x[:] = float("nan")
    with pytest.raises(Diverged, match="at step 5"):
        drain(school.run())


# The parts of the loop


def test_early_stopping_counts_epochs_since_the_best():
    stopping = EarlyStopping(patience=2)
    assert [stopping.observe(epoch, loss) for epoch, loss in enumerate((1.0, 0.5, 0.7, 0.5), start=1)] == [
        True,
        True,
        False,
        False,
    ]
    assert (stopping.best_epoch, stopping.best_loss, stopping.exhausted) == (2, 0.5, True)


def test_each_epoch_sees_every_example_once_in_another_order(tmp_path):
    state = a_state(tmp_path)
    first, second = (torch.cat(list(state.batches(50, 16))).tolist() for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second


def a_state(folder):
    network = torch.nn.Linear(2, 2)
    return TrainingState(
        folder, network, torch.optim.Adam(network.parameters()), torch.Generator().manual_seed(0), EarlyStopping(0)
    )


class FakeReceipt:
    """A loss on a device that has not finished computing it until ``ready`` is set."""

    def __init__(self, loss):
        self.loss = loss
        self.ready = False

    def arrived(self):
        return self.ready

    def value(self):
        return float(self.loss)


class FakeStream:
    """A device that works in order, and a clock that stands still until it is moved."""

    def __init__(self):
        self.receipts = []
        self.now = 0.0

    def send(self, loss):
        self.receipts.append(FakeReceipt(torch.as_tensor(loss, dtype=torch.float64).detach()))
        return self.receipts[-1]

    def clock(self):
        return self.now

    def finish(self, count):
        for receipt in self.receipts[:count]:
            receipt.ready = True


def a_tap():
    stream = FakeStream()
    return LossTap(stream.send, stream.clock), stream


def test_losses_of_a_busy_device_come_later_with_their_own_steps():
    tap, stream = a_tap()
    for step in (1, 2, 3):
        tap.put(step, step / 10)
    assert tap.take() == []
    stream.finish(2)
    assert tap.take() == [(1, 0.1), (2, 0.2)]
    assert tap.take() == []
    assert tap.take(everything=True) == [(3, 0.3)]


def test_no_loss_is_more_than_so_many_steps_late():
    tap, _ = a_tap()
    late = []
    for step in range(1, 101):
        tap.put(step, 0.5)
        taken = tap.take()
        late += [step - taken_step for taken_step, _ in taken]
    assert len(late) == 100 - MOST_STEPS
    assert set(late) == {MOST_STEPS}


def test_no_loss_is_more_than_a_tenth_of_a_second_late():
    tap, stream = a_tap()
    tap.put(1, 0.5)
    stream.now = LONGEST_S * 0.9
    assert tap.take() == []
    stream.now = LONGEST_S
    assert tap.take() == [(1, 0.5)]


def test_on_the_cpu_a_loss_comes_in_its_own_step():
    tap = LossTap.of("cpu")
    tap.put(7, torch.tensor(0.25))
    assert tap.take() == [(7, 0.25)]
