"""Asking a language model from the command line or the interface, without torch: the process that holds it answers.

A ``Generator`` names a model and a device. Each call finds the process, or starts it, and blocks until the answer is
there, so that an interface calls it from a thread of its own; any number of threads may call the same generator. A
process that ends in the middle is an error in a sentence, and the next call starts another.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from select import select
from threading import Event
from typing import Any, Final

from store.database import open_for_writing, open_read_only
from store.errors import StoreError
from store.folders import run_folder
from store.runs import find_run
from workbench.devices import Choice, candidates
from workbench.errors import GeneratorError
from workbench.generation.checks import Check, checks_from_answer, keep
from workbench.generation.events import GenerationEvent, event_from_json
from workbench.generation.places import Place, all_places, connect
from workbench.generation.protocol import Channel, Gone, Greeting, error_from_json
from workbench.generation.scores import TextScore
from workbench.generation.settings import GenerationSettings
from workbench.generation.starting import Wanted, default_threads, greet, last_words, reach
from workbench.language.sources import ModelSource, SourceKind, find_files, parse_source
from workbench.runs import leases
from workbench.runs.waiting import lease_name

STOP_S: Final = 10.0
"""How long a process may take to end a request that was stopped: its longest step between two tokens, and more."""
NOTHING_YET_S: Final = 1.0
"""How long one may take that has made nothing yet: it may be loading its model, which nothing interrupts."""
_LOOK_S: Final = 0.05
_MOST_STARTS: Final = 3
_NOBODY: Final = Event()


def _say_nothing(_sentence: str) -> None:
    """For who does not want to know what is waited for."""


def _pass_over(_done: int, _total: int) -> None:
    """For who does not follow how far it is."""


def _see_nothing(_event: GenerationEvent) -> None:
    """For who wants the whole text only."""


@dataclass(frozen=True, slots=True)
class Generator:
    """A language model that can be asked. ``say`` gets a sentence for each thing that is waited for; any thread."""

    store: Path
    source: ModelSource
    """A run by its id: ``resolve`` makes it so."""
    device: str = "auto"
    dtype: str = "float32"
    threads: int | None = None
    """CPU cores that a process which is started takes; None: half of them, at most 8."""
    say: Callable[[str], None] = _say_nothing

    @classmethod
    def named(cls, store: Path, text: str, **how: Any) -> "Generator":
        """The generator of the model that ``text`` names (``gpt2``, ``hf:FOLDER``, ``run:last``, …).

        Raises UsageError, UnusableModel or UnknownRun for one that cannot be used, before any process is started.
        """
        return cls(store, resolve(store, text), **how)

    def generate(
        self,
        prompt: str,
        settings: GenerationSettings,
        on_event: Callable[[GenerationEvent], None] = _see_nothing,
        stop: Event = _NOBODY,
        *,
        kept: bool = True,
    ) -> Check | None:
        """The texts that the model makes of ``prompt``, as a check that is ``kept`` in the store.

        ``on_event`` gets each event as it comes, in the calling thread. Once ``stop`` is set the texts end with what
        they have (reason ``stopped``), and are kept all the same; None where none had begun. Raises BadValue for a
        setting or a prompt that cannot be, UnusableModel, OutOfMemory, and GeneratorError where the process is gone.
        """
        found = self.generate_all([prompt], settings, on_event, stop, kept=kept)
        return found[0] if found else None

    def generate_all(
        self,
        prompts: Sequence[str],
        settings: GenerationSettings,
        on_event: Callable[[GenerationEvent], None] = _see_nothing,
        stop: Event = _NOBODY,
        *,
        kept: bool = True,
    ) -> list[Check]:
        """The same for several prompts, which are read together; those that had not begun at a stop are missing."""
        message = {"ask": "generate", "prompts": list(prompts), "settings": settings.check().to_json()}
        answer, greeting = self._ask(message, on_event, stop)
        if answer.get("stopped"):
            return []
        checks = checks_from_answer(answer, greeting.device)
        return self._keep(checks) if kept else checks

    def tokens(
        self, prompt: str, text: str, *, ids: Sequence[int] | None = None, top: int = 5, stop: Event = _NOBODY
    ) -> Mapping[str, Any] | None:
        """What each token of ``text`` was worth to the model after ``prompt``, with its ``top`` alternatives.

        ``ids`` are the tokens of a text that this model has made itself (``CheckText.tokens``); without them the text
        may be anybody's. The keys are those of ``token_views.TextView.to_json``; None where ``stop`` came first. Raises
        what ``generate`` does.
        """
        message = {"ask": "tokens", "prompt": prompt, "text": text, "ids": ids, "top": top}
        answer, _ = self._ask(message, _see_nothing, stop)
        return None if answer.get("stopped") else answer["view"]

    def score(
        self, text: str | Sequence[str], on_progress: Callable[[int, int], None] = _pass_over, stop: Event = _NOBODY
    ) -> TextScore | None:
        """How well the model predicts a text (by spans of it), or each of several documents.

        ``on_progress`` is told how many tokens are done, and of how many; None where ``stop`` came first. Raises what
        ``generate`` does.
        """
        what = {"text": text} if isinstance(text, str) else {"documents": list(text)}
        answer, greeting = self._ask({"ask": "score", **what}, _see_nothing, stop, on_progress)
        return None if answer.get("stopped") else TextScore.from_answer(answer, greeting.device)

    def unload(self) -> bool:
        """Has the process end as soon as it has nothing to do, wherever it runs; whether there was one."""
        answers = [_unload(self._wanted(choice).place) for choice in candidates(self.device)]
        return any(answers)

    def status(self) -> Greeting | None:
        """What the process says of itself; None where none is running."""
        for wanted in map(self._wanted, candidates(self.device)):
            if (found := greet(wanted.place)) is not None:
                found[0].close()
                return found[1]
        return None

    def _wanted(self, choice: Choice) -> Wanted:
        return Wanted(self.store, str(self.source), choice, self.dtype, default_threads(self.threads))

    def _choose(self) -> Wanted:
        """The process to ask: one that is there, else one on a device that no run holds, else on the first."""
        possible = [self._wanted(choice) for choice in candidates(self.device)]
        if len(possible) == 1:
            return possible[0]
        for wanted in possible:
            if (connection := connect(wanted.place)) is not None:
                connection.close()
                return wanted
        held = {lease.what for lease in leases.current()}
        return next((wanted for wanted in possible if lease_name(wanted.choice) not in held), possible[0])

    def _ask(
        self,
        message: Mapping[str, Any],
        on_event: Callable[[GenerationEvent], None],
        stop: Event,
        on_progress: Callable[[int, int], None] = _pass_over,
    ) -> tuple[Mapping[str, Any], Greeting]:
        """The answer to one request, and who gave it. A process that is about to end leaves it to the next one."""
        for _ in range(_MOST_STARTS):
            wanted = self._choose()
            channel, greeting = reach(wanted)
            try:
                conversation = _Conversation(channel, wanted, greeting, on_event, on_progress, self.say, stop)
                answer = conversation.ask(message)
            finally:
                channel.close()
            if answer is not None:
                return answer, greeting
        raise GeneratorError(
            f"The process of {self.source} has ended before it answered, {_MOST_STARTS} times. Try again."
        )

    def _keep(self, checks: list[Check]) -> list[Check]:
        try:
            with open_for_writing(self.store) as db, db.atomic():
                return [keep(db, check) for check in checks]
        except StoreError as error:
            # The texts are there, and were perhaps long in the making: they are worth more than the error.
            self.say(f"Not kept in the store: {error.message}")
            return [replace(check, note=error.message) for check in checks]


@dataclass(slots=True)
class _Conversation:
    """One request and what comes back, until its end."""

    channel: Channel
    wanted: Wanted
    greeting: Greeting
    on_event: Callable[[GenerationEvent], None]
    on_progress: Callable[[int, int], None]
    say: Callable[[str], None]
    stop: Event
    _stopped_at: float | None = None
    _has_made: bool = False
    """Whether there is a text already, of which it is not known how far it is without an answer."""

    def ask(self, message: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The answer; None where the process ends and has not begun. Raises the error that it sent, or its own."""
        begun = False
        try:
            self.channel.send(message)
            while True:
                for said in self._wait():
                    if "done" in said:
                        return dict(said["done"])
                    if "leaving" in said:
                        return None
                    begun = True
                    self._hear(said)
        except Gone:
            if not begun:
                return None
            raise GeneratorError(
                f"The process {self.greeting.pid} that holds {self.wanted.model} ended in the middle of its answer"
                f"{last_words(self.wanted.place)}. Ask again: another one is started."
            ) from None

    def _hear(self, said: Mapping[str, Any]) -> None:
        if "event" in said:
            self._has_made = True
            self.on_event(event_from_json(said["event"]))
        elif "progress" in said:
            self.on_progress(said["progress"]["done"], said["progress"]["total"])
        elif "note" in said:
            self.say(str(said["note"]))
        elif "error" in said:
            raise error_from_json(said)

    def _wait(self) -> list[dict[str, Any]]:
        """The next messages, perhaps none yet; passes a wish to stop on."""
        if self.stop.is_set() and self._stopped_at is None:
            self._stopped_at = time.monotonic()
            self.channel.send({"ask": "stop"})
        stopped_for_s = 0.0 if self._stopped_at is None else time.monotonic() - self._stopped_at
        if stopped_for_s > NOTHING_YET_S and not self._has_made:
            return [{"done": {"stopped": True}}]  # the process finds that nobody listens any more, and is free again
        if stopped_for_s > STOP_S:
            raise GeneratorError(
                f"The process {self.greeting.pid} that holds {self.wanted.model} has not stopped within {STOP_S:.0f} "
                f"s. End it with `kill -9 {self.greeting.pid}`."
            )
        return self.channel.read_ready() if select([self.channel], [], [], _LOOK_S)[0] else []


def resolve(store: Path, text: str) -> ModelSource:
    """The model that ``text`` names, a run by its id, its files looked at; raises what ``Generator.named`` raises."""
    source = parse_source(text)
    if source.kind is SourceKind.RUN:
        with open_read_only(store) as db:
            source = replace(source, name=str(find_run(db, source.name).id))
    find_files(source, lambda name: run_folder(store, int(name)))
    return source


def running_generators() -> list[Greeting]:
    """What the processes of this user that hold language models say of themselves, whatever store they belong to."""
    found = []
    for place in all_places():
        try:
            greeted = greet(place)
        except GeneratorError:
            continue  # of another version: it is met when its model is asked for
        if greeted is not None:
            greeted[0].close()
            found.append(greeted[1])
    return found


def _unload(place: Place) -> bool:
    found = greet(place)
    if found is None:
        return False
    channel = found[0]
    try:
        channel.send({"ask": "unload"})
        return next((bool(said["done"]["unloads"]) for said in channel.read() if "done" in said), False)
    except Gone:
        return False
    finally:
        channel.close()
