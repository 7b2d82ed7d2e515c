import pytest

from store.records import FigureGroup
from workbench.evaluation.metrics import METRICS, HolmFamily, direction_of

PUBLISHED = {
    FigureGroup.METRICS: (
        "accuracy balanced_accuracy macro_f1 macro_precision macro_recall weighted_f1 weighted_precision "
        "weighted_recall log_loss brier calibration_error roc_auc rmse mae mse r2 bits_per_byte perplexity "
        "next_token_accuracy"
    ),
    FigureGroup.LATENCY: "p50_ms p90_ms p95_ms p99_ms mean_ms throughput_per_s ttft_ms tokens_per_s",
    FigureGroup.COST: (
        "train_usd usd_per_1k_predictions usd_per_1k_correct usd_per_million_tokens energy_j energy_per_token_j "
        "device_seconds"
    ),
    FigureGroup.SIZE: "parameters checkpoint_bytes peak_memory_bytes",
}


@pytest.mark.parametrize("group", FigureGroup)
def test_every_published_figure_is_declared_once_in_its_group(group):
    assert " ".join(name for name, metric in METRICS.items() if metric.group is group) == PUBLISHED[group]


def test_holm_families_are_those_of_the_design():
    families = {family: {name for name, metric in METRICS.items() if metric.family is family} for family in HolmFamily}
    assert families == {
        HolmFamily.QUALITY: {"accuracy", "macro_f1", "log_loss", "roc_auc"},
        HolmFamily.VALUES: {"mse", "mae"},
        HolmFamily.TEXT: {"bits_per_byte", "next_token_accuracy"},
        HolmFamily.LATENCY: {"p50_ms", "p95_ms"},
    }


def test_a_score_that_orders_models_as_another_has_the_others_test():
    assert {name: metric.tested_as for name, metric in METRICS.items() if metric.tested_as} == {
        "weighted_recall": "accuracy",
        "rmse": "mse",
        "r2": "mse",
        "perplexity": "bits_per_byte",
    }


def test_derived_figures_name_declared_sources():
    derived = {name: metric.derived_from for name, metric in METRICS.items() if metric.derived_from}
    assert derived == {
        "throughput_per_s": ("mean_ms",),
        "usd_per_1k_predictions": ("mean_ms",),
        "usd_per_1k_correct": ("mean_ms", "accuracy"),
        "tokens_per_s": ("mean_ms",),
        "usd_per_million_tokens": ("mean_ms",),
    }


def test_counted_figures_are_those_that_do_not_vary():
    assert {name for name, metric in METRICS.items() if metric.counted} == {"parameters", "checkpoint_bytes"}


def test_rows_are_grouped_as_comparisons_print_them():
    assert {metric.row_group for metric in METRICS.values()} == {"accuracy", "latency", "cost", "size"}


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("accuracy", True),
        ("val_accuracy", True),
        ("train_log_loss", False),
        ("train_loss", False),
        ("val_loss", False),
        ("examples_per_s", True),
        ("learning_rate", None),
        ("p95_ms", False),
        ("train_usd", False),
        ("somebody_elses_metric", None),
    ],
)
def test_direction_of_figures_and_series(name, direction):
    assert direction_of(name) is direction
