"""A language model's training in miniature, so that nothing has to be imported once the real one has begun."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from workbench.language.beginnings import Beginning, gpt2_from_scratch
from workbench.language.checkpoints import load_model
from workbench.language.keeping import trained_weights, write_language_model
from workbench.language.sources import ModelSource, SourceKind, find_files
from workbench.models import find_model
from workbench.parameters import Value, complete
from workbench.training.blocks import Blocks, add_gradients
from workbench.training.language_config import LanguageConfig
from workbench.training.samples import sample_line

_SMALLEST: Final[dict[str, Value]] = {
    "layers": 1,
    "heads": 1,
    "width": 8,
    "context": 8,
    "vocabulary": 257,
    "dropout": 0.0,
}


def rehearse() -> None:
    """Trains one step of a GPT-2 of some thousand weights, has it make a text, keeps it and loads it again.

    transformers imports most of itself when it is used: seconds that would count as training, and modules that would be
    missing if the installed package were replaced meanwhile. torch's generator is left as it was.
    """
    import torch

    before = torch.get_rng_state()
    beginning = gpt2_from_scratch(_SMALLEST, ["a text"])
    _train_one_step(beginning)
    sample_line(beginning, "a")
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_language_model(
            folder / "checkpoint", beginning.network, beginning.tokenizer, trained_weights(beginning.network)
        )
        load_model(find_files(ModelSource(SourceKind.RUN, "rehearsal"), lambda _: folder))
    torch.set_rng_state(before)


def _train_one_step(beginning: Beginning) -> None:
    import torch
    from torch.nn.utils import clip_grad_norm_

    config = LanguageConfig.of(complete(find_model("gpt2-tiny").parameters, {}), seed=0)
    optimizer = config.optimizer_for(beginning.network)
    blocks = Blocks(np.zeros((1, beginning.context), dtype=np.uint16), "cpu")
    add_gradients(beginning.network, blocks, [torch.zeros(1, dtype=torch.int64)], config.autocast("cpu"))
    clip_grad_norm_(list(beginning.network.parameters()), 1.0)
    optimizer.step()
