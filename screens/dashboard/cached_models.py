"""Watching the hub's local cache: a thread that tells of its language models whenever there are others."""

import threading
from collections.abc import Callable

EVERY_S = 10.0
"""A download takes minutes; a look costs some file status calls a model, and nothing is told where nothing changed."""


def watch_cache(leaving: threading.Event, tell: Callable[..., object]) -> None:
    """Tell the models of the cache whenever they differ, until ``leaving`` is set."""
    from workbench.language.hub_cache import HubCache

    cache = HubCache()
    told: tuple[object, ...] = ()
    rest_s = 0.0
    while not leaving.wait(rest_s):
        rest_s = EVERY_S
        models = cache.models()
        if models != told:
            told = models
            tell(models)
