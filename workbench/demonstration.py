"""The two runs of the demo: real models on bundled data, trained in seconds, and different enough to compare."""

from workbench.spec import DataSpec, RunSpec

TAG = "demo"
DATASET = "digits"
MODELS = ("mlp", "cnn")
_TEST_FRACTION = 0.4
"""A large test part: 719 images can show a difference that 360 could not."""


def demo_specs() -> tuple[tuple[str, RunSpec], ...]:
    """The name and the spec of each run, A first."""
    data = DataSpec(dataset=DATASET, test_fraction=_TEST_FRACTION)
    return tuple((f"demo-{model}", RunSpec(model=model, data=data)) for model in MODELS)
