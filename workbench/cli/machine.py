"""``doctor``: what works on this machine."""

from argparse import Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from workbench.cli.output import data_console, print_json
from workbench.settings import store_path

if TYPE_CHECKING:
    from workbench.doctor import Check


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
