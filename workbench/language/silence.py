"""transformers made to say nothing: it draws and prints on the very stream that a terminal interface draws on."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any


@contextmanager
def silence() -> Iterator[None]:
    """A stretch in which nothing that transformers, tqdm or warnings write reaches a stream; errors are raised as ever.

    The level of transformers' messages stays low afterwards: what it has to say while a model runs is of no use either.
    """
    from transformers.utils import logging  # heavy: only where a model is about to be loaded

    messages: Any = logging  # its functions carry no types
    messages.set_verbosity_error()
    messages.disable_progress_bar()
    # The bar of GGUF files obeys neither of the two.
    with redirect_stderr(io.StringIO()), redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
