"""The poller: it reads when somebody has written or the wish has changed, and posts only what differs."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from screens_fixtures import a_row
from textual.message import Message

from screens import poller as poller_module
from screens.messages import NewsCame, StoreUnreadable, StoreUpdated
from screens.news import News
from screens.page import Page, TableWish, Wish
from screens.poller import Poller
from store.errors import StoreBusy


@dataclass
class FakeReader:
    """A store that is a number; a page shows it as its total, and the clock as ``now``."""

    content: int = 1
    number: int = 1
    clock: float = 0.0
    error: Exception | None = None
    reads: list[Wish] = field(default_factory=list)
    has_live_run: bool = True
    looks: int = 0
    closed: bool = False
    untold: tuple[News, ...] = ()

    def version(self) -> int:
        if self.error is not None:
            raise self.error
        return self.number

    def read(self, wish: Wish) -> int:
        self.reads.append(wish)
        return self.content

    def look(self, snapshot: int, wish: Wish) -> Page:
        self.looks += 1
        running = (a_row(),) if self.has_live_run else ()
        return Page(total=snapshot, offset=wish.table.offset, now=self.clock, running=running)

    def news(self) -> tuple[News, ...]:
        told, self.untold = self.untold, ()
        return told

    def close(self) -> None:
        self.closed = True


class Running:
    """A poller in its thread, and what it posted."""

    def __init__(self, reader: FakeReader) -> None:
        self.reader = reader
        self.posted: list[Message] = []
        self.poller = Poller(lambda: reader, self.posted.append, Wish())
        self.thread = threading.Thread(target=self.poller.run)
        self.thread.start()

    def pages(self) -> list[Page]:
        return [message.page for message in self.posted if isinstance(message, StoreUpdated)]

    def problems(self) -> list[str | None]:
        return [message.sentence for message in self.posted if isinstance(message, StoreUnreadable)]

    def stop(self) -> None:
        self.poller.stop()
        self.thread.join(5)
        assert not self.thread.is_alive()


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(poller_module, "CHECK_EVERY_S", 0.005)
    monkeypatch.setattr(poller_module, "CHECK_IDLE_EVERY_S", 0.005)
    monkeypatch.setattr(poller_module, "LOOK_EVERY_S", 0.02)
    started = Running(FakeReader())
    yield started
    started.stop()


def wait_until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.002)


def wait_for_looks(running: Running, more: int = 3) -> None:
    wanted = running.reader.looks + more
    wait_until(lambda: running.reader.looks >= wanted, f"{more} more looks")


def test_the_first_page_comes_by_itself_and_only_once(running: Running) -> None:
    wait_for_looks(running)
    assert [page.total for page in running.pages()] == [1]
    assert len(running.reader.reads) == 1


def test_a_write_brings_a_new_page(running: Running) -> None:
    wait_until(lambda: bool(running.pages()), "the first page")
    running.reader.content, running.reader.number = 2, 2
    wait_until(lambda: running.pages()[-1].total == 2, "the page with the new content")


def test_what_happened_is_told_once_also_where_the_page_stays_the_same(running: Running) -> None:
    wait_until(lambda: bool(running.pages()), "the first page")
    news = News(3, "mlp", "Done", "mlp is done.", "information")
    running.reader.untold, running.reader.number = (news,), 2
    wait_until(lambda: any(isinstance(message, NewsCame) for message in running.posted), "the news")
    running.reader.number = 3
    wait_for_looks(running)
    assert [message.news for message in running.posted if isinstance(message, NewsCame)] == [(news,)]
    assert len(running.pages()) == 1


def test_a_write_that_changes_nothing_in_sight_posts_nothing(running: Running) -> None:
    wait_until(lambda: bool(running.pages()), "the first page")
    running.reader.number = 2
    wait_until(lambda: len(running.reader.reads) == 2, "the second reading")
    wait_for_looks(running)
    assert len(running.pages()) == 1


def test_a_new_wish_is_read_at_once(running: Running) -> None:
    wait_until(lambda: bool(running.pages()), "the first page")
    running.poller.wish(Wish(TableWish(offset=500)))
    wait_until(lambda: running.pages()[-1].offset == 500, "the wished page")


def test_that_more_of_the_log_was_drawn_is_no_reason_to_read(running: Running) -> None:
    wait_until(lambda: bool(running.pages()), "the first page")
    running.poller.wish(Wish(log_after=99))
    wait_for_looks(running)
    assert len(running.reader.reads) == 1
    running.reader.number = 2
    wait_until(lambda: len(running.reader.reads) == 2, "the reading after a write")
    assert running.reader.reads[-1].log_after == 99


def test_time_alone_changes_a_page_of_live_runs(running: Running) -> None:
    wait_until(lambda: bool(running.pages()), "the first page")
    running.reader.clock = 1.0
    wait_until(lambda: running.pages()[-1].now == 1.0, "the page of the next second")
    assert len(running.reader.reads) == 1


def test_locks_and_clock_are_asked_only_while_something_runs(running: Running) -> None:
    wait_for_looks(running)
    running.reader.has_live_run = False
    wait_until(lambda: running.pages()[-1].chosen is None, "the page of a store at rest")
    looks = running.reader.looks
    running.reader.number = 2
    wait_until(lambda: running.reader.looks == looks + 1, "the look after a write, the only one")


def test_an_error_is_said_once_and_taken_back(running: Running) -> None:
    wait_until(lambda: bool(running.pages()), "the first page")
    running.reader.error = StoreBusy("The store is busy. Try again.")
    wait_until(lambda: running.problems() == ["The store is busy. Try again."], "the sentence")
    running.reader.error = None
    wait_until(lambda: running.problems() == ["The store is busy. Try again.", None], "its end")


def test_a_defect_of_the_reader_does_not_end_the_thread(running: Running) -> None:
    running.reader.error = ValueError("odd")
    wait_until(lambda: any("odd" in (sentence or "") for sentence in running.problems()), "the sentence")
    running.reader.error = None
    running.reader.content, running.reader.number = 5, 5
    wait_until(lambda: bool(running.pages()) and running.pages()[-1].total == 5, "a page after the defect")


def test_the_reader_is_closed_in_its_thread(running: Running) -> None:
    wait_until(lambda: bool(running.pages()), "the first page")
    running.stop()
    assert running.reader.closed


def test_whole_pages_replace_each_other_and_nothing_else_does() -> None:
    newer, older = StoreUpdated(Page(total=2)), StoreUpdated(replace(Page(), total=1))
    assert newer.can_replace(older)
    assert not newer.can_replace(StoreUnreadable(None))
