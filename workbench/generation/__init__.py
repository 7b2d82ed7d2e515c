"""Text out of causal language models: settings, decoding, streaming, and what each token was worth.

``settings`` and ``events`` are the vocabulary between whoever asks for a text and the process that makes it, and need
no torch; ``decoding`` and ``tokens`` run in the process that holds the model.
"""

from typing import Final

LEASE_ID: Final = 0
"""Stands for a run's id where a process that makes text holds a device: it works for a store, and is no run of it."""
