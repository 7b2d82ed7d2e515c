"""A generator's process as in earnest, but for what torch does: the engine answers by rules that a prompt states.

``slow N`` makes N tokens, twenty milliseconds each; ``no room`` runs out of memory; ``broken`` fails in a way that
nobody foresaw; everything else comes back in capitals. ``FAKE_MEMORY`` is all the memory that models have together,
``FAKE_LOAD_S`` how long one takes to be loaded.
"""

import os
import sys
import time
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from workbench.errors import OutOfMemory
from workbench.generation import holding, room, worker
from workbench.generation.events import Finished, Piece, Started, StopReason, event_to_json
from workbench.generation.settings import GenerationSettings
from workbench.language.sources import ModelFiles

STEP_S = 0.02


class FakeEngine:
    def __init__(self, files: ModelFiles) -> None:
        self._files = files
        self.memory_bytes = room.bytes_needed(files, "float32")

    @classmethod
    def load(cls, files: ModelFiles, **_where: str) -> "FakeEngine":
        time.sleep(float(os.environ.get("FAKE_LOAD_S", 0)))
        return cls(files)

    def generate(
        self, message: Mapping[str, Any], send: Callable[[Mapping[str, Any]], None], stopped: Callable[[], bool]
    ) -> Mapping[str, Any]:
        settings = GenerationSettings.from_json(message["settings"])
        checks = []
        for place, prompt in enumerate(message["prompts"]):
            text, reason = self._write(place, prompt, send, stopped)
            tokens = tuple(range(len(text)))
            finished = Finished(text, tokens, reason, len(prompt), 0, 0.001, None, None, None, prompt=place)
            send({"event": event_to_json(finished)})
            checks.append({"prompt": prompt, "prompt_tokens": len(prompt), "texts": [self._text(finished)]})
        return {
            "at": time.time(),
            "source": str(self._files.source),
            "weights": "fake",
            "environment": {"threads": os.environ["OMP_NUM_THREADS"]},
            "settings": settings.to_json(),
            "checks": checks,
        }

    def tokens(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"tokens": list(message["text"])}

    def score(self, message: Mapping[str, Any], _stopped: Callable[[], bool]) -> Mapping[str, Any]:
        return {"bytes": len(message["text"])}

    def _write(
        self, place: int, prompt: str, send: Callable[[Mapping[str, Any]], None], stopped: Callable[[], bool]
    ) -> tuple[str, StopReason]:
        send({"event": event_to_json(Started(len(prompt), prompt=place))})
        if prompt == "no room":
            raise OutOfMemory("There is not enough memory to make this text. Ask for fewer tokens.")
        if prompt == "broken":
            raise RuntimeError("device-side assert")
        if not prompt.startswith("slow "):
            send({"event": event_to_json(Piece(prompt.upper(), 0, 1, prompt=place))})
            return prompt.upper(), StopReason.EOS
        for step in range(int(prompt.removeprefix("slow "))):
            if stopped():
                return "." * step, StopReason.STOPPED
            time.sleep(STEP_S)
            send({"event": event_to_json(Piece(".", step, step + 1, prompt=place))})
        return "." * int(prompt.removeprefix("slow ")), StopReason.LENGTH

    def _text(self, finished: Finished) -> dict[str, Any]:
        return {
            "text": finished.text,
            "tokens": list(finished.tokens),
            "reason": finished.reason.value,
            "reused_tokens": 0,
            "ttft_s": finished.ttft_s,
            "tokens_per_s": None,
            "p50_ms": None,
            "p95_ms": None,
            "near_tie": None,
        }


def bytes_free(device: str) -> int:
    """All the memory of the fake machine without that of the other models."""
    others = sum(greeting.memory_bytes or 0 for _, greeting in room._others_on(device))
    return int(os.environ.get("FAKE_MEMORY", 10**12)) - others


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    engine = types.ModuleType("workbench.generation.engine")
    engine.Engine = FakeEngine  # type: ignore[attr-defined]
    sys.modules["workbench.generation.engine"] = engine
    room.bytes_free = bytes_free
    holding.GRACE_S = float(os.environ.get("FAKE_GRACE_S", holding.GRACE_S))  # type: ignore[misc]
    holding.HEAD_START_S = 0.0  # type: ignore[misc]
    worker.main(sys.argv[1:])
