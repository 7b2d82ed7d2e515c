"""What a comparison of two groups says: a ``Comparison`` whose rows are means, and what every member came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from store.documents import finite
from workbench.comparison.group_members import GroupKind, GroupSide
from workbench.comparison.group_methods import FEWEST, Spread
from workbench.comparison.result import Comparison


@dataclass(frozen=True, slots=True)
class Spreads:
    """One figure of the members of both sides."""

    a: Spread
    b: Spread


@dataclass(frozen=True, eq=False)
class GroupCompared:
    """Two groups, compared. Of ``comparison`` the documents ``a`` and ``b`` are those of one run of each group."""

    comparison: Comparison
    kind: GroupKind
    a: GroupSide
    b: GroupSide
    spreads: Mapping[str, Spreads]
    """By metric, of the rows that there are; points stand in the order of the members."""

    def to_json(self) -> dict[str, Any]:
        """The comparison's document with the groups, and with the spread of each row."""
        document = self.comparison.to_json()
        for row in document["rows"]:
            spreads = self.spreads[row["metric"]]
            row["spread"] = {"a": _spread_json(spreads.a), "b": _spread_json(spreads.b)}
        document["groups"] = {
            "kind": self.kind.value,
            "fewest": FEWEST,
            "a": self._side_json(self.a, "a"),
            "b": self._side_json(self.b, "b"),
        }
        return document

    def _side_json(self, side: GroupSide, letter: str) -> dict[str, Any]:
        spreads: dict[str, Spread] = {name: getattr(both, letter) for name, both in self.spreads.items()}
        return {
            "members": list(side.ids),
            "runs": [member.to_json() for member in side.members],
            "points": {name: [finite(point) for point in spread.points] for name, spread in spreads.items()},
            "missing": side.missing,
            "commands": list(side.commands),
            "left_out": [left.to_json() for left in side.left_out],
        }


def _spread_json(spread: Spread) -> dict[str, float | int | None]:
    return {"n": spread.n, "sd": finite(spread.sd), "min": finite(spread.low), "max": finite(spread.high)}
