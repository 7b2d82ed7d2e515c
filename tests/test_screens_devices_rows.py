"""The devices screen's lists: what stands on a device's line at each width, and in the queue and the leases."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from screens_fixtures import GIB, NOW, a_run, gpu_sample, host_sample

from screens.devices.machine import Machine, Row
from screens.devices.meter_history import MeterHistory
from screens.devices.pane_lines import settle
from screens.devices.queue_rows import lease_rows, queue_rows
from screens.devices.rows import device_rows, head_line, place_columns, who_words
from screens.devices.surroundings import Surroundings
from screens.heights import share_height
from screens.page import LeaseRow, QueueView, RunRow
from screens.pieces import plain
from screens.signs import ASCII, UNICODE, Signs
from store.records import DeviceProcess, RunStatus, Sample
from workbench.telemetry.room import Room

STORE = "/data/workbench.db"
LOST = "GPU is lost: it has fallen off the bus. Reboot the machine, then start what ran on it again."
OURS = DeviceProcess(4242, 61 * GIB, "ana", "python -m workbench.trainer")
MINE = DeviceProcess(777, 2 * GIB, "ana", "jupyter")
BENS = DeviceProcess(555, GIB, "ben", "python train.py")


def a_row(run_id: int, **changes: object) -> RunRow:
    run = a_run(id=run_id, **changes)
    return RunRow(run, run.status, {})


def waiting(run_id: int, device: str = "cuda:0") -> RunRow:
    changes = {"status": RunStatus.QUEUED, "phase": None, "progress_done": None, "started_at": None}
    return a_row(run_id, name=f"waits-{run_id}", device=device, **changes)


def a_lease(what: str, run_id: int | None = 12, store: str = STORE) -> LeaseRow:
    name = "demo-mlp" if store == STORE else None
    return LeaseRow(what, "cpu" if what.startswith("core") else "cuda:0", run_id, name, store, 4242, NOW - 60)


AROUND = Surroundings(STORE, Room(Path("/data"), 120 * GIB, 500 * GIB, 0, 8 * GIB), 16, "Xeon", "ana")
QUEUE = QueueView(
    queued=(waiting(20), waiting(21), waiting(30, "cpu"), waiting(31, "cuda:5")),
    running=(a_row(12, name="demo-mlp", device="cuda:0"),),
    leases=(a_lease("GPU-0"), *(a_lease(f"core {core}", 9) for core in (0, 1, 2, 5))),
    pids={4242: 12},
)


def machine(*samples: Sample, **changes: object) -> Machine:
    history = MeterHistory()
    for at in range(0, 660, 2):
        history.add([replace(sample, at=NOW + at) for sample in samples])
    known = Machine(samples, history, QUEUE, AROUND)
    return replace(known, **changes)  # type: ignore[arg-type]


def eight() -> Machine:
    gpus = [replace(gpu_sample(number), device=f"cuda:{number}") for number in range(7)]
    return machine(host_sample(), *gpus, gpu_sample(7, error=LOST))


def texts(rows: list[Row]) -> list[str]:
    return [plain(row.line).rstrip() for row in rows]


def shown(known: Machine, width: int = 77, signs: Signs = UNICODE, *, unfolded: bool = False) -> list[str]:
    return texts(device_rows(known, width, signs, lambda key: unfolded))


def test_eight_gpus_are_a_line_each_and_the_host_comes_last() -> None:
    lines = shown(eight())
    assert [line.split()[0] for line in lines[:8]] == [f"cuda:{number}" for number in range(8)]
    assert lines[-2].startswith("host")
    assert len(lines) <= 12


def test_a_lost_gpu_says_its_whole_error_in_its_own_row_and_hides_no_other() -> None:
    lines = shown(eight())
    assert "97 %" in lines[6]
    at = next(place for place, line in enumerate(lines) if line.startswith("cuda:7"))
    said = " ".join(" ".join(lines[at : at + 2]).split())
    assert said == f"cuda:7 ✗ {LOST}"


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
@pytest.mark.parametrize("width", [37, 48, 57, 77, 97, 117, 157, 197])
def test_no_line_is_wider_than_its_room(width: int, signs: Signs) -> None:
    full = replace(gpu_sample(), processes=(OURS, MINE, BENS), throttle="thermal", clock_mhz=1410.0)
    known = machine(host_sample(), full, gpu_sample(1, error=LOST))
    rows = device_rows(known, width, signs, lambda key: True)
    rows += queue_rows(QUEUE, STORE, NOW, width, signs) + lease_rows(QUEUE.leases, STORE, NOW, width, signs)
    for line in [*texts(rows), plain(head_line(place_columns(width, known.samples)))]:
        assert cell_len(line) <= width, line
        assert signs is UNICODE or line.replace("°", "").isascii()


def test_what_tells_most_stays_longest_as_the_room_shrinks() -> None:
    known = machine(host_sample(), replace(gpu_sample(), processes=(OURS,)))
    wide, high, narrow = (shown(known, width)[0] for width in (157, 77, 37))
    assert "H100" in wide
    assert "run 12 demo-mlp" in wide
    assert "612/700 W" in high
    assert "run 12" in high
    assert "▇" in high
    for line in (wide, high, narrow):
        assert "97 %" in line
        assert "61.0/80 GiB" in line


def test_a_strip_holds_ten_minutes_at_any_width() -> None:
    for width in range(60, 220):
        strip = place_columns(width, ()).strip
        assert strip == 0 or 60 % strip == 0
    assert place_columns(77, ()).strip == 12


def test_the_details_unfold_below_their_device() -> None:
    known = machine(host_sample(), replace(gpu_sample(), processes=(OURS, MINE, BENS), clock_mhz=1410.0))
    text = "\n".join(shown(known, unfolded=True))
    for words in ("NVIDIA H100 80GB HBM3", "1,410 MHz", "memory ▆", "4242  ana", "run 12 demo-mlp", "yours", "other"):
        assert words in text
    assert "jupyter" not in "\n".join(shown(known))


def test_the_price_stands_with_the_board() -> None:
    known = machine(gpu_sample(), price_of=lambda sample: 2.5)
    assert "$2.50/h" in "\n".join(shown(known, unfolded=True))


def test_energy_is_told_since_the_interface_opened() -> None:
    history = MeterHistory()
    for at in (0, 10):
        history.add([replace(gpu_sample(), at=NOW + at, energy_j=1e6 + at * 6000)])
    text = "\n".join(shown(machine(gpu_sample(), history=history), 117, unfolded=True))
    assert "60.0 kJ (16.7 Wh) since " in text


def test_a_board_that_slows_itself_down_says_why_unasked() -> None:
    slow = replace(gpu_sample(), throttle="thermal", clock_mhz=1410.0, clock_max_mhz=1980.0)
    assert shown(machine(slow))[1].strip() == "✗ slowed: thermal · 1,410 of 1,980 MHz"


def test_who_is_on_a_board_is_told_by_run_then_by_user_then_by_lease() -> None:
    known = machine()
    board = replace(gpu_sample(), uuid="GPU-9")
    assert who_words(known, replace(board, utilisation=0.0), 20, "…") == "free"
    assert who_words(known, board, 20, "…") == "not seen", "it works at 97 %"
    assert who_words(known, replace(board, processes=(BENS, OURS)), 20, "…") == "run 12 demo-mlp, ben"
    assert who_words(known, replace(board, processes=(BENS, OURS)), 9, "…") == "run 12 +1"
    assert who_words(known, replace(board, processes=(BENS, BENS)), 9, "…") == "ben"
    assert who_words(known, gpu_sample(0), 20, "…") == "run 12 demo-mlp"
    assert who_words(known, replace(board, processes=(DeviceProcess(9, None, None, None),)), 9, "…") == "other"
    elsewhere = replace(known, queue=QueueView(leases=(a_lease("GPU-9", 3, "/other.db"),)))
    assert who_words(elsewhere, board, 20, "…") == "leased"


def test_without_a_gpu_a_calm_line_says_so_and_the_host_is_there() -> None:
    lines = shown(machine(host_sample()))
    assert lines[0].startswith("host")
    assert "disk 120/500 GiB · swap 0.0/8.0 GiB · 16 cores · Xeon" in lines[1]
    assert "No GPU to show" in lines[2]


def test_what_is_not_known_is_never_nought() -> None:
    lines = shown(Machine((Sample("cuda:0", NOW), Sample("host", NOW))), unfolded=True)
    text = "\n".join(lines)
    assert "n/a" in lines[0]
    assert "disk n/a" in text
    assert " 0 %" not in text


def test_names_of_strangers_are_inert() -> None:
    hostile = DeviceProcess(1, GIB, "e\x1b[31mve", "\x1b]0;mine\x07sh")
    text = "\n".join(shown(machine(replace(gpu_sample(), processes=(hostile,))), 157, unfolded=True))
    assert "\x1b" not in text
    assert "eve" in text


def test_a_queued_run_says_what_it_waits_for() -> None:
    lines = texts(queue_rows(QUEUE, STORE, NOW, 77, UNICODE))
    assert lines[0].startswith("● 12  demo-mlp")
    assert "training 12/40" in lines[0]
    assert [line.split(maxsplit=3)[1] for line in lines[1:]] == ["20", "21", "30", "31"]
    assert lines[1].endswith("run 12 holds cuda:0")
    assert lines[2].endswith("behind run 20")
    assert lines[3].endswith("run 9 holds 4 cores")
    assert lines[4].endswith("next in line")


def test_the_leases_of_a_run_are_one_line_and_name_its_store_where_it_is_another() -> None:
    leases = (
        *QUEUE.leases,
        LeaseRow("GPU-5", "cuda:5", 3, None, "/other/w.db", 1, NOW),
        LeaseRow("GPU-6", "", *[None] * 5),
    )
    lines = texts(lease_rows(leases, STORE, NOW, 77, UNICODE))
    assert " ".join(lines[0].split()).startswith("cuda:0 GPU-0 since ")
    assert lines[0].endswith("run 12 demo-mlp")
    assert lines[1].startswith("cores 0-2, 5 ")
    assert lines[2].endswith("run 3 of /other/w.db")
    assert lines[3].endswith("an unknown run")
    assert [row.run_id for row in lease_rows(leases, STORE, NOW, 77, UNICODE)] == [12, 9, None, None]


def test_empty_lists_say_so() -> None:
    assert "No run waits" in texts(queue_rows(QueueView(), STORE, NOW, 77, UNICODE))[0]
    assert "Nothing is leased" in texts(lease_rows((), STORE, NOW, 77, UNICODE))[0]


def test_readings_that_hardly_moved_stand_still_on_the_screen_too() -> None:
    shown_before = (replace(gpu_sample(), clock_mhz=1980.0, processes=(OURS,), energy_j=5.0),)
    nearly = replace(
        shown_before[0],
        at=NOW + 2,
        clock_mhz=1965.0,
        energy_j=900.0,
        processes=(replace(OURS, memory_bytes=61 * GIB + 2**20),),
    )
    assert settle(shown_before, [nearly], whole=True) == shown_before
    assert settle(shown_before, [replace(nearly, clock_mhz=1410.0)], whole=True)[0].clock_mhz == 1410.0
    assert settle(shown_before, [replace(nearly, processes=())], whole=True)[0].processes == ()
    assert settle(shown_before, [replace(nearly, throttle="thermal")], whole=True)[0].throttle == "thermal"


@pytest.mark.parametrize(
    ("total", "wanted", "shares"),
    [
        (30, (10, 8, 4), [10, 8, 4]),
        (23, (13, 9, 5), [13, 7, 3]),
        (23, (30, 9, 2), [16, 5, 2]),
        (8, (9, 9, 9), [6, 2, 0]),
    ],
)
def test_the_first_list_gets_its_lines_as_long_as_the_others_keep_their_least(
    total: int, wanted: tuple[int, ...], shares: list[int]
) -> None:
    assert share_height(total, wanted, (6, 5, 3)) == shares


def test_without_a_gpu_there_is_no_column_of_names() -> None:
    assert place_columns(200, (host_sample(), gpu_sample())).name > 0
    assert place_columns(200, (host_sample(),)).name == 0
