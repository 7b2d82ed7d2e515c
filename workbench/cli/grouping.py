"""``diff --group``: the runs that are like A but for their seeds or splits, beside those that are like B."""

from argparse import Namespace
from typing import Any

from store.database import Database
from workbench.cli.output import data_console, print_json, print_lines
from workbench.comparison.group_report import GroupReport, to_group_csv, to_group_markdown
from workbench.comparison.groups import GroupCompared, GroupKind, compare_groups
from workbench.comparison.report.group_page import to_group_html
from workbench.errors import UsageError
from workbench.settings import load_settings

_OF_TWO_RUNS = {"slices": "--slices", "worst_slices": "--worst-slices", "slice_score": "--slice-score"}
"""Options that ask for what only a comparison of two single runs has."""


def compare_as_asked(db: Database, a_id: int, b_id: int, arguments: Namespace) -> GroupCompared:
    """The groups of two runs, compared; raises UsageError with an option that only goes with two single runs."""
    for name, option in _OF_TWO_RUNS.items():
        if getattr(arguments, name, None):
            raise UsageError(f"{option} is about two single runs: leave out {option}, or --group.")
    kind = None if arguments.group == "auto" else GroupKind(arguments.group)
    return compare_groups(db, a_id, b_id, load_settings(), kind)


def print_groups(compared: GroupCompared, document: dict[str, Any], arguments: Namespace) -> None:
    """The comparison in the form that was asked for; ``document`` is its JSON."""
    if arguments.json:
        print_json(document)
    elif arguments.markdown:
        print_lines([to_group_markdown(compared).rstrip("\n")])
    elif arguments.html:
        print_lines([to_group_html(compared).rstrip("\n")])
    elif arguments.csv:
        print_lines([to_group_csv(compared).rstrip("\n")])
    else:
        data_console().print(GroupReport(compared))
