"""The user's settings, and where the store lies.

Settings are one TOML file in the user's configuration folder, written with every line commented out on first use, so
that a default that changes in a later version reaches everybody who did not choose otherwise. It is read once by each
command and passed on as a frozen value; nothing here is global. A key that is not known or a value of the wrong type is
refused with the line it stands on: a setting that is silently ignored is worse than none.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import platformdirs

from workbench.errors import DiskError, ReportedError, UsageError
from workbench.settings_text import WEIGHTED, Document, Problem, is_open, read_document

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

[comparison.effects]
# Differences in a score that you would want to see, in its own unit: a score that is unresolved says about how many
# examples would show one of this size. By default 0.01, and a 20th of the value of an error or a perplexity.
# accuracy = 0.02

[needs]
# What a model must keep to be of use to you, for `workbench tradeoff`: the least of a figure where more is better, the
# most of any other, by the names that `workbench show RUN --json` has for them.
# accuracy = 0.95
# p95_ms = 20.0
# usd_per_1k_predictions = 0.01

[weights]
# What counts how much where models are weighed up against each other.
# quality = 1.0
# latency = 1.0
# cost = 1.0

[generation]
# Minutes without a question after which a language model is unloaded.
# idle_minutes = 10.0

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
    """Equivalence margins by score or latency, in its own unit."""
    effects: Mapping[str, float] = field(default_factory=dict)
    """Differences by score of which an unresolved one says how many examples would show them, in its own unit."""
    needs: Mapping[str, float] = field(default_factory=dict)
    """Bounds by figure that a model must keep: the least where higher is better, else the most."""
    weights: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(WEIGHTED, 1.0))
    """How much quality, latency and cost count where models are weighed up."""
    generation_idle_minutes: float = 10.0
    """How long a language model stays loaded without being asked."""
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
    text = _read(path)
    if text is None:
        return Settings(path=path if _create(path) else None)
    settings, problems = _parse(text, path)
    if problems:
        raise UsageError(problems[0].said_of(path))
    return settings


def settings_as_far_as_readable(path: Path | None = None) -> tuple[Settings, list[str]]:
    """The settings as far as the file means anything, and a sentence for everything in it that does not.

    For the interface, which must open also on a broken file, since there it can be repaired.
    """
    path = path or settings_path()
    try:
        text = _read(path)
        if text is None:
            return Settings(path=path if _create(path) else None), []
        settings, problems = _parse(text, path)
    except ReportedError as error:
        return Settings(path=path), [error.message]
    return settings, [problem.said_of(path) for problem in problems]


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


def _read(path: Path) -> str | None:
    """The text of the file; None where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DiskError(f"The settings file {path} cannot be read ({error.strerror}). Check its permissions.") from None
    except UnicodeDecodeError:
        raise UsageError(f"The settings file {path} is not UTF-8 text. Save it as UTF-8, or delete it.") from None


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


def _parse(text: str, path: Path) -> tuple[Settings, tuple[Problem, ...]]:
    try:
        document = read_document(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The settings file {path} is not valid TOML: {error}. Correct that line.") from None
    return _settings_of(document, path), document.problems


def _settings_of(document: Document, path: Path) -> Settings:
    settings = Settings(path=path)
    for entry in document.entries:
        value = entry.value
        if is_open(entry.table):
            value = {**getattr(settings, entry.field), entry.key: value}
        settings = replace(settings, **{entry.field: value})
    return settings
