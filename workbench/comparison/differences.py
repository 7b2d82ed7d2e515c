"""What differs between two runs, or all of it: the settings that decide a run, and the environment it ran in."""

from collections.abc import Mapping
from typing import Any

from workbench.comparison.result import Difference

_DECIDING = ("model", "dataset", "task", "seed", "split_seed", "device", "threads")
"""What decides a run beside its parameters. A parameter of the same name is reported under its own."""

_VOLATILE = ("load_before", "load_during", "load_during_max", "boot_id")
"""Facts of the moment: they never agree, and what matters of them is said by warnings."""


def parameter_differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The settings in which two run documents differ; None where one of them does not have the setting."""
    return _differing(all_parameters(a, b))


def environment_differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The facts of the environment in which two run documents differ, nested ones by their path."""
    return tuple(item for item in _differing(all_environment(a, b)) if item.key.split(".")[-1] not in _VOLATILE)


def all_parameters(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Every setting of two run documents, side by side, whether it differs or not."""
    chosen_a, chosen_b = ({key: run.get(key) for key in _DECIDING} for run in (a, b))
    return _side_by_side({**chosen_a, **(a.get("parameters") or {})}, {**chosen_b, **(b.get("parameters") or {})})


def all_environment(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Every fact of the environment of two run documents, side by side, nested ones by their path."""
    return _side_by_side(_flat(a.get("environment") or {}), _flat(b.get("environment") or {}))


def _differing(items: tuple[Difference, ...]) -> tuple[Difference, ...]:
    return tuple(item for item in items if item.a != item.b)


def _side_by_side(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[Difference, ...]:
    keys = [*a, *(key for key in b if key not in a)]
    return tuple(Difference(key, a.get(key), b.get(key)) for key in keys)


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat.update(_flat(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat
