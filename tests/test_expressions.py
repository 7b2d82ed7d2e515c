"""The one grammar of --where, --fail-if and the filter key."""

from contextlib import suppress
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import BadExpression
from workbench.expressions import Expression, check_paths, check_values, known_paths, parse
from workbench.expressions.parts import Chain, Literal, Node, Not, Path, Test
from workbench.expressions.paths import resolve

RUN = {
    "id": 12,
    "name": "mlp-digits",
    "status": "done",
    "created_at": "2026-11-22T10:00:00Z",
    "tags": ["baseline", "Night"],
    "group": None,
    "parameters": {"learning_rate": 0.001, "hidden": [128, 64], "batch_size": 32, "early_stopping": True},
    "metrics": {"accuracy": 0.97, "log_loss": None, "train_loss": 0.0},
    "latency": {"batch_size": 1, "p95_ms": 1.5},
    "cost": {"train_usd": None},
    "size": {"parameters": 17226},
    "environment": {"torch": "2.13.0+cpu", "odd name": 1, "a.b": {"c": 5}},
}
COMPARISON = {
    "a": RUN,
    "b": {**RUN, "id": 13, "metrics": {"accuracy": 0.99}},
    "comparable": True,
    "warnings": [{"code": "other-device", "message": "…"}],
    "rows": [
        {"metric": "accuracy", "delta": 0.02, "relative": 0.0206, "verdict": "b"},
        {"metric": "macro_f1", "delta": None, "relative": None, "verdict": "unresolved"},
        {"metric": "parameters", "delta": 10, "verdict": "a"},
    ],
    "disagreements": {"only_a": 3, "only_b": 10},
    "parameters": [{"key": "learning_rate", "a": 0.001, "b": 0.01}],
}


@pytest.mark.parametrize(
    ("text", "document", "truth"),
    [
        ("accuracy > 0.9", RUN, True),
        ("metrics.accuracy >= 0.97", RUN, True),
        ("accuracy < 9e-1", RUN, False),
        ("accuracy > -2", RUN, True),
        ("p95_ms <= 1.5", RUN, True),
        ("learning_rate == 1e-3", RUN, True),
        ("batch_size == 32", RUN, True),
        ("latency.batch_size == 1", RUN, True),
        ("parameters > 17000", RUN, True),
        ("early_stopping", RUN, True),
        ("early_stopping == false", RUN, False),
        ("early_stopping == 1", RUN, False),
        ("train_loss", RUN, False),
        ("hidden == 128,64", RUN, True),
        ("hidden == 64,128", RUN, False),
        ("hidden ~ 64", RUN, True),
        ("hidden ~ 64,32", RUN, False),
        ("tags ~ night", RUN, True),
        ("tags ~ base", RUN, False),
        ("name ~ MLP", RUN, True),
        ("name == 'mlp-digits'", RUN, True),
        ('"name" != "cnn digits"', RUN, True),
        ("created_at > 2026-11-01", RUN, True),
        ("created_at < 2026", RUN, False),
        ('"odd name" == 1', RUN, True),
        ("environment.torch ~ cpu", RUN, True),
        ("environment.a.b.c == 5", RUN, True),
        ('"a.b".c == 5', RUN, True),
        ("not status == done", RUN, False),
        ("NOT status == failed AND id == 12", RUN, True),
        ("status == failed or status == done and id == 12", RUN, True),
        ("(status == failed or status == done) and id == 1", RUN, False),
        ("log_loss < 1", RUN, None),
        ("not log_loss < 1", RUN, None),
        ("nowhere", RUN, None),
        ("metrics", RUN, None),
        ("name < 3", {"name": None}, None),
        ("accuracy < low", RUN, None),
        ("accuracy ~ 9", RUN, None),
        ("log_loss < 1 or accuracy > 0.9", RUN, True),
        ("log_loss < 1 or accuracy < 0.9", RUN, None),
        ("log_loss < 1 and accuracy < 0.9", RUN, False),
        ("log_loss < 1 and accuracy > 0.9", RUN, None),
        ("accuracy.delta > 0.01", COMPARISON, True),
        ("rows.accuracy.delta > 0.01", COMPARISON, True),
        ("accuracy.verdict == b", COMPARISON, True),
        ("macro_f1.verdict == a", COMPARISON, False),
        ("macro_f1.delta < 0", COMPARISON, None),
        ("parameters.verdict == a", COMPARISON, True),
        ("parameters.learning_rate.b == 0.01", COMPARISON, True),
        ("comparable", COMPARISON, True),
        ("disagreements.only_a < disagreements", COMPARISON, None),
        ("disagreements.only_b == 10", COMPARISON, True),
        ("warnings ~ other-device", COMPARISON, True),
        ("a.accuracy == 0.97 and b.metrics.accuracy == 0.99", COMPARISON, True),
    ],
)
def test_an_expression_says_true_false_or_unknown(text: str, document: dict[str, object], truth: bool | None) -> None:
    assert parse(text).matches(document) is truth


def unknown_paths(expression: Expression, document: dict[str, object]) -> tuple[str, ...]:
    return tuple(str(test.path) for test, value in expression.readings(document) if test.judge(value) is None)


def test_what_a_document_does_not_know_is_named() -> None:
    expression = parse("accuracy.delta < 0 or macro_f1.delta < 0 or nowhere.delta < 0")
    assert expression.matches(COMPARISON) is None
    assert unknown_paths(expression, COMPARISON) == ("macro_f1.delta", "nowhere.delta")


@pytest.mark.parametrize(
    ("text", "problem", "column"),
    [
        ("", "empty", 0),
        ("  ", "empty", 2),
        ("accuracy >", "a value after '>'", 10),
        ("accuracy = 1", "Equality is written ==", 9),
        ("accuracy ! 1", "!=", 9),
        ("(accuracy > 1", "')'", 13),
        ("accuracy > 1)", "the end", 12),
        ("accuracy > 1 id", "'and', 'or'", 13),
        ("hidden == 128, 64", "128,64", 15),
        ('name == "x', "quote has no end", 8),
        ("0.9 < accuracy", "name comes first", 0),
        ("accuracy > 95%", "write 0.95 for 95%", 11),
        ("accuracy > 1e999", "too large", 11),
        ("metrics..accuracy", "single dots", 0),
        ("metrics.", "single dots", 0),
        ("'name' == x", "double quotes", 0),
        ("and", "name of a figure", 0),
        ("not", "name of a figure", 3),
        ("a == and b", "needs quotes", 5),
        ('a == x"y"', "whole value in quotes", 5),
        ("日本 = 1", "==", 5),
        ("(" * 100 + "a" + ")" * 100, "nested", 60),
        ("not " * 100_000 + "a", "nested", 240),
    ],
)
def test_an_error_says_what_is_wrong_and_points_at_the_place(text: str, problem: str, column: int) -> None:
    with pytest.raises(BadExpression) as caught:
        parse(text)
    message, _, caret = caught.value.message.rpartition("\n")
    assert problem in message
    assert caret == "  " + " " * column + "^"


def test_an_error_shows_hostile_text_inert() -> None:
    with pytest.raises(BadExpression) as caught:
        parse("name == \x1b[31m\x07 = \u202e")
    assert all(character.isprintable() or character == "\n" for character in caught.value.message)


def test_an_unknown_path_is_answered_with_the_nearest_known_ones() -> None:
    known = known_paths([RUN, COMPARISON])
    check_paths(parse("accuracy > 0.9 and metrics.accuracy > 0.9 and accuracy.delta > 0 and a.p95_ms > 0"), known)
    check_paths(parse('disagreements.only_a > 1 and environment.torch ~ cpu and "odd name"'), known)
    with pytest.raises(BadExpression, match="Did you mean accuracy"):
        check_paths(parse("id == 1 or accurcy > 0.9"), known)
    with pytest.raises(BadExpression, match=r"Did you mean macro_f1\.delta"):
        check_paths(parse("f1.delta > 0"), known)
    with pytest.raises(BadExpression, match=r"Did you mean accuracy\.delta"):
        check_paths(parse("delta > 0"), known)
    with pytest.raises(BadExpression, match="Known: "):
        check_paths(parse("zzzzzz"), known)


def test_a_path_to_a_whole_row_is_answered_with_the_values_in_it() -> None:
    check_values(parse("accuracy.delta > 0 and comparable and warnings ~ other-device"), COMPARISON)
    with pytest.raises(BadExpression, match="'accuracy' is a group of values") as caught:
        check_values(parse("comparable and accuracy > 0.9"), COMPARISON)
    assert caught.value.message.endswith(f"\n  {' ' * len('comparable and ')}^")


def test_a_row_that_a_comparison_does_not_have_is_a_known_path_without_a_value() -> None:
    expression = parse("energy_j.delta > 0")
    check_paths(expression, known_paths([COMPARISON]))
    assert expression.matches(COMPARISON) is None
    assert unknown_paths(expression, COMPARISON) == ("energy_j.delta",)


def test_a_path_that_any_document_knows_is_known() -> None:
    assert "hidden" in known_paths([{"parameters": {"depth": 3}}, {"parameters": {"hidden": None}}])


_names = st.text(min_size=1, max_size=6)
_paths = st.lists(_names, min_size=1, max_size=3).map(lambda names: Path(tuple(names)))
_bare_values = st.from_regex(r"[a-z0-9][a-z0-9_,.:/+-]{0,6}", fullmatch=True).filter(
    lambda text: text not in ("or", "and", "not")
)
_literals = st.builds(Literal, _bare_values) | st.builds(lambda text: Literal(text, quoted=True), st.text(max_size=6))
_tests = st.builds(Test, _paths) | st.builds(
    Test, _paths, st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "~"]), _literals
)
_nodes = st.recursive(
    _tests,
    lambda nodes: (
        st.builds(Not, nodes)
        | st.builds(Chain, st.sampled_from(["and", "or"]), st.lists(nodes, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=8,
)
_documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(_names, values, max_size=3),
    max_leaves=10,
)


def written(node: Node) -> str:
    """Text that reads as ``node``: every name in quotes, every chain in brackets."""
    if isinstance(node, Not):
        return f"not ({written(node.node)})"
    if isinstance(node, Chain):
        return f" {node.word} ".join(f"({written(part)})" for part in node.nodes)
    path = ".".join(map(quoted, node.path.names))
    if node.operator is None or node.literal is None:
        return path
    value = quoted(node.literal.text) if node.literal.quoted else node.literal.text
    return f"{path} {node.operator} {value}"


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(_nodes)
def test_an_expression_reads_back_as_it_is_written(node: Node) -> None:
    assert parse(written(node)).root == node


@given(st.text(max_size=40) | st.text(alphabet="()\"'.<>=!~ andortx19,\\", max_size=40))
def test_any_text_is_an_expression_or_a_bad_expression(text: str) -> None:
    with suppress(BadExpression):
        assert parse(text).root


@given(_nodes, st.dictionaries(_names | st.sampled_from(["rows", "a", "metrics"]), _documents, max_size=4))
def test_any_expression_can_be_asked_of_any_document(node: Node, document: dict[str, object]) -> None:
    expression = Expression(node, written(node))
    truth = expression.matches(document)
    assert truth in (True, False, None)
    assert truth is not None or unknown_paths(expression, document)


@given(_nodes, _nodes, _documents)
def test_the_logic_is_kleenes(one: Node, other: Node, value: object) -> None:
    value_of = partial(resolve, {"x": value})
    both = Chain("and", (one, other)).truth(value_of)
    either_negated = Not(Chain("or", (Not(one), Not(other)))).truth(value_of)
    assert both is either_negated
