"""The user's settings, and where the store lies.

Settings are one TOML file in the user's configuration folder, written with every line commented out on first use, so
that a default that changes in a later version reaches everybody who did not choose otherwise. It is read once by each
command and passed on as a frozen value; nothing here is global. A key that is not known or a value of the wrong type is
refused with the line it stands on: a setting that is silently ignored is worse than none.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import platformdirs

from workbench.errors import DiskError, UsageError
from workbench.evaluation.metrics import SCORES

CONFIG_VARIABLE = "WORKBENCH_CONFIG"
STORE_VARIABLE = "WORKBENCH_STORE"
STORE_FILE = "workbench.db"

TEMPLATE = """\
# Settings of Workbench. Every line is optional; what stands here behind a # is the default.

[prices_usd_per_hour]
# What an hour of a device costs, by a part of its name as `workbench devices` prints it, upper or lower case alike; the
# longest name that fits is taken. "cpu" is the price of this machine while a run uses its CPU. Without a price the cost
# of a run is not known, and is shown so.
# "H100" = 2.50
# "A100" = 1.30
# "cpu" = 0.05

[stopping]
# Seconds that a run gets to stop cleanly before it is killed.
# grace_seconds = 30.0

[comparison]
# The relative difference that two latencies which were measured apart must exceed before either is called faster.
# latency_apart_margin = 0.25

[comparison.margins]
# Differences in a score that do not matter to you, in its own unit: within them two runs are called equivalent.
# accuracy = 0.005

[interface]
# The colours: auto, workbench-dark, workbench-light, workbench-contrast, workbench-terminal, or one of Textual's.
# theme = "auto"
# Whether only ASCII signs are drawn: auto (where the terminal shows no others), always or never.
# ascii = "auto"

[keys]
# Other keys for what a key does, by the names that the settings screen lists; one key, or a list of keys.
# "run.stop" = "ctrl+k"
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user has chosen; each default is what the template's commented line says."""

    prices_usd_per_hour: Mapping[str, float] = field(default_factory=dict)
    """US dollars an hour by a part of a device's name, in lower case."""
    stop_grace_s: float = 30.0
    latency_apart_margin: float = 0.25
    margins: Mapping[str, float] = field(default_factory=dict)
    """Equivalence margins by score, in the score's own unit."""
    theme: str = "auto"
    """A theme's name, or ``auto``: the one that suits the terminal."""
    ascii: str = "auto"
    """Whether the interface draws with ASCII signs only: ``auto``, ``always`` or ``never``."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The keys of bindings by their ids (``run.stop``), where the user has chosen others."""
    path: Path | None = None
    """The file that this was read from; None where there is none and none could be created."""

    def price_of(self, device: str, name: str | None) -> float | None:
        """US dollars an hour of ``device`` (``cpu``, ``cuda:0``…) called ``name``; None where no price is set."""
        if device == "cpu":
            return self.prices_usd_per_hour.get("cpu")
        fitting = [part for part in self.prices_usd_per_hour if part != "cpu" and part in (name or "").lower()]
        return self.prices_usd_per_hour[max(fitting, key=len)] if fitting else None


def settings_path() -> Path:
    """The settings file: ``WORKBENCH_CONFIG`` (a file, or a folder that holds it), else in the configuration folder."""
    given = os.environ.get(CONFIG_VARIABLE)
    path = _expand(given, CONFIG_VARIABLE) if given else Path(platformdirs.user_config_dir("workbench"))
    return path / "settings.toml" if path.is_dir() or not given else path


def load_settings(path: Path | None = None) -> Settings:
    """The settings in ``path``, by default ``settings_path()``, which is created where it is missing.

    Where it cannot be created (a read-only home), the defaults hold. Raises UsageError where the file is not TOML or
    holds a key or a value that means nothing, and DiskError where it cannot be read.
    """
    path = path or settings_path()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings(path=path if _create(path) else None)
    except OSError as error:
        raise DiskError(f"The settings file {path} cannot be read ({error.strerror}). Check its permissions.") from None
    except UnicodeDecodeError:
        raise UsageError(f"The settings file {path} is not UTF-8 text. Save it as UTF-8, or delete it.") from None
    return _parse(text, path)


def store_path(option: str | None = None) -> Path:
    """Where the store lies: ``option`` (``--store``), else ``WORKBENCH_STORE``, else the user's data folder.

    The answer is absolute and without links, since processes that are started from other folders share it. A folder
    stands for the file ``workbench.db`` in it.
    """
    if option is not None and not option.strip():
        raise UsageError("--store needs the path of a file, for example --store ./workbench.db.")
    given = option or os.environ.get(STORE_VARIABLE)
    if not given:
        return (Path(platformdirs.user_data_dir("workbench")) / STORE_FILE).resolve()
    path = _expand(given, "--store" if option else STORE_VARIABLE).resolve()
    return path / STORE_FILE if path.is_dir() or given.endswith(os.sep) else path


def _expand(text: str, source: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise UsageError(f"{source} names a home folder that does not exist: {text}. Write the path in full.") from None


def _create(path: Path) -> bool:
    """Write the template for the user only; one write, so that another process never reads half a table header."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return True
    except OSError:
        return False
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        file.write(TEMPLATE.encode())
    return True


def _parse(text: str, path: Path) -> Settings:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The settings file {path} is not valid TOML: {error}. Correct that line.") from None
    settings = Settings(path=path)
    for table, key, value in _flatten(document):
        try:
            settings = _with(settings, table, key, value)
        except ValueError as error:
            raise UsageError(f"{path}{_line_of(text, table, key)}: {error}") from None
    return settings


def _flatten(document: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """Each (table, key, value), tables within tables named with dots."""
    found: list[tuple[str, str, Any]] = []

    def walk(table: str, content: Mapping[str, Any]) -> None:
        for key, value in content.items():
            inner = f"{table}.{key}" if table else key
            if isinstance(value, dict) and inner in (*_KEYS, *_OPEN_TABLES):
                walk(inner, value)
            else:
                found.append((table, key, value))

    walk("", document)
    return found


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    return float(value)


def _at_least_zero(value: Any) -> float:
    number = _number(value)
    if not 0 <= number < float("inf"):
        raise ValueError("must be a number, 0 or more")
    return number


def _word(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text in quotes")
    return value


def _presence(value: Any) -> str:
    if value not in ("auto", "always", "never"):
        raise ValueError('must be "auto", "always" or "never"')
    return str(value)


def _key_list(value: Any) -> tuple[str, ...]:
    """One key, several with commas between them, or a list of keys."""
    texts = value if isinstance(value, list) else value.split(",") if isinstance(value, str) else []
    if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise ValueError('must be a key in quotes, such as "ctrl+k", or a list of keys')
    return tuple(text.strip() for text in texts)


_KEYS: Mapping[str, Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "stopping": {"grace_seconds": ("stop_grace_s", _at_least_zero)},
    "comparison": {"latency_apart_margin": ("latency_apart_margin", _at_least_zero)},
    "interface": {"theme": ("theme", _word), "ascii": ("ascii", _presence)},
}
"""Tables with a fixed set of keys: the field that each sets, and what its value must be."""

_OPEN_TABLES: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "prices_usd_per_hour": ("prices_usd_per_hour", _at_least_zero),
    "comparison.margins": ("margins", _at_least_zero),
    "keys": ("keys", _key_list),
}
"""Tables whose keys the user chooses: the field they fill, and what each value must be."""


def _with(settings: Settings, table: str, key: str, value: Any) -> Settings:
    """``settings`` with one more key; raises ValueError with a sentence where it means nothing."""
    where = f"{key!r} in [{table}]" if table else f"{key!r}"
    if table == "comparison.margins" and key not in SCORES:
        raise ValueError(f"{where} is not a score. Known here: {', '.join(SCORES)}.")
    if table in _OPEN_TABLES:
        name, check = _OPEN_TABLES[table]
        known: Mapping[str, Any] = getattr(settings, name)
        folded = key.lower() if table == "prices_usd_per_hour" else key
        entries: Any = {**known, folded: _checked(check, value, where)}
        return replace(settings, **{name: entries})
    known_keys = _KEYS.get(table, {})
    if key not in known_keys:
        offer = ", ".join(known_keys) or ", ".join(f"[{name}]" for name in (*_KEYS, *_OPEN_TABLES))
        raise ValueError(f"{where} is not a setting. Known here: {offer}.")
    name, check = known_keys[key]
    return replace(settings, **{name: _checked(check, value, where)})


def _checked(check: Callable[[Any], Any], value: Any, where: str) -> Any:
    try:
        return check(value)
    except ValueError as error:
        raise ValueError(f"{where} {error}, not {value!r}.") from None


def _line_of(text: str, table: str, key: str) -> str:
    """``, line N`` of the key as written in its own table; empty where it is written in another way (inline)."""
    current = ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line)
        if header:
            current = header[1].replace('"', "").replace("'", "")
        written = re.match(r"""\s*["']?(.+?)["']?\s*=""", line)
        whole = header and current == (f"{table}.{key}" if table else key)
        if whole or (written and written[1] == key and current == table):
            return f", line {number}"
    return ""
