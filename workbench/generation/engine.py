"""A loaded model behind the requests of the protocol: the one place where the process meets torch.

Requests come as JSON types and leave as such; what they mean is told in ``protocol`` and ``client``.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from typing import Any, Final

import torch

from workbench.environment import describe_host, describe_libraries
from workbench.errors import BadValue
from workbench.generation.decoding import Decoder
from workbench.generation.desk import Stopped
from workbench.generation.events import Finished, GenerationEvent, event_to_json
from workbench.generation.settings import GenerationSettings
from workbench.generation.tokens import score_text, view_tokens
from workbench.language.checkpoints import LanguageModel, load_model
from workbench.language.identity import weights_hash
from workbench.language.perplexity import score_documents, score_spans
from workbench.language.sources import ModelFiles

ROWS_AT_ONCE: Final = 16
"""Texts that are made together: more fill the caches of a processor without being faster."""
_HOST_FACTS: Final = ("workbench", "python", "host", "os", "kernel", "cpu", "cores_usable", "memory_bytes")


class Engine:
    """One model, ready to answer."""

    def __init__(self, model: LanguageModel, files: ModelFiles) -> None:
        self._model = model
        self._decoder = Decoder(model)
        self._environment = _environment(model)
        # A gigabyte takes a second the first time, while the first text is made.
        self._identity = ThreadPoolExecutor(1).submit(weights_hash, files)

    @classmethod
    def load(cls, files: ModelFiles, *, device: str, dtype: str) -> "Engine":
        """The model in ``files`` on ``device`` as torch names it here; raises what ``load_model`` raises."""
        return cls(load_model(files, device=device, dtype=dtype), files)

    @property
    def memory_bytes(self) -> int:
        """Of weights and buffers."""
        return self._model.facts.memory_bytes

    def generate(
        self, message: Mapping[str, Any], send: Callable[[Mapping[str, Any]], None], stopped: Callable[[], bool]
    ) -> Mapping[str, Any]:
        """The texts of ``prompts`` under ``settings``; ``send`` gets every event as it comes.

        The answer has ``checks``, one for each prompt that was begun, in order.
        """
        settings, prompts = GenerationSettings.from_json(message.get("settings") or {}), _texts(message, "prompts")
        at = time.time()
        finished: dict[int, list[Finished]] = {}
        for event in self._events(prompts, settings, stopped, lambda sentence: send({"note": sentence})):
            send({"event": event_to_json(event)})
            if isinstance(event, Finished):
                finished.setdefault(event.prompt, []).append(event)
        checks = [
            {
                "prompt": prompts[place],
                "prompt_tokens": texts[0].prompt_tokens,
                "texts": [_text_to_json(text) for text in sorted(texts, key=lambda text: text.sample)],
            }
            for place, texts in sorted(finished.items())
        ]
        told = self._told(at)
        how = {**told["environment"], "decoding": self._decoder.decoding}
        return {**told, "environment": how, "settings": settings.to_json(), "checks": checks}

    def tokens(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """What each token of a text was worth after ``prompt``: of ``ids`` as a decoder made them, else of ``text``.

        The answer has ``view``, a ``token_views.TextView``; ``top`` says how many alternatives each token has.
        """
        at, top, prompt = time.time(), message.get("top", 5), message.get("prompt", "")
        if message.get("ids") is not None:
            view = view_tokens(self._model, self._model.encode(prompt), message["ids"], top=top)
        else:
            view = score_text(self._model, message.get("text", ""), prompt, top=top)
        return {**self._told(at), "view": view.to_json()}

    def score(
        self, message: Mapping[str, Any], send: Callable[[Mapping[str, Any]], None], stopped: Callable[[], bool]
    ) -> Mapping[str, Any]:
        """How well the model predicts ``text``, by spans, or each of ``documents``; ``send`` gets the progress.

        The answer has ``figures`` (those of ``perplexity.UnitScores``) and ``units``: columns of bits, bytes, tokens
        and right ones.
        """
        at = time.time()

        def tell(done: int, total: int) -> None:
            send({"progress": {"done": done, "total": total}})
            if stopped():
                raise Stopped

        if message.get("documents") is not None:
            scores = score_documents(self._model, _texts(message, "documents"), progress=tell)
        else:
            scores = score_spans(self._model, message.get("text", ""), progress=tell)
        units = {"bits": scores.bits, "bytes": scores.n_bytes, "tokens": scores.tokens, "right": scores.right}
        return {
            **self._told(at),
            "figures": scores.to_json(),
            "units": {name: column.tolist() for name, column in units.items()},
        }

    def _events(
        self,
        prompts: Sequence[str],
        settings: GenerationSettings,
        stopped: Callable[[], bool],
        say: Callable[[str], None],
    ) -> Iterator[GenerationEvent]:
        together = 1 if settings.is_one_at_a_time else max(1, ROWS_AT_ONCE // settings.samples)
        for first in range(0, len(prompts), together):
            if first and stopped():
                return
            batch: str | Sequence[str] = prompts[first : first + together]
            for event in self._decoder.generate(batch, settings, stopped, say):
                yield replace(event, prompt=event.prompt + first)

    def _told(self, at: float) -> dict[str, Any]:
        """Who answered."""
        return {
            "at": at,
            "source": str(self._model.source),
            "weights": self._identity.result(),
            "device": self._model.facts.device,
            "environment": self._environment,
        }


def _texts(message: Mapping[str, Any], name: str) -> list[str]:
    found = message.get(name)
    if not isinstance(found, list) or not found or not all(isinstance(text, str) for text in found):
        raise BadValue(f"{name} must be a list of at least one text.")
    return found


def _text_to_json(text: Finished) -> dict[str, Any]:
    """A sample as ``checks.text_from_json`` reads it."""
    return {
        "text": text.text,
        "tokens": list(text.tokens),
        "reason": text.reason.value,
        "reused_tokens": text.reused_tokens,
        "ttft_s": text.ttft_s,
        "tokens_per_s": text.tokens_per_s,
        "p50_ms": text.p50_ms,
        "p95_ms": text.p95_ms,
        "near_tie": None if text.near_tie is None else asdict(text.near_tie),
    }


def _environment(model: LanguageModel) -> dict[str, Any]:
    """What may have a part in how a text came out, and how fast."""
    host = describe_host()
    on_gpu = model.facts.device != "cpu"
    facts = model.facts.to_json()
    return {
        **{name: host[name] for name in _HOST_FACTS},
        **describe_libraries(),
        **facts,
        "memory_bytes": host["memory_bytes"],
        "model_memory_bytes": facts["memory_bytes"],
        "gpu": torch.cuda.get_device_name(model.facts.device) if on_gpu else None,
    }
