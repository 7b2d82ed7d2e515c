"""Which column of a file is what: as it was told, else guessed by the names that people use, and said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum

from workbench.formatting import format_some
from workbench.importing.cells import read_labels
from workbench.importing.findings import Findings
from workbench.importing.table import SourceTable
from workbench.inert import inert

ID_NAMES = ("id", "example", "example_id", "uid", "uuid", "guid")
TRUTH_NAMES = ("truth", "y_true", "label", "target", "actual", "gold", "expected", "ground_truth", "true", "class", "y")
PREDICTION_NAMES = (
    *("prediction", "predicted", "pred", "y_pred", "yhat", "y_hat"),
    *("predicted_label", "predicted_class", "pred_label", "output"),
)
PROBABILITY_PREFIXES = ("p_", "prob_", "proba_", "probability_")
PROBABILITY_NAMES = ("probabilities", "probs", "proba", "y_proba", "y_prob", "probability", "prob")
SCORE_NAMES = ("scores", "score", "y_score", "logits", "logit")
CONFIDENCE_NAMES = ("confidence",)
UNIT_NAMES: Mapping[str, Sequence[str]] = {
    "bits": ("bits", "n_bits"),
    "nats": ("nats", "nll", "neg_log_likelihood"),
    "loss": ("loss", "mean_loss"),
    "bytes": ("bytes", "n_bytes", "num_bytes"),
    "tokens": ("tokens", "n_tokens", "num_tokens"),
    "right": ("right", "right_tokens", "correct_tokens"),
}
"""What is said of a unit of text: the length of its code in one of three ways, and what it is counted in."""
DERIVED_NAMES = ("correct", "loss")
"""What ``workbench outcomes`` writes beside; it follows from the rest and is no value of the example."""

_LISTED = 12
_NEAR = 3


@dataclass(frozen=True, slots=True)
class Told:
    """The columns that the user named; None: guess."""

    id: str | None = None
    truth: str | None = None
    prediction: str | None = None
    probabilities: str | None = None
    """A column, or what the names of several begin with."""
    scores: str | None = None
    """The same of scores that are no probabilities."""


class Meaning(StrEnum):
    """What numbers about classes are."""

    PROBABILITIES = "probabilities of the classes"
    SCORES = "scores"
    """They only rank."""
    EITHER = "scores or probabilities"
    """Probabilities if they look so."""
    CONFIDENCE = "probability of the predicted class"


@dataclass(frozen=True, slots=True)
class Scored:
    """Where the probabilities or scores of classes stand.

    Either one column for each class (``by_label``), or a single column: of one number, of lists or of objects.
    """

    meaning: Meaning
    by_label: Mapping[str, str] = field(default_factory=dict)
    """Column by label."""
    column: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that this takes up."""
        return tuple(self.by_label.values()) if self.column is None else (self.column,)


@dataclass(frozen=True, slots=True)
class Roles:
    """The columns by what they are; None where there is no such column."""

    id: str | None
    truth: str | None
    prediction: str | None
    scored: Scored | None
    loss: str | None
    rest: tuple[str, ...]
    """Everything else: what the examples hold."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Of units of text: the column of each of UNIT_NAMES that is there."""

    def without_classes(self) -> "Roles":
        """The same where there are no classes: what was taken for their probabilities is a value like any other."""
        scored = self.scored.columns if self.scored is not None else ()
        return replace(self, scored=None, loss=None, rest=(*self.rest, *scored))


def find_roles(table: SourceTable, told: Told, findings: Findings) -> Roles:
    """The columns of ``table`` by what they are; a column that was told and is not there is a problem."""
    taken: set[str] = set()

    def choose(role: str, named: str | None, usual: Sequence[str]) -> str | None:
        column = _named(table, role, named, findings) if named else _guess(table, usual, taken)
        if column is not None:
            taken.add(column)
        return column

    truth = choose("truth", told.truth, TRUTH_NAMES)
    prediction = choose("prediction", told.prediction, PREDICTION_NAMES)
    ident = choose("id", told.id, ID_NAMES)
    scored = _find_scored(table, told, truth, taken, findings)
    taken.update(scored.columns if scored else ())
    loss = _guess(table, ("loss",), taken)
    rest = tuple(name for name in table.names if name not in taken and name.lower() not in DERIVED_NAMES)
    return Roles(ident, truth, prediction, scored, loss, rest)


def find_unit_roles(table: SourceTable, told: Told, findings: Findings) -> Roles:
    """The columns of a table of units of text."""
    taken: set[str] = set()
    ident = _named(table, "id", told.id, findings) if told.id else _guess(table, ID_NAMES, taken)
    taken.update([ident] if ident else [])
    units: dict[str, str] = {}
    for role, usual in UNIT_NAMES.items():
        column = _guess(table, usual, taken)
        if column is not None:
            units[role] = column
            taken.add(column)
    rest = tuple(name for name in table.names if name not in taken)
    return Roles(ident, None, None, None, None, rest, units)


def missing_column(table: SourceTable, role: str, option: str) -> str:
    """What is said where a role that is needed has no column."""
    return (
        f"{table.file_name} has no column for the {role}: name it with {option} COL. It has {list_names(table.names)}."
    )


def list_names(names: Sequence[str]) -> str:
    """Column names as a sentence lists them."""
    return format_some([repr(inert(name, 60)) for name in names], _LISTED)


def _named(table: SourceTable, role: str, name: str, findings: Findings) -> str | None:
    if name in table.columns:
        return name
    findings.refuse(_no_column(table, role, name))
    return None


def _no_column(table: SourceTable, role: str, name: str) -> str:
    near = [other for other in table.names if other.lower() == name.lower()]
    near = near or get_close_matches(name, table.names, n=_NEAR, cutoff=0.5)
    hint = (
        f"Did you mean {' or '.join(repr(inert(other, 60)) for other in near)}?"
        if near
        else f"It has {list_names(table.names)}."
    )
    return f"{table.file_name} has no column {name!r} for the {role}. {hint}"


def _guess(table: SourceTable, usual: Sequence[str], taken: set[str]) -> str | None:
    by_name = {name.lower(): name for name in reversed(table.names) if name not in taken}
    return next((by_name[name] for name in usual if name in by_name), None)


def _find_scored(
    table: SourceTable, told: Told, truth: str | None, taken: set[str], findings: Findings
) -> Scored | None:
    for named, meaning in ((told.probabilities, Meaning.PROBABILITIES), (told.scores, Meaning.SCORES)):
        if named:
            return _told_scored(table, named, meaning, taken, findings)
    for prefix in PROBABILITY_PREFIXES:
        by_label = _by_label(table, prefix, taken)
        if by_label and (are_numbered(by_label) or _name_classes(table, truth, by_label)):
            return Scored(Meaning.PROBABILITIES, by_label)
    for names, meaning in (
        (PROBABILITY_NAMES, Meaning.PROBABILITIES),
        (SCORE_NAMES, Meaning.EITHER),
        (CONFIDENCE_NAMES, Meaning.CONFIDENCE),
    ):
        column = _guess(table, names, taken)
        if column is not None:
            return Scored(meaning, column=column)
    return None


def are_numbered(by_label: Mapping[str, str]) -> bool:
    """Whether columns are called by 0, 1, 2… instead of by classes."""
    return len(by_label) > 1 and set(by_label) == {str(place) for place in range(len(by_label))}


def _name_classes(table: SourceTable, truth: str | None, by_label: Mapping[str, str]) -> bool:
    """Whether the names of columns hold any class: a column p_value alone is no probability."""
    return truth is not None and not set(read_labels(table.columns[truth])).isdisjoint(read_labels(list(by_label)))


def _told_scored(
    table: SourceTable, named: str, meaning: Meaning, taken: set[str], findings: Findings
) -> Scored | None:
    if named in table.columns:
        return Scored(meaning, column=named)
    by_label = _by_label(table, named, taken)
    if by_label:
        return Scored(meaning, by_label)
    findings.refuse(f"{_no_column(table, meaning.value, named)} Nor do the names of any columns begin with it.")
    return None


def _by_label(table: SourceTable, prefix: str, taken: set[str]) -> dict[str, str]:
    start = prefix.lower()
    return {
        name[len(prefix) :]: name
        for name in table.names
        if name not in taken and name.lower().startswith(start) and len(name) > len(prefix)
    }


def say_roles(roles: Roles, findings: Findings) -> None:
    """Says which column was taken for what."""
    scored = roles.scored
    parts = [
        f"{_quoted([column])} for the {role}"
        for role, column in (("id", roles.id), ("truth", roles.truth), ("prediction", roles.prediction))
        if column is not None
    ]
    if scored is not None:
        parts.append(f"{_quoted(scored.columns)} for the {scored.meaning}")
    if roles.units:
        parts.append(f"{_quoted(tuple(roles.units.values()))} for what is said of each unit of text")
    if roles.rest:
        parts.append(f"{_quoted(roles.rest)} for what the examples hold")
    findings.say(f"Columns taken: {'; '.join(parts)}.")


def _quoted(columns: Sequence[str]) -> str:
    return format_some([repr(inert(name, 60)) for name in columns], _LISTED)
