"""Generators for tests: models whose files are headers only, and processes with a fake engine."""

import json
import os
import signal
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from workbench.generation import starting
from workbench.generation.client import Generator, running_generators

FAKE_WORKER = (sys.executable, str(Path(__file__).parent / "generation_fake_worker.py"))


def write_model(folder: Path, numbers: int = 1000) -> Path:
    """A checkpoint as far as it is looked at without torch: its weights are a header that promises ``numbers``."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"architectures": ["GPT2LMHeadModel"]}))
    header = json.dumps({"w": {"dtype": "F32", "shape": [numbers], "data_offsets": [0, 4 * numbers]}}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    return folder


def cache_model(hub: Path, name: str, numbers: int = 1000, weights: str = "model.safetensors") -> Path:
    """The same as it lies in the hub's local cache ``hub``."""
    folder = write_model(hub / f"models--{name.replace('/', '--')}" / "snapshots" / "abc", numbers)
    return (folder / "model.safetensors").rename(folder / weights).parent


@contextmanager
def fake_workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A stretch in which generators start processes with the fake engine, none of which outlives it."""
    monkeypatch.setattr(starting, "WORKER", FAKE_WORKER)
    try:
        yield
    finally:
        end_generators()


def end_generators() -> None:
    """Kills every generator of this test."""
    for greeting in running_generators():
        with suppress(ProcessLookupError):
            os.kill(greeting.pid, signal.SIGKILL)


def pid_of(generator: Generator) -> int:
    """The process that holds the model now."""
    status = generator.status()
    assert status is not None
    return status.pid
