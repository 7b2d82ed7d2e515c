"""Every test gets a home of its own: no store, settings, lease or cache of the person who runs the tests is touched."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ("screens_idle",)

# Before any test imports torch: its threads spin at barriers, and the tests share their cores (see ``surroundings`` in
# runs/trainer_process.py).
os.environ.update({"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})

# The tests start hundreds of processes; without compiled modules each of them takes a third longer.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The same examples each time, so that a change is judged by what it changes. To look for new ones:
# HYPOTHESIS_PROFILE=explore.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("explore", max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


SLOWEST = ("test_end_to_end", "test_training_execution", "test_cli", "test_screens_diff", "test_screens_dashboard")
"""Files that take longest begin first: one that began last would keep one worker at work while the other has none."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the slowest files done first, the others in their order."""
    places = {name: place for place, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A private folder that holds the store, the settings and the leases of one test."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("WORKBENCH_STORE", str(folder / "data" / "workbench.db"))
    monkeypatch.setenv("WORKBENCH_CONFIG", str(folder / "config" / "settings.toml"))
    monkeypatch.setenv("WORKBENCH_RUNTIME_DIR", str(folder / "runtime"))
    monkeypatch.setenv("WORKBENCH_STATE", str(folder / "state" / "interface.json"))
    monkeypatch.setenv("WORKBENCH_CACHE", str(folder / "cache"))
    monkeypatch.setenv("HF_HUB_CACHE", str(folder / "hub"))
    scratch = folder / "tmp"  # for tracebacks that commands keep, here and in processes of their own
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    for name in ("NO_COLOR", "COLUMNS", "LINES", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def store_file(home: Path) -> Path:
    """Where the store of this test lies (nothing is there yet)."""
    return home / "data" / "workbench.db"
