"""Samples: what the devices and the host showed while a run went on. One reading of a device at one time is one row."""

from collections.abc import Iterable
from dataclasses import astuple

from store.connection import Database, Row
from store.documents import decode, encode, finite, storable
from store.records import DeviceProcess, Sample

_READ = (
    *("utilisation", "memory_used_bytes", "memory_total_bytes", "temperature_c", "power_w", "power_limit_w"),
    *("clock_mhz", "clock_max_mhz", "throttle", "fan_percent", "energy_j", "load_1m", "run_memory_bytes"),
    *("processes", "error"),
)
"""What a reading says, in the order of the fields of a Sample."""

_COLUMNS = "d.device, s.at, d.uuid, d.name, " + ", ".join(f"s.{name}" for name in _READ)
_INSERT = (
    f"INSERT OR REPLACE INTO samples (run_id, device_id, at, attempt, {', '.join(_READ)}) "
    f"VALUES (?, ?, ?, ?, {', '.join('?' * len(_READ))})"
)


def add_samples(db: Database, run_id: int, attempt: int, samples: Iterable[Sample]) -> None:
    """Store readings; a second reading of one device at the same time replaces the first."""
    batch = list(samples)
    if not batch:
        return
    with db.atomic() as connection:
        rows = [_to_row(run_id, attempt, _device_id(db, sample), sample) for sample in batch]
        connection.executemany(_INSERT, rows)


def read_samples(
    db: Database, run_id: int, device: str | None = None, *, after_at: float = float("-inf")
) -> list[Sample]:
    """Every reading of a run later than ``after_at``, by time, of one device if it is named (``cuda:0``, ``host``)."""
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM samples s JOIN devices d ON d.id = s.device_id "
        "WHERE s.run_id = :run_id AND s.at > :after_at AND (:device IS NULL OR d.device = :device) "
        "ORDER BY s.at, d.device",
        {"run_id": run_id, "device": device, "after_at": after_at},
    )
    return [_from_row(row) for row in rows]


def newest_samples(db: Database, run_id: int) -> list[Sample]:
    """The newest reading of each device of a run, by device."""
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM devices d JOIN samples s ON s.run_id = :run_id AND s.device_id = d.id AND s.at = "
        "(SELECT max(at) FROM samples WHERE run_id = :run_id AND device_id = d.id) ORDER BY d.device, d.uuid",
        {"run_id": run_id},
    )
    return [_from_row(row) for row in rows]


def _device_id(db: Database, sample: Sample) -> int:
    key = (storable(sample.device), sample.uuid or "", storable(sample.name or ""))
    found = db.row("SELECT id FROM devices WHERE device = ? AND uuid = ? AND name = ?", key) or db.row(
        "INSERT INTO devices (device, uuid, name) VALUES (?, ?, ?) RETURNING id", key
    )
    return int(found[0]) if found else 0


def _to_row(run_id: int, attempt: int, device_id: int, sample: Sample) -> Row:
    processes = encode([astuple(process) for process in sample.processes]) if sample.processes else None
    return (
        run_id,
        device_id,
        sample.at,
        attempt,
        finite(sample.utilisation),
        sample.memory_used_bytes,
        sample.memory_total_bytes,
        finite(sample.temperature_c),
        finite(sample.power_w),
        finite(sample.power_limit_w),
        finite(sample.clock_mhz),
        finite(sample.clock_max_mhz),
        _text(sample.throttle),
        finite(sample.fan_percent),
        finite(sample.energy_j),
        finite(sample.load_1m),
        sample.run_memory_bytes,
        processes,
        _text(sample.error),
    )


def _text(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _from_row(row: Row) -> Sample:
    values = list(row)
    values[2] = values[2] or None
    values[3] = values[3] or None
    values[-2] = tuple(DeviceProcess(*process) for process in decode(values[-2])) if values[-2] else ()
    return Sample(*values)
