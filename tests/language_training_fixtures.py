"""For tests of language models in training: a text that can be learned in seconds, and a GPT-2 of two layers x 16."""

import numpy as np
import torch

from workbench.language.beginnings import Beginning, gpt2_from_scratch
from workbench.training.blocks import Blocks
from workbench.training.language_config import LanguageConfig

WORDS = ("the", "model", "reads", "a", "text", "and", "learns", "what", "comes", "next", "in", "each", "line")
SMALL = {"layers": 2, "heads": 2, "width": 16, "context": 16, "vocabulary": 300, "dropout": 0.1}


def prose(words: int, seed: int = 0) -> str:
    """Sentences in which each word is followed by one of two: there is something to learn, and something left open."""
    random = np.random.default_rng(seed)
    place, text = 0, []
    for number in range(words):
        place = (2 * place + int(random.integers(1, 3))) % len(WORDS)
        text.append(WORDS[place] + (".\n" if number % 12 == 11 else ""))
    return " ".join(text)


def beginning(seed: int = 0) -> Beginning:
    torch.manual_seed(seed)
    return gpt2_from_scratch(SMALL, [prose(400)])


def config(**changes) -> LanguageConfig:
    values = {
        "epochs": 2,
        "most_steps": 0,
        "batch_size": 4,
        "accumulation": 1,
        "learning_rate": 1e-2,
        "schedule": "cosine",
        "warmup": 0.1,
        "weight_decay": 0.1,
        "clip_norm": 1.0,
        "precision": "fp32",
        "evaluate_every": 5,
        "patience": 0,
        "seed": 0,
    }
    return LanguageConfig(**(values | changes))


def blocks(started: Beginning, words: int, seed: int = 0) -> Blocks:
    from workbench.training.blocks import make_blocks

    return make_blocks(started, [prose(words, seed)], "cpu")
