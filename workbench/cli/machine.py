"""``devices`` and ``doctor``: what this machine has, and what works on it."""

import time
from argparse import Namespace
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

from store.records import Sample
from workbench.cli.output import data_console, print_json, print_table
from workbench.formatting import NOT_KNOWN, format_bytes
from workbench.settings import store_path
from workbench.telemetry import NvmlState, nvml_state, open_sampler

if TYPE_CHECKING:
    from workbench.doctor import Check

_WATCH_PERIOD_S = 1.0
_HOST_UTILISATION_PERIOD_S = 0.2
"""The host's utilisation is a difference between two readings: the first alone says nothing."""


def devices(arguments: Namespace) -> int:
    """One reading of every device, or one a second until Ctrl-C."""
    state = nvml_state()
    with closing(open_sampler()) as sampler:
        sampler.sample()
        time.sleep(_HOST_UTILISATION_PERIOD_S)
        while True:
            _print_samples(sampler.sample(), state, as_json=arguments.json)
            if not arguments.watch:
                return 0
            time.sleep(_WATCH_PERIOD_S)


def _print_samples(samples: tuple[Sample, ...], state: NvmlState, *, as_json: bool) -> None:
    if as_json:
        document = {"nvml": {"available": state.available, "message": state.message, "driver": state.driver}}
        print_json({**document, "devices": [asdict(sample) for sample in samples]})
        return
    columns = ("device", "name", "util", "memory", "temp", "power", "clock", "processes")
    console = data_console()
    numeric = ("util", "memory", "temp", "power", "clock")
    print_table(console, columns, map(_row, samples), numeric=numeric, names=("name",))
    if not state.available:
        console.print(state.message)


def _row(sample: Sample) -> tuple[str, ...]:
    if sample.error:
        return (sample.device, sample.name or "", "", "", "", "", "", sample.error)
    memory = f"{format_bytes(sample.memory_used_bytes)} / {format_bytes(sample.memory_total_bytes)}"
    return (
        sample.device,
        sample.name or "",
        _with_unit(sample.utilisation, "%"),
        memory,
        _with_unit(sample.temperature_c, "°C"),
        _with_unit(sample.power_w, "W"),
        _with_unit(sample.clock_mhz, "MHz"),
        ", ".join(f"{process.pid} {process.command or ''}".strip() for process in sample.processes),
    )


def _with_unit(value: float | None, unit: str) -> str:
    return NOT_KNOWN if value is None else f"{value:.0f} {unit}"


def doctor(arguments: Namespace) -> int:
    """Every check with what it found and what to do; exit 3 where something keeps the tool from working."""
    from workbench.doctor import examine

    checks = examine(store_path(arguments.store), deep=arguments.deep)
    if arguments.json:
        print_json([asdict(check) for check in checks])
    else:
        _print_checks(checks)
    return 3 if any(check.status == "problem" for check in checks) else 0


def _print_checks(checks: "list[Check]") -> None:
    from rich.table import Table
    from rich.text import Text

    from workbench.inert import inert

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    signs = {"ok": ("ok", "green"), "warning": ("! warning", "yellow"), "problem": ("x problem", "red")}
    for check in checks:
        sign, style = signs[check.status]
        said = f"{check.message}\n{check.hint}" if check.hint else check.message
        table.add_row(Text(sign, style=style), Text(inert(check.name)), Text("\n".join(map(inert, said.split("\n")))))
    data_console().print(table)
