"""JSON columns, and what may stand in any column: finite numbers and text that UTF-8 can carry."""

import json
import math
from collections.abc import Mapping
from typing import Any

_DECODER = json.JSONDecoder()


def encode(value: Any) -> str:
    """``value`` as JSON text; NaN and infinities become null, tuples become lists."""
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return json.dumps(finite_json(value), allow_nan=False, separators=(",", ":"))


def decode(text: str) -> Any:
    """What ``encode`` wrote, or what somebody wrote by hand in its place."""
    # Half the time of json.loads, which counts in a table of a thousand runs.
    return _DECODER.raw_decode(text.lstrip())[0]


def finite(value: float | None) -> float | None:
    """``value`` as a float, ``None`` where it is not a finite number."""
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def finite_json(value: Any) -> Any:
    """``value`` as JSON allows it: NaN and infinities, at any depth, become None; tuples become lists."""
    if isinstance(value, float):
        return finite(value)
    if isinstance(value, Mapping):
        return {str(key): finite_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite_json(item) for item in value]
    return value


def storable(text: str) -> str:
    """``text`` itself, save that lone surrogates (undecodable bytes of a file name or a pipe) are spelt out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
