"""The history of the live meters: buckets fixed in time, unknown where nothing was read, energy as a difference."""

from screens.devices.meter_history import BUCKETS, EnergyUsed, MeterHistory, Quantity
from store.records import Sample

START = 1_763_800_000.0


def reading(at: float, utilisation: float | None = 50.0, **more: object) -> Sample:
    return Sample("cuda:0", START + at, uuid="GPU-0", utilisation=utilisation, **more)  # type: ignore[arg-type]


def filled(seconds: int, utilisation: float = 50.0) -> MeterHistory:
    history = MeterHistory()
    for at in range(0, seconds, 2):
        history.add([reading(at, utilisation)])
    return history


def test_a_column_is_the_mean_of_a_full_bucket() -> None:
    history = MeterHistory()
    for at, utilisation in enumerate((0.0, 100.0, 50.0, 50.0, 25.0)):
        history.add([reading(at * 2, utilisation)])
    assert history.columns(reading(0), Quantity.UTILISATION, BUCKETS)[-1] is None
    history.add([reading(10)])
    assert history.columns(reading(0), Quantity.UTILISATION, BUCKETS)[-1] == 0.45


def test_between_two_buckets_nothing_moves() -> None:
    history = filled(62)
    before = history.columns(reading(0), Quantity.UTILISATION, 30)
    history.add([reading(64, 100.0)])
    assert history.columns(reading(0), Quantity.UTILISATION, 30) == before


def test_ten_minutes_are_kept_and_no_more() -> None:
    history = filled(2000)
    columns = history.columns(reading(0), Quantity.UTILISATION, 100)
    assert columns[:40] == (None,) * 40
    assert columns[40:] == (0.5,) * BUCKETS


def test_fewer_columns_hold_several_buckets_each() -> None:
    history = filled(620)
    assert history.columns(reading(0), Quantity.UTILISATION, 20) == (0.5,) * 20
    assert history.columns(reading(0), Quantity.UTILISATION, 0) == ()


def test_a_gap_in_the_readings_is_a_gap_in_the_columns() -> None:
    history = filled(20)
    history.add([reading(40), reading(50)])
    assert history.columns(reading(0), Quantity.UTILISATION, BUCKETS)[-5:] == (0.5, 0.5, None, None, 0.5)


def test_what_the_driver_does_not_say_is_unknown_and_never_nought() -> None:
    history = MeterHistory()
    history.add([reading(0, None)])
    history.add([reading(10, None)])
    assert set(history.columns(reading(0), Quantity.UTILISATION, 10)) == {None}
    assert set(history.columns(reading(0), Quantity.POWER, 10)) == {None}
    assert history.energy(reading(0)) is None
    assert set(history.columns(Sample("cuda:7", START), Quantity.MEMORY, 3)) == {None}


def test_memory_and_power_are_shares_of_their_wholes() -> None:
    history = MeterHistory()
    for at in (0, 10):
        history.add([reading(at, memory_used_bytes=20, memory_total_bytes=80, power_w=350.0, power_limit_w=700.0)])
    assert history.columns(reading(0), Quantity.MEMORY, BUCKETS)[-1] == 0.25
    assert history.columns(reading(0), Quantity.POWER, BUCKETS)[-1] == 0.5


def test_energy_is_what_the_counter_rose_by_since_the_first_reading_told_once_a_bucket() -> None:
    history = MeterHistory()
    for at, joules in ((0, 1000.0), (2, 1600.0)):
        history.add([reading(at, energy_j=joules)])
    assert history.energy(reading(0)) is None
    history.add([reading(10, energy_j=2200.0)])
    history.add([reading(12, energy_j=2300.0)])
    assert history.energy(reading(0)) == EnergyUsed(1200.0, START)


def test_a_counter_that_began_again_counts_from_there() -> None:
    history = MeterHistory()
    for at, joules in ((0, 1000.0), (10, 1600.0), (14, 10.0)):
        history.add([reading(at, energy_j=joules)])
    assert history.energy(reading(0)) is None
    history.add([reading(20, energy_j=30.0)])
    assert history.energy(reading(0)) == EnergyUsed(20.0, START + 14)


def test_errors_and_readings_taken_in_before_count_nothing() -> None:
    history = filled(20)
    history.add([reading(18, 100.0)])
    history.add([Sample("cuda:0", START + 30, uuid="GPU-0", error="GPU is lost.")])
    assert history.columns(reading(0), Quantity.UTILISATION, BUCKETS)[-1] == 0.5


def test_a_device_is_known_by_its_uuid_even_if_its_number_changes() -> None:
    history = filled(20)
    moved = Sample("cuda:1", START + 20, uuid="GPU-0")
    assert history.columns(moved, Quantity.UTILISATION, BUCKETS)[-1] == 0.5
