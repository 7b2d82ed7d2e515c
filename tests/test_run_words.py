"""The labelled words of a run: figures to the digits that mean something, nothing where nothing is known."""

from typing import Any

import pytest

from store.records import Figure, FigureGroup
from workbench.run_words import figure_rows, plain_value, title_of


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("load_before", 1.93212890625, "1.93"),
        ("memory_bytes", 25276063744, "23.5 GiB"),
        ("cores", 2, "2"),
        ("rows", 1797, "1,797"),
        ("cudnn_benchmark", False, "false"),
        ("missing", {"total": 12, "by_column": {"age": 12}}, "12"),
        ("load", {"before": 0.4, "after": None}, "before 0.4"),
        ("labels", ["a", "b"], "a, b"),
        ("gpu", None, ""),
    ],
)
def test_values_are_written_for_people(name: str, value: Any, words: str) -> None:
    assert plain_value(name, value) == words


def test_figures_come_in_the_order_of_the_metrics_and_counts_are_whole() -> None:
    figures = [
        Figure(FigureGroup.METRICS, "best_epoch", 52.0),
        Figure(FigureGroup.METRICS, "log_loss", 0.21534),
        Figure(FigureGroup.METRICS, "accuracy", 0.9528),
        Figure(FigureGroup.COST, "train_usd", None, "no price is set"),
        Figure(FigureGroup.COST, "energy_j", None),
    ]
    assert figure_rows(figures) == [
        ("accuracy", "0.9528", ""),
        ("log loss", "0.2153", ""),
        (title_of("train_usd"), "n/a", "no price is set"),
        ("best epoch", "52", ""),
    ]


def test_what_is_declared_nowhere_is_called_by_its_name() -> None:
    assert title_of("val_accuracy") == "val accuracy"
