"""Gates for scripts: conditions on a comparison's document under which ``workbench diff`` fails, and why it did.

A gate fails where its condition holds, and where that cannot be known: a figure that is missing must not let a worse
model pass.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.expressions import Expression, check_paths, check_values, known_paths
from workbench.expressions.parts import Test
from workbench.expressions.paths import MISSING, name_of, resolve

_DIGITS = (4, 6, 9, 17)


@dataclass(frozen=True, slots=True)
class GateResult:
    """What came of one gate, in a sentence that says the values it went by."""

    failed: bool
    sentence: str


def check_gates(gates: tuple[Expression, ...], document: Mapping[str, Any]) -> None:
    """Raises BadExpression, pointing at the place, where a gate asks for what no comparison has."""
    known = known_paths([document])
    for gate in gates:
        check_paths(gate, known)
        check_values(gate, document)


def judge_gate(gate: Expression, document: Mapping[str, Any]) -> GateResult:
    """Whether the gate fails, and why."""
    holds = gate.matches(document)
    readings = gate.readings(document)
    if holds is None:
        unknown = [_why_unknown(test, value, document) for test, value in readings if test.judge(value) is None]
        return GateResult(True, f"Gate failed: '{gate.text}' cannot be decided: {_listed(unknown)}.")
    values = _listed([f"{test.path} is {_value_words(test, value)}" for test, value in readings])
    if holds:
        return GateResult(True, f"Gate failed: '{gate.text}' holds: {values}.")
    return GateResult(False, f"Gate passed: '{gate.text}' does not hold: {values}.")


def _why_unknown(test: Test, value: Any, document: Mapping[str, Any]) -> str:
    if value is not None and value is not MISSING:
        asked = f"{test.operator} {test.literal.text}" if test.literal is not None else ""
        return f"{test.path} is {_value_words(test, value)}, of which '{asked}' cannot be said"
    for length in range(len(test.path.names) - 1, 0, -1):
        row = resolve(document, test.path.names[:length])
        if isinstance(row, Mapping) and row.get("reason"):
            return f"{test.path} is not known ({row['reason']})"
    return f"{test.path} is not known of these two runs"


def _value_words(test: Test, value: Any) -> str:
    """A value in as few digits as leave the test what it is: -0.010001 is not said to be -0.01 and below -0.01."""
    if value is None or value is MISSING:
        return "not known"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        texts = [f"{value:.{digits}g}" for digits in _DIGITS]
        return next((text for text in texts if test.judge(float(text)) == test.judge(value)), texts[-1])
    if isinstance(value, list | tuple):
        return ", ".join(str(name_of(item)) for item in value) or "empty"
    return str(value)


def _listed(parts: list[str]) -> str:
    parts = list(dict.fromkeys(parts))
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
