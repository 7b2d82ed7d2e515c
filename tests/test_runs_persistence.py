"""A busy store or a full disk is waited for; what no waiting mends is not."""

import pytest

from store.errors import StoreBusy, StoreCorrupt, StoreError
from workbench.runs.persistence import persist


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was paused between tries; nobody really waits."""
    taken: list[float] = []
    monkeypatch.setattr("time.sleep", taken.append)
    return taken


def failing(*errors: StoreError) -> list[StoreError]:
    return list(reversed(errors))


def attempt(errors: list[StoreError]) -> str:
    if errors:
        raise errors.pop()
    return "kept"


def test_it_tries_until_the_store_allows_it(pauses: list[float], capfd: pytest.CaptureFixture[str]) -> None:
    errors = failing(StoreBusy("Held by another."), StoreError("The disk is full."))
    assert persist(lambda: attempt(errors)) == "kept"
    assert pauses == sorted(pauses)
    assert len(pauses) == 2
    assert "Held by another." in capfd.readouterr().err


def test_what_waiting_does_not_mend_is_raised_at_once(pauses: list[float]) -> None:
    with pytest.raises(StoreCorrupt):
        persist(lambda: attempt(failing(StoreCorrupt("Damaged."))))
    assert pauses == []


def test_it_gives_up_after_its_patience() -> None:
    with pytest.raises(StoreBusy):
        persist(lambda: attempt(failing(StoreBusy("Held."))), patience_s=-1.0)
