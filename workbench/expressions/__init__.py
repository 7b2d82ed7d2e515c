"""Conditions on the JSON of a run or of a comparison, as people write them: ``accuracy >= 0.95 and model == mlp``.

One grammar serves ``--where``, ``--fail-if`` and filters. ``grammar`` reads text and points at mistakes, ``parts`` are
what it reads and what that says of a document, ``paths`` finds the value that a short or full path means.
"""

from workbench.expressions.grammar import Expression, check_paths, check_values, parse
from workbench.expressions.paths import known_paths

__all__ = ["Expression", "check_paths", "check_values", "known_paths", "parse"]
