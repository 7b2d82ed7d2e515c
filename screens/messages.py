"""What the thread workers say to the app: facts in the past tense, posted from any thread.

Those that carry a whole state may be replaced by a newer one that nobody has handled yet; the others are never dropped.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.message import Message

from screens.news import News
from screens.page import Page
from store.records import Sample

if TYPE_CHECKING:
    from workbench.language.hub_cache import CachedModel


class StoreUpdated(Message):
    """The store, or what we know of it, changed: here is the visible page, whole."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def can_replace(self, message: Message) -> bool:
        """A whole page makes every older one worthless."""
        return isinstance(message, StoreUpdated)


class NewsCame(Message):
    """Something happened to runs, in sight or not."""

    def __init__(self, news: tuple[News, ...]) -> None:
        super().__init__()
        self.news = news


class DevicesRead(Message):
    """The devices were read: here is every one of them."""

    def __init__(self, samples: tuple[Sample, ...]) -> None:
        super().__init__()
        self.samples = samples

    def can_replace(self, message: Message) -> bool:
        """A newer reading of all devices makes every older one worthless."""
        return isinstance(message, DevicesRead)


class CacheRead(Message):
    """The hub's local cache holds other language models than before: here is every one of them."""

    def __init__(self, models: tuple["CachedModel", ...]) -> None:
        super().__init__()
        self.models = models

    def can_replace(self, message: Message) -> bool:
        """A newer list makes every older one worthless."""
        return isinstance(message, CacheRead)


class StoreUnreadable(Message):
    """The store could not be read; the poller goes on trying. ``sentence`` is None once it can be read again."""

    def __init__(self, sentence: str | None) -> None:
        super().__init__()
        self.sentence = sentence


class EngineAnswered(Message):
    """The engine has done what it was asked, and somebody waits for the answer."""

    def __init__(self, then: Callable[[Any], object], answer: Any) -> None:
        super().__init__()
        self.then = then
        self.answer = answer
