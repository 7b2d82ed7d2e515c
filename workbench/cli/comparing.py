"""``diff``: two runs side by side, and gates for scripts."""

from argparse import Namespace

from store.database import Database
from store.records import Run
from store.runs import find_run
from workbench.cli.grouping import compare_as_asked, print_groups
from workbench.cli.output import narrate, print_json, print_lines, print_report
from workbench.cli.slicing import slice_as_asked
from workbench.cli.stores import open_to_read
from workbench.comparison.baseline import find_baseline
from workbench.comparison.compared import compare_runs
from workbench.comparison.furthest import furthest_apart, furthest_document
from workbench.comparison.gates import check_gates, judge_gate
from workbench.comparison.report import to_csv, to_html, to_markdown, to_renderable
from workbench.comparison.training_curves import read_overlays
from workbench.errors import UsageError
from workbench.expressions import Expression, parse
from workbench.settings import load_settings


def diff(arguments: Namespace) -> int:
    """Compare run A with run B; every delta is B minus A. 1 where a gate fails."""
    gates = tuple(parse(text) for text in arguments.fail_if)
    if arguments.group is not None:
        return _diff_groups(arguments, gates)
    with open_to_read(arguments) as db:
        a, b = _sides(db, arguments)
        compared = compare_runs(db, a.id, b.id, load_settings())
        overlays = read_overlays(db, a.id, b.id) if arguments.html else ()
    sliced = slice_as_asked(compared, arguments)
    document = {**compared.comparison.to_json(), **sliced.to_json()}
    check_gates(gates, document)
    if arguments.json:
        print_json({**document, **furthest_document(compared)})
    elif arguments.markdown:
        page = to_markdown(compared.comparison, sliced.tables, furthest_apart(compared))
        print_lines([page.rstrip("\n")])
    elif arguments.csv:
        print_lines([to_csv(compared.comparison).rstrip("\n")])
    elif arguments.html:
        print_lines([to_html(compared, overlays, sliced.tables).rstrip("\n")])
    elif sliced.asked:
        sliced.print()
    else:
        print_report(to_renderable(compared.comparison))
    return _judge(gates, document)


def _diff_groups(arguments: Namespace, gates: tuple[Expression, ...]) -> int:
    """Compare the group of run A with that of run B. 1 where a gate fails."""
    with open_to_read(arguments) as db:
        a, b = _sides(db, arguments)
        compared = compare_as_asked(db, a.id, b.id, arguments)
    document = compared.to_json()
    check_gates(gates, document)
    print_groups(compared, document, arguments)
    return _judge(gates, document)


def _sides(db: Database, arguments: Namespace) -> tuple[Run, Run]:
    """A and B as they were named; with ``--baseline`` the one run named is B."""
    if arguments.baseline is None:
        if arguments.b is None:
            raise UsageError("A diff takes two runs: `workbench diff A B`, or `workbench diff B --baseline TAG`.")
        return find_run(db, arguments.a), find_run(db, arguments.b)
    if arguments.b is not None:
        raise UsageError(
            f"With --baseline {arguments.baseline} the run with that tag is A: name B alone, as in "
            f"`workbench diff {arguments.b} --baseline {arguments.baseline}`."
        )
    if arguments.a is None:
        raise UsageError(f"Name the run to compare: `workbench diff B --baseline {arguments.baseline}`.")
    b = find_run(db, arguments.a)
    a = find_baseline(db, arguments.baseline, b)
    narrate(f"The baseline, A, is run {a.id} ({a.name}), the newest tagged {arguments.baseline!r} of the same data.")
    return a, b


def _judge(gates: tuple[Expression, ...], document: dict[str, object]) -> int:
    """Says what came of each gate; the exit code."""
    results = [judge_gate(gate, document) for gate in gates]
    for result in results:
        narrate(result.sentence)
    failed = sum(result.failed for result in results)
    if len(results) > 1:
        narrate(f"{failed} of {len(results)} gates failed.")
    return 1 if failed else 0
