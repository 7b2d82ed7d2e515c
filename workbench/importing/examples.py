"""The examples of a file: their ids in order, a line of each, and what they hold, as the store keeps them for all runs.

Every column that says nothing about the model is a value of the example: models can be compared by the values of any of
them, and a person sees what an example was. Of an id that is not one of the store's own the text is kept, too, since
that is how its author finds it again.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from store.packed_records import ExampleSet
from workbench.data.preparation import make_example_set
from workbench.data.previews import LIMIT
from workbench.evaluation.contents import Categories, Contents, Numbers, Texts, pack_contents, table_contents
from workbench.importing.cells import code_labels, is_numeric, read_numbers, read_texts
from workbench.importing.identity import Ids, is_exported
from workbench.importing.roles import Roles
from workbench.importing.table import SourceTable
from workbench.inert import inert

Order = npt.NDArray[np.intp]

_WHOLE_PREVIEW = "preview"
"""A column of this name is a preview already: ``workbench outcomes`` writes it."""
_TEXT_NAMES = ("text", "prompt", "question", "sentence", "input", "content", "review", "document", "title")
_SEPARATOR = " · "
_MOST_VALUES = 8
"""Values of a row in its preview; more do not fit into it."""


def build_example_set(table: SourceTable, roles: Roles, ids: Ids, order: Order) -> ExampleSet:
    """The examples of a file in ``order`` (rows by place), with previews and contents."""
    id_texts = None
    if roles.id is not None:
        texts = read_texts(table.columns[roles.id])
        id_texts = None if all(map(is_exported, texts)) else texts
    lines = _previews(table, roles, id_texts)
    contents = _contents(table, roles, id_texts, order)
    packed = None if contents is None else pack_contents(contents)
    return make_example_set(ids[order], [lines[row] for row in order.tolist()], packed)


def own_key(example_set: ExampleSet) -> str:
    """A key for examples whose ids the store knows with other contents: of ids, previews and contents together."""
    digest = blake2b(example_set.key.encode("ascii"), digest_size=16)
    digest.update(example_set.previews)
    digest.update(example_set.contents or b"")
    return digest.hexdigest()


def _previews(table: SourceTable, roles: Roles, id_texts: Sequence[str] | None) -> list[str]:
    """One inert line for each row of the file."""
    by_name = {name.lower(): name for name in reversed(roles.rest)}
    if _WHOLE_PREVIEW in by_name:
        return _inert_lines(read_texts(table.columns[by_name[_WHOLE_PREVIEW]]))
    text = next((by_name[name] for name in _TEXT_NAMES if name in by_name), None)
    parts: list[list[str]] = []
    if id_texts is not None:
        name = inert(str(roles.id), 40)
        parts.append([f"{name} {text}" for text in id_texts])
    if text is not None:
        parts.append(read_texts(table.columns[text]))
    else:
        for column in roles.rest[:_MOST_VALUES]:
            name = inert(column, 40)
            parts.append([f"{name} {text or '?'}" for text in read_texts(table.columns[column])])
    if not parts:
        return [""] * table.rows
    return _inert_lines([_SEPARATOR.join(row) for row in zip(*parts, strict=True)])


def _inert_lines(lines: list[str]) -> list[str]:
    """Each line inert and cut; one look at all of them tells whether there is anything to make inert."""
    if "".join(lines).isprintable() and max(map(len, lines)) <= LIMIT:
        return lines
    return [inert(line, LIMIT) for line in lines]


def _contents(table: SourceTable, roles: Roles, id_texts: Sequence[str] | None, order: Order) -> Contents | None:
    """What the examples hold, in ``order``; None where the file says nothing of that."""
    columns: dict[str, Numbers | Categories | Texts] = {}
    if id_texts is not None:
        columns[str(roles.id)] = Texts.of([id_texts[row] for row in order.tolist()])
    for name in roles.rest:
        if name.lower() != _WHOLE_PREVIEW:
            columns[name] = _column(table, name, order)
    return table_contents(columns, table.rows) if columns else None


def _column(table: SourceTable, name: str, order: Order) -> Numbers | Categories | Texts:
    cells = table.columns[name]
    if is_numeric(cells, decimal_comma=table.decimal_comma):
        numbers = read_numbers(cells, decimal_comma=table.decimal_comma)
        if not numbers.strange.any():
            return Numbers(numbers.values[order])
    texts = read_texts(cells)
    levels = sorted({text for text in texts if text})
    if len(levels) * 2 > table.rows:
        return Texts.of([texts[row] for row in order.tolist()])
    return Categories(code_labels(texts, levels)[order], tuple(levels))
