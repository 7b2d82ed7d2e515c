"""Runs that have not come to their end: their figures are shown, and nothing is decided by them."""

from dataclasses import replace

from workbench.comparison.evidence import Evidence
from workbench.comparison.result import Caution, ClassRows, Row, Verdict

_DECIDED = (Verdict.A, Verdict.B, Verdict.EQUIVALENT)
_MAY_END = ("queued", "running")


def provisional(letter: str, evidence: Evidence) -> Caution | None:
    """What is to be known of a run that is not done; None of one that is."""
    status, number = evidence.run.get("status"), evidence.run.get("id")
    if status in (None, "done"):
        return None
    if status in _MAY_END:
        return Caution(
            "provisional", f"{letter} is {status}: its figures are provisional", "Compare again when it is done"
        )
    became = "has failed" if status == "failed" else f"is {status}"
    repair = f"`workbench rerun {number}` trains it again" if number is not None else ""
    return Caution("provisional", f"{letter} {became}: its figures are provisional", repair)


def without_verdict(row: Row, reason: str) -> Row:
    """The row, undecided for this reason; one that could not be compared stays so, for its own."""
    return replace(row, verdict=Verdict.UNRESOLVED, reason=reason) if row.verdict in _DECIDED else row


def class_without_verdict(rows: ClassRows, reason: str) -> ClassRows:
    """The rows of a class, undecided for this reason."""
    precision, recall, f1 = (without_verdict(row, reason) for row in rows.rows)
    return replace(rows, precision=precision, recall=recall, f1=f1)
