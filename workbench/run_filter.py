"""A filter over whole columns: of which runs an expression is true, and of which it is false.

The logic is that of ``Expression.matches`` on one document, three values and all; only the order of the loops differs.
"""

from collections.abc import Callable

from workbench.expressions.parts import Chain, Node, Not, Test
from workbench.run_columns import Column


def truths(node: Node, column_of: Callable[[Test], Column]) -> tuple[set[int], set[int]]:
    """The runs of which ``node`` is true, and those of which it is false; of all others it cannot be known."""
    if isinstance(node, Test):
        return _judged(node, column_of(node))
    if isinstance(node, Not):
        true, false = truths(node.node, column_of)
        return false, true
    assert isinstance(node, Chain)
    parts = [truths(part, column_of) for part in node.nodes]
    ones, others = zip(*parts, strict=True)
    if node.word == "or":
        return set().union(*ones), set.intersection(*others)
    return set.intersection(*ones), set().union(*others)


def _judged(test: Test, column: Column) -> tuple[set[int], set[int]]:
    true: set[int] = set()
    false: set[int] = set()
    judge = test.judging()
    for run_id, value in column.values.items():
        truth = judge(value)
        if truth:
            true.add(run_id)
        elif truth is not None:
            false.add(run_id)
    return true, false
