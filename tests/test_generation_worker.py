"""One warm process a model: started once, shared, stopped, killed, idle, short of memory, and out of a run's way."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from generation_fixtures import fake_workers, pid_of, write_model
from runs_fixtures import open_runs, until

from store.database import open_for_writing
from store.generation_checks import get_check, list_checks
from store.records import RunStatus
from workbench.devices import Choice
from workbench.errors import BadValue, GeneratorError, OutOfMemory, UnusableModel
from workbench.generation.client import Generator, running_generators
from workbench.generation.events import GenerationEvent, Piece
from workbench.generation.holding import Holding
from workbench.generation.places import listen
from workbench.generation.protocol import Channel
from workbench.generation.settings import GenerationSettings
from workbench.generation.starting import Wanted, reach
from workbench.race import board
from workbench.runs import leases

GREEDY = GenerationSettings()
Make = Callable[..., Generator]


@pytest.fixture
def said() -> list[str]:
    """What the generators of a test said, in order."""
    return []


@pytest.fixture
def make(tmp_path: Path, store_file: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    def build(name: str = "tiny", numbers: int = 1000) -> Generator:
        folder = tmp_path / name
        if not folder.exists():
            write_model(folder, numbers)
        return Generator.named(store_file, f"hf:{folder}", device="cpu", threads=1, say=said.append)

    with fake_workers(monkeypatch):
        yield build


class Asking:
    """A generator that is being asked in a thread of its own."""

    def __init__(self, generator: Generator, prompt: str) -> None:
        self.began, self.stop = threading.Event(), threading.Event()
        self.events: list[GenerationEvent] = []
        self.result = ThreadPoolExecutor(1).submit(generator.generate, prompt, GREEDY, self._hear, self.stop)

    def _hear(self, event: GenerationEvent) -> None:
        self.events.append(event)
        if isinstance(event, Piece):
            self.began.set()

    def once_begun(self) -> "Asking":
        assert self.began.wait(30)
        return self


def test_a_text_is_streamed_and_kept_and_the_process_stays_for_the_next(make: Make, said: list[str]) -> None:
    generator, events = make(), list[GenerationEvent]()
    check = generator.generate("cat", GREEDY, events.append)
    assert check is not None
    assert [type(event).__name__ for event in events] == ["Started", "Piece", "Finished"]
    assert check.texts[0].text == "CAT"
    assert check.check.environment == {"threads": "1"}
    with open_for_writing(generator.store) as db:
        assert get_check(db, check.id or 0).check == check.check
    pid = pid_of(generator)
    assert generator.generate("dog", GREEDY, kept=False) is not None
    assert pid_of(generator) == pid
    assert said == [f"Loading {generator.source} on cpu."]
    with open_for_writing(generator.store) as db:
        assert len(list_checks(db)) == 1


def test_two_who_start_at_once_share_one_process_in_turn(make: Make, said: list[str]) -> None:
    first, second = Asking(make(), "slow 20"), Asking(make(), "slow 20")
    results = [asking.result.result(30) for asking in (first, second)]
    assert [check and check.texts[0].text for check in results] == ["." * 20] * 2
    assert len(running_generators()) == 1
    assert sum("Waiting for 1 request" in sentence for sentence in said) == 1
    # One was finished before the other had its first piece.
    assert {len(asking.events) for asking in (first, second)} == {22}


def test_a_stop_ends_the_text_and_not_the_process(make: Make) -> None:
    generator = make()
    asking = Asking(generator, "slow 5000").once_begun()
    pid = pid_of(generator)
    asking.stop.set()
    check = asking.result.result(30)
    assert check is not None
    assert check.texts[0].reason == "stopped"
    assert 0 < len(check.texts[0].text) < 5000
    assert pid_of(generator) == pid


def test_a_stop_does_not_wait_for_a_model_that_is_being_loaded(
    make: Make, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_LOAD_S", "4")
    generator = make()
    asking = Asking(generator, "cat")
    until(lambda: any("Loading" in sentence for sentence in said), "the loading")
    asking.stop.set()
    assert asking.result.result(30) is None
    greeting = generator.status()
    assert greeting is not None
    assert greeting.memory_bytes is None, "it is still being loaded"
    again = generator.generate("dog", GREEDY)
    assert again is not None
    assert again.texts[0].text == "DOG"


def test_the_request_of_a_client_that_died_is_stopped(make: Make) -> None:
    generator = make()
    wanted = Wanted(generator.store, str(generator.source), Choice("cpu", None, None, ""), "float32", 1)
    channel, _ = reach(wanted)
    channel.send({"ask": "generate", "prompts": ["slow 5000"], "settings": {}})
    until(lambda: "event" in str(channel.read_ready()), "the text to begin")
    channel.close()
    assert generator.generate("cat", GREEDY) is not None


def test_a_killed_process_is_a_sentence_and_the_next_request_starts_another(make: Make) -> None:
    generator = make()
    asking = Asking(generator, "slow 5000").once_begun()
    pid = pid_of(generator)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(
        GeneratorError, match=rf"The process {pid} that holds .* ended in the middle of its answer.*Ask"
    ):
        asking.result.result(30)
    assert generator.generate("cat", GREEDY) is not None
    assert pid_of(generator) != pid


def test_errors_cross_the_socket_and_the_process_goes_on(make: Make) -> None:
    generator = make()
    with pytest.raises(OutOfMemory, match="fewer tokens"):
        generator.generate("no room", GREEDY)
    pid = pid_of(generator)
    with pytest.raises(BadValue, match="temperature"):
        generator.generate("cat", GenerationSettings(temperature=-1))
    with pytest.raises(UnusableModel, match="There is no folder"):
        Generator.named(generator.store, "hf:/nowhere/at/all")
    assert pid_of(generator) == pid


def test_after_an_error_that_nobody_foresaw_the_model_is_loaded_anew(make: Make, home: Path) -> None:
    generator = make()
    assert generator.generate("cat", GREEDY) is not None
    pid = pid_of(generator)
    with pytest.raises(GeneratorError, match="RuntimeError: device-side assert"):
        generator.generate("broken", GREEDY)
    assert generator.generate("cat", GREEDY) is not None
    assert pid_of(generator) != pid
    (details,) = (home / "tmp").glob("workbench-error-*.txt")
    assert "Traceback" in details.read_text()


def test_it_unloads_after_idle_time_and_on_request(make: Make, home: Path) -> None:
    generator = make()
    assert not generator.unload()
    assert generator.generate("cat", GREEDY) is not None
    assert generator.unload()
    until(lambda: generator.status() is None, "the process to end")
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / "settings.toml").write_text("[generation]\nidle_minutes = 0.005\n")
    assert generator.generate("cat", GREEDY) is not None
    until(lambda: not running_generators(), "the process to end")
    assert generator.generate("cat", GREEDY) is not None


def test_a_process_of_another_version_is_named(make: Make) -> None:
    generator = make()
    wanted = Wanted(generator.store, str(generator.source), Choice("cpu", None, None, ""), "float32", 1)
    with listen(wanted.place) as listener:

        def greet() -> None:
            other = Channel(listener.accept()[0])
            other.send({"generator": {"protocol": 99, "workbench": "9.0", "pid": 4711, "model": "gpt2"}})
            other.close()

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(
            GeneratorError, match=r"4711 .* version 99 of the protocol, this one 1\. End it with `kill 4711`"
        ):
            generator.generate("cat", GREEDY)
        thread.join()


def test_the_socket_is_private_and_its_path_may_be_long(
    make: Make, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    folder = home / ("x" * 120)
    monkeypatch.setenv("WORKBENCH_RUNTIME_DIR", str(folder))
    generator = make()
    assert generator.generate("cat", GREEDY) is not None
    (path,) = folder.glob("*.sock")
    assert len(os.fsencode(path)) > 107
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (log,) = folder.glob("generator-*.log")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    generator.unload()


def test_changed_weights_are_loaded_anew(make: Make, said: list[str]) -> None:
    generator = make()
    assert generator.generate("cat", GREEDY) is not None
    os.utime(Path(generator.source.name) / "model.safetensors", (1, 1))
    assert generator.generate("cat", GREEDY) is not None
    assert said[1:] == [
        f"The files of {generator.source} have changed: it is loaded anew.",
        f"Loading {generator.source} on cpu.",
    ]


def test_models_that_fit_lie_side_by_side_and_others_follow_each_other(
    make: Make, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gigabyte = 250 * 10**6  # numbers
    monkeypatch.setenv("FAKE_MEMORY", str(3 * 10**9))
    a, b, c = make("a", gigabyte), make("b", gigabyte), make("c", 2 * gigabyte)
    for generator in (a, b):
        assert generator.generate("cat", GREEDY) is not None
    assert len(running_generators()) == 2
    assert c.generate("cat", GREEDY) is not None
    assert [greeting.model for greeting in running_generators()] == [str(c.source)]
    unloaded = [f"{one.source} was unloaded: {c.source} does not fit beside it." for one in (a, b)]
    assert [sentence for sentence in said if "unloaded" in sentence] == unloaded
    with pytest.raises(OutOfMemory, match=r"needs about .* in float32, and .* are free on cpu"):
        make("d", 10 * gigabyte).generate("cat", GREEDY)


def test_a_model_waits_for_the_end_of_a_text_that_another_makes(
    make: Make, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_MEMORY", str(2 * 10**9))
    a, b = make("a", 250 * 10**6), make("b", 250 * 10**6)
    first = Asking(a, "slow 5000").once_begun()
    second = Asking(b, "cat")
    waits = f"Waiting for {a.source} to come to an end: {b.source} does not fit beside it."
    until(lambda: waits in said, "the second model to wait")
    first.stop.set()
    assert second.result.result(30) is not None
    assert first.result.result(30) is not None


def test_it_waits_for_cores_that_runs_hold_and_holds_none_itself_when_idle(make: Make, said: list[str]) -> None:
    generator = make()
    cores = leases.usable_cores()
    run = leases.lend_cores(cores, leases.new_holder(generator.store, 7, "cpu"))
    assert run is not None
    asking = Asking(generator, "slow 10")
    until(lambda: "Waiting for 1 CPU core: run 7 at work." in said, "the generator to wait")
    run.close()
    asking.once_begun()
    assert [lease.holder and lease.holder.run_id for lease in leases.current()] == [0]
    assert asking.result.result(30) is not None
    until(lambda: leases.current() == [], "the cores to be given back")
    assert generator.status() is not None


def test_a_long_text_is_stopped_when_a_run_has_waited_long_enough(
    make: Make, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_GRACE_S", "0.2")
    asking = Asking(make(), "slow 5000").once_begun()
    waiting = leases.announce_wanted(["cpu"])
    check = asking.result.result(30)
    for fd in waiting:
        os.close(fd)
    assert check is not None
    assert check.texts[0].reason == "stopped"
    assert "Stopped: a run waits for the device." in said


def test_a_queued_run_gets_the_cores_of_a_long_text(
    make: Make, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_GRACE_S", "0.2")
    generator = make()
    asking = Asking(generator, "slow 5000").once_begun()
    with open_runs(generator.store) as runs:
        run = runs.start("work", threads=leases.usable_cores(), steps=3)
        runs.when(run, RunStatus.DONE)
        assert any("text generation at work" in line for line in runs.lines(run))
    assert asking.result.result(30) is not None
    assert "Stopped: a run waits for the device." in said


def test_a_gpu_is_held_between_requests_until_a_run_wants_it() -> None:
    holding = Holding(Path("/store.db"), "cuda:0", "GPU-1", 1)
    assert holding.take(lambda _: None, lambda: False)
    holding.rest()
    assert not holding.must_end()
    run = leases.new_holder(Path("/store.db"), 7, "cuda:0")
    assert leases.lend_device("GPU-1", "cuda:0", 1, run) is None
    waiting = leases.announce_wanted(["GPU-1"])
    assert holding.must_end()
    holding.give_up()
    taken = leases.lend_device("GPU-1", "cuda:0", 1, run)
    assert taken is not None
    taken.close()
    for fd in waiting:
        os.close(fd)


def test_a_race_gets_the_gpu_of_a_model_that_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "candidates", lambda _asked: [Choice("cuda:0", "GPU-1", "H100", "")])
    holding = Holding(Path("/store.db"), "cuda:0", "GPU-1", 1)
    assert holding.take(lambda _: None, lambda: False)

    def yield_it() -> None:
        until(holding.must_end, "the race to want the GPU")
        holding.give_up()

    thread = threading.Thread(target=yield_it)
    thread.start()
    entrant = SimpleNamespace(device="cuda:0", run_id=7)
    with board.lent_device(Path("/store.db"), entrant, entrant) as (lent, _):  # type: ignore[arg-type]
        assert lent.uuid == "GPU-1"
    thread.join()


def test_whoever_asks_imports_no_torch() -> None:
    program = "import workbench.generation.client, workbench.generation.suite, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "transformers", "tokenizers"} & set(loaded)
