"""Work that only calls back, as a generator that can be stopped between two calls."""

import pytest

from workbench.events import Progressed
from workbench.stepwise import stepwise


def count_to(total, done):
    def work(tell):
        for number in range(1, total + 1):
            done.append(number)
            tell(number, total)
        return sum(done)

    return work


def test_each_call_is_an_event_and_the_result_is_returned():
    done = []
    steps = stepwise(count_to(3, done), "files")
    for number in (1, 2, 3):
        assert next(steps) == Progressed(number, 3, "files")
        assert len(done) == number, "the work went on before its event was consumed"
    with pytest.raises(StopIteration) as end:
        next(steps)
    assert end.value.value == 6


def test_closing_it_ends_the_work_at_its_next_call():
    done = []
    steps = stepwise(count_to(1000, done), "files")
    next(steps)
    next(steps)
    steps.close()
    assert len(done) <= 3


def test_what_the_work_raises_is_raised_where_it_is_consumed():
    def fail(tell):
        tell(1, 2)
        raise ValueError("no second file")

    with pytest.raises(ValueError, match="no second file"):
        list(stepwise(fail, "files"))


def test_work_that_tells_nothing_has_no_events():
    steps = stepwise(lambda _: 7, "files")
    with pytest.raises(StopIteration) as end:
        next(steps)
    assert end.value.value == 7
