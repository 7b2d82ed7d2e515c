"""What the supervisor watches a run's reports for: figures that are none, jumps, and silence."""

import math

from store.records import Phase, Sample
from workbench.events import LineLogged, PhaseEntered, PointsLogged
from workbench.runs.alerts import Alert
from workbench.runs.spool import Record
from workbench.runs.watch import Watch


def logged(step: int, **values: float) -> Record:
    return Record(0.0, PointsLogged(step, values))


def entered(phase: Phase) -> Record:
    return Record(0.0, PhaseEntered(phase))


def reporting(watch: Watch, *times: float) -> list[Alert]:
    """What is said while the run reports at these times, one step each."""
    return [alert for at in times for alert in watch.follow([logged(int(at * 10), other=1.0)], at)]


def waiting(watch: Watch, start: float, end: float) -> list[tuple[float, Alert]]:
    """When what is said while nothing comes, looked at twice a second."""
    times = [start + place / 2 for place in range(int((end - start) * 2))]
    return [(at, alert) for at in times for alert in watch.wait(at)]


# --- figures that are none ----------------------------------------------------------------------------------------


def test_a_figure_that_is_no_number_is_told_with_its_step() -> None:
    watch = Watch()
    assert watch.follow([logged(1, train_loss=0.5, grad_norm=1.0)], 0.0) == []
    (alert,) = watch.follow([logged(1200, train_loss=0.5, grad_norm=math.nan)], 1.0)
    assert alert == Alert(
        "grad_norm is NaN at step 1,200: lower the learning rate, clip the gradients, or look for bad values in the "
        "data."
    )


def test_an_infinite_figure_is_called_infinite() -> None:
    (alert,) = Watch().follow([logged(3, val_loss=-math.inf)], 0.0)
    assert alert.text.startswith("val_loss is infinite at step 3:")


def test_many_figures_that_turn_at_once_are_one_alert() -> None:
    norms = {f"grad_norm.{layer}": math.nan for layer in range(12)}
    (alert,) = Watch().follow([logged(7, **norms), logged(8, **norms)], 0.0)
    assert alert.text.startswith("grad_norm.0, grad_norm.1, grad_norm.2 and 9 more are NaN at step 7:")


def test_a_figure_that_stays_none_is_told_once_and_again_long_after_it_was_over() -> None:
    watch = Watch()
    told = [watch.follow([logged(at, loss=math.nan)], float(at)) for at in range(5000)]
    assert sum(map(len, told)) == 1
    assert watch.follow([logged(5001, loss=1.0)], 5001.0) == []
    assert watch.follow([logged(5002, loss=math.nan)], 5100.0) == []
    assert len(watch.follow([logged(5003, loss=math.nan)], 6000.0)) == 1


def test_finite_figures_whose_sum_is_not_are_figures() -> None:
    assert Watch().follow([logged(1, a=1.7e308, b=1.7e308)], 0.0) == []


def test_the_name_of_a_figure_is_made_inert() -> None:
    (alert,) = Watch().follow([logged(1, **{"\x1b[2Jloss\n": math.nan})], 0.0)
    assert "\x1b" not in alert.text
    assert "\n" not in alert.text


# --- jumps --------------------------------------------------------------------------------------------------------


def test_a_training_loss_that_jumps_is_told_with_both_levels() -> None:
    watch = Watch()
    values = [2.5 + 0.01 * (step % 5) for step in range(300)] + [7.1] * 20
    alerts = [
        alert for step, value in enumerate(values) for alert in watch.follow([logged(step, train_loss=value)], step)
    ]
    assert alerts == [
        Alert(
            "train_loss jumped from about 2.5200 to 7.1000 at step 304: if it does not come back, lower the learning "
            "rate or clip the gradients."
        )
    ]


def test_a_loss_that_jumps_again_and_again_is_told_once_in_ten_minutes() -> None:
    watch = Watch()
    values = ([2.5] * 300 + [25.0] * 20) * 10
    alerts = [
        alert
        for step, value in enumerate(values)
        for alert in watch.follow([logged(step, train_loss=value)], step * 0.5)
    ]
    assert len(alerts) == 1


# --- silence ------------------------------------------------------------------------------------------------------


def test_a_run_that_falls_silent_is_told_once_and_when_it_reports_again() -> None:
    watch = Watch()
    watch.follow([entered(Phase.TRAINING)], 0.0)
    assert reporting(watch, *(at / 10 for at in range(1, 100))) == []
    ((at, alert),) = waiting(watch, 10.0, 100.0)
    assert at == 40.0
    assert alert == Alert(
        "Nothing was reported for 30.1 s while training (usually every second or sooner): look at the log and the "
        "devices, and stop the run if it hangs."
    )
    assert reporting(watch, 109.9) == [Alert("The run reports again, after 1m 40s of silence.", "info")]
    assert reporting(watch, 110.0) == []


def test_a_run_that_reports_seldom_is_given_ten_times_its_usual_pause() -> None:
    watch = Watch()
    watch.follow([entered(Phase.EVALUATING)], 0.0)
    reporting(watch, *(20.0 * turn for turn in range(1, 9)))
    ((at, alert),) = waiting(watch, 160.0, 500.0)
    assert at == 360.0
    assert "3m 20s while evaluating (usually every 20.0 s)" in alert.text


def test_what_a_run_does_between_its_epochs_is_learnt() -> None:
    watch = Watch()
    watch.follow([entered(Phase.TRAINING)], 0.0)
    now, told = 0.0, []
    for _ in range(5):  # each epoch: reports for a minute, then 26 s without one
        told += reporting(watch, *(now + second for second in range(1, 61)))
        told += [alert for _, alert in waiting(watch, now + 60, now + 85)]
        now += 85.0
    assert told == []
    reporting(watch, now)
    ((at, _),) = waiting(watch, now, now + 200.0)
    assert at - now == 52.0


def test_a_stall_that_is_over_does_not_make_stalls_usual() -> None:
    watch = Watch()
    watch.follow([entered(Phase.TRAINING)], 0.0)
    reporting(watch, *(float(at) for at in range(1, 20)))
    assert len(waiting(watch, 19.0, 60.0)) == 1
    reporting(watch, *(100_000.0 + at for at in range(30)))
    assert len(waiting(watch, 100_029.0, 101_000.0)) == 1


def test_a_fit_that_says_nothing_until_it_is_done_is_not_stalled() -> None:
    watch = Watch()
    watch.follow([entered(Phase.TRAINING), Record(0.0, LineLogged("fits"))], 0.0)
    assert waiting(watch, 0.0, 3000.0) == []


def test_other_phases_may_be_silent() -> None:
    for phase in (Phase.IMPORTING, Phase.PREPARING, Phase.MEASURING):
        watch = Watch()
        watch.follow([entered(Phase.TRAINING)], 0.0)
        reporting(watch, *(float(at) for at in range(1, 20)))
        watch.follow([entered(phase)], 20.0)
        reporting(watch, *(float(at) for at in range(21, 30)))
        assert waiting(watch, 30.0, 1000.0) == []


def test_what_a_library_prints_is_a_sign_of_life() -> None:
    watch = Watch()
    watch.follow([entered(Phase.TRAINING)], 0.0)
    reporting(watch, *(float(at) for at in range(1, 10)))
    for at in range(20, 200, 10):
        assert watch.follow([], float(at)) == []
        assert waiting(watch, float(at), float(at) + 10) == []


# --- devices ------------------------------------------------------------------------------------------------------


def test_samples_are_watched_too() -> None:
    watch = Watch()
    alerts = [alert for at in range(10) for alert in watch.observe([Sample("cuda:0", at, throttle="thermal")])]
    assert len(alerts) == 1
