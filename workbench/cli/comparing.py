"""``diff``: two runs side by side, and gates for scripts."""

from argparse import Namespace

from store.runs import find_run
from workbench.cli.output import data_console, narrate, print_json, print_lines
from workbench.cli.stores import open_to_read
from workbench.comparison import Comparison
from workbench.comparison.compared import compare_runs
from workbench.comparison.report import to_csv, to_markdown, to_renderable
from workbench.errors import GateFailed
from workbench.expressions import check_paths, known_paths, parse
from workbench.settings import load_settings


def diff(arguments: Namespace) -> int:
    """Compare run A with run B; every delta is B minus A."""
    gates = [(text, parse(text)) for text in arguments.fail_if]
    with open_to_read(arguments) as db:
        a, b = (find_run(db, reference).id for reference in (arguments.a, arguments.b))
        comparison = compare_runs(db, a, b, load_settings()).comparison
    _print(comparison, arguments)
    document = comparison.to_json()
    for text, gate in gates:
        check_paths(gate, known_paths([document]))
        verdict = gate.matches(document)
        if verdict is None:
            unknown = ", ".join(gate.unknown_paths(document))
            raise GateFailed(f"'{text}' cannot be decided: {unknown} is not known for these two runs.")
        if verdict:
            raise GateFailed(f"'{text}' holds.")
        narrate(f"Gate passed: '{text}' does not hold.")
    return 0


def _print(comparison: Comparison, arguments: Namespace) -> None:
    if arguments.json:
        print_json(comparison.to_json())
    elif arguments.markdown:
        print_lines([to_markdown(comparison)])
    elif arguments.csv:
        print_lines([to_csv(comparison).rstrip("\n")])
    else:
        data_console().print(to_renderable(comparison))
