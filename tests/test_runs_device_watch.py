"""What samples give reason to say: boards that slow down, memory that runs out, boards that are lost."""

from collections.abc import Iterable
from typing import Any

from store.records import Sample
from workbench.runs.alerts import Alert
from workbench.runs.device_watch import DeviceWatch

GIB = 1 << 30


def gpu(at: float, **values: Any) -> Sample:
    plain: dict[str, Any] = {"utilisation": 98.0, "clock_mhz": 1980.0, "clock_max_mhz": 1980.0, "throttle": ""}
    return Sample("cuda:0", at, **(plain | values))


def told(watch: DeviceWatch, samples: Iterable[Sample]) -> list[tuple[float, Alert]]:
    """When what was said: each sample is followed by itself."""
    return [(sample.at, alert) for sample in samples for alert in watch.follow([sample])]


def test_a_hot_board_is_told_once_and_when_it_is_over() -> None:
    watch = DeviceWatch()
    hot = [gpu(at, throttle="thermal, power cap", temperature_c=91.0, clock_mhz=1110.0) for at in range(60)]
    cool = [gpu(at, temperature_c=70.0) for at in range(60, 120)]
    (began, alert), (ended, over) = told(watch, hot + cool)
    assert (began, ended) == (3, 90)
    assert alert.level == "alert"
    assert alert.text == ("cuda:0 slows down because it is too hot (91 C, 1,110 of 1,980 MHz): check its cooling.")
    assert over == Alert("cuda:0 runs at full speed again (70 C, 1,980 of 1,980 MHz).", "info")


def test_a_moment_of_slowing_down_is_not_worth_a_word() -> None:
    flickering = [gpu(at, throttle="thermal" if at % 4 == 0 else "") for at in range(100)]
    assert told(DeviceWatch(), flickering) == []


def test_each_cause_has_its_remedy() -> None:
    for words, remedy in (("power brake", "power supply"), ("hardware", "nvidia-smi -q -d PERFORMANCE")):
        ((_, alert),) = told(DeviceWatch(), [gpu(at, throttle=words) for at in range(10)])
        assert remedy in alert.text


def test_a_board_at_its_power_limit_is_told_only_when_its_clock_falls_far() -> None:
    watch = DeviceWatch()
    usual = [gpu(at, throttle="power cap", clock_mhz=1700.0 + at % 50) for at in range(100)]
    assert told(watch, usual) == []
    slow = [gpu(at, throttle="power cap", clock_mhz=900.0) for at in range(100, 160)]
    ((at, alert),) = told(watch, slow)
    assert at == 110
    assert "900 of 1,980 MHz, usually 1,7" in alert.text
    ((_, over),) = told(watch, [gpu(at, throttle="power cap", clock_mhz=1700.0) for at in range(160, 200)])
    assert over.level == "info"


def test_the_low_clock_of_an_idle_board_is_not_its_usual_one() -> None:
    watch = DeviceWatch()
    idle = [gpu(at, utilisation=0.0, clock_mhz=345.0) for at in range(100)]
    busy = [gpu(at, throttle="power cap", clock_mhz=1200.0) for at in range(100, 200)]
    assert told(watch, idle + busy) == []


def test_memory_that_stays_nearly_full_is_told_and_when_there_is_room_again() -> None:
    watch = DeviceWatch()
    full = [gpu(at, memory_used_bytes=78 * GIB, memory_total_bytes=80 * GIB) for at in range(30)]
    less = [gpu(at, memory_used_bytes=74 * GIB, memory_total_bytes=80 * GIB) for at in range(30, 60)]
    empty = [gpu(at, memory_used_bytes=40 * GIB, memory_total_bytes=80 * GIB) for at in range(60, 90)]
    (began, alert), (ended, over) = told(watch, full + less + empty)
    assert (began, ended) == (10, 70)
    assert alert.text == (
        "The memory of cuda:0 is 98% full (78.0/80 GiB): a little more and the run fails; use smaller batches, or a "
        "smaller model."
    )
    assert over.level == "info"


def test_the_memory_of_the_machine_speaks_of_the_machine() -> None:
    full = [Sample("host", at, memory_used_bytes=97, memory_total_bytes=100) for at in range(20)]
    ((_, alert),) = told(DeviceWatch(), full)
    assert alert.text.startswith("The machine's memory is 97% full")


def test_a_peak_of_memory_is_not_worth_a_word() -> None:
    peaks = [gpu(at, memory_used_bytes=99 if at % 5 else 50, memory_total_bytes=100) for at in range(60)]
    assert told(DeviceWatch(), peaks) == []


def test_a_lost_board_is_told_once_with_what_the_driver_says() -> None:
    lost = [Sample("cuda:0", at, error=f"The driver has not answered for {at} s.") for at in range(20)]
    (_, alert), (_, over) = told(DeviceWatch(), [*lost, *(gpu(at) for at in range(20, 40))])
    assert alert.text == "cuda:0 cannot be read: The driver has not answered for 0 s."
    assert over == Alert("cuda:0 can be read again.", "info")


def test_what_is_not_known_is_no_reason_for_anything() -> None:
    unknown = [Sample("cuda:0", at, throttle=None) for at in range(60)]
    assert told(DeviceWatch(), unknown) == []


def test_devices_are_followed_each_by_itself() -> None:
    watch = DeviceWatch()
    samples = [
        Sample(device, at, throttle="thermal" if device == "cuda:1" else "")
        for at in range(10)
        for device in ("cuda:0", "cuda:1")
    ]
    ((_, alert),) = told(watch, samples)
    assert alert.text.startswith("cuda:1 slows down")
