"""Keys one after another: each has had its whole effect before the next one is looked at.

A key that no widget takes goes from the widget with the focus up to the app, which only then obeys it. Keys that arrive
together, as over a slow line, are meanwhile sent to what had the focus before: behind a key that opens a dialog they
would be lost, behind one that closes it they would land in its field. So the app sends a key on its way, lets a call
follow it through the same queues, and takes the next key when that call comes back.
"""

from collections import deque
from collections.abc import Sequence

from textual.app import App
from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.timer import Timer

PATIENCE_S = 0.5
"""A call that got lost, in a widget that was taken away with its queue, holds up the next key for so long at most."""


class OrderedKeys(App[None]):
    """An app that takes keys in their order, however fast they arrive."""

    def __init__(self, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._waiting_keys: deque[Key | Paste] = deque()
        self._is_key_under_way = False
        self._keyed_screen: Screen[object] | None = None
        self._key_number = 0
        self._key_timer: Timer | None = None

    async def on_event(self, event: Event) -> None:
        """Keep a key until the one before it has been obeyed."""
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self._waiting_keys.append(event)
        if not self._is_key_under_way:
            await self._next_key()

    async def _next_key(self) -> None:
        if not self._waiting_keys:
            return
        screen = self.screen
        is_open = screen is self._keyed_screen
        self._keyed_screen = screen
        focused = self.focused if is_open else None
        if is_open:
            await super().on_event(self._waiting_keys.popleft())
        # Of a screen that was just opened only the mounting is waited for, which gives some widget the focus.
        self._key_number += 1
        self._is_key_under_way = True
        self._key_timer = self.set_timer(PATIENCE_S, self._key_is_lost)
        path = (focused or screen).ancestors_with_self if is_open else [screen]
        # Through our own queue twice: what a key's action asks of us, such as to move the focus, stands behind it.
        self._follow([*(node for node in path if node is not self), self, self], self._key_number)

    def _follow(self, path: Sequence[MessagePump], number: int) -> None:
        """Go through the queues of ``path``; those of widgets that are gone are passed over."""
        for place, node in enumerate(path):
            onward = path[place + 1 :]
            is_sent = node.call_later(self._follow, onward, number) if onward else node.call_later(self._obeyed, number)
            if is_sent:
                return

    async def _obeyed(self, number: int) -> None:
        if number == self._key_number and self._is_key_under_way:
            self._is_key_under_way = False
            if self._key_timer is not None:
                self._key_timer.stop()
            await self._next_key()

    async def _key_is_lost(self) -> None:
        await self._obeyed(self._key_number)
