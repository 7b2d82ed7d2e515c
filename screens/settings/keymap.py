"""The keys of the interface by the ids of their bindings, as users may change them in the settings file.

The registry is gathered from the BINDINGS of every class below ``screens``, so it is never stale. That imports all of
them, and is therefore done only by the settings screen and, in a thread, for a settings file with a ``[keys]`` table.
"""

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from screens.settings.key_names import key_name, show_key

if TYPE_CHECKING:
    from screens.app import WorkbenchApp
    from workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """What some keys do, in all the places that know it by the same id."""

    id: str
    keys: tuple[str, ...]
    """Its keys as they are without any settings, by Textual's names."""
    words: str
    where: str
    """The screens, dialogs and panes that it belongs to, in words."""


def apply(app: "WorkbenchApp", settings: "Settings") -> None:
    """Give the app the user's keys, and say what in them cannot be used, which is left as it was.

    What can be told at once is applied at once; whether an id exists is found out in a thread.
    """
    keys, problems = _readable(settings.keys)
    app.set_keymap({name: ",".join(names) for name, names in keys.items()})
    if settings.keys:
        app.run_worker(partial(_say_problems, app, problems, keys), thread=True, exit_on_error=False, group="keys")


def check_keys(keys: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A sentence for each id that no binding has and each key that no terminal sends or that does something else."""
    readable, problems = _readable(keys)
    return problems + _unknown(readable)


def all_bindings() -> list[KeyBinding]:
    """Every binding that has an id, by where it is and in the order of its class; ids that several share, once."""
    found: dict[str, tuple[Binding, list[str], list[str]]] = {}
    for owner in binding_classes():
        for binding in own_bindings(owner):
            if binding.id is None:
                continue
            _, keys, places = found.setdefault(binding.id, (binding, [], []))
            keys += [key for key in split_keys(binding) if key not in keys]
            if place_of(owner) not in places:
                places.append(place_of(owner))
    return [
        KeyBinding(name, tuple(keys), binding.tooltip or binding.description, ", ".join(places))
        for name, (binding, keys, places) in found.items()
    ]


def conflict(name: str, key: str, keys: Mapping[str, tuple[str, ...]]) -> str | None:
    """Why a binding cannot have a key: it does something else there already. ``keys``: those that the user chose."""
    bindings = {binding.id: binding for binding in all_bindings()}
    for other in sorted(_neighbours(name)):
        if key in effective_keys(keys, bindings[other]):
            words = bindings[other].words.rstrip(".")
            return f"{show_key(key)} is taken in {bindings[other].where}: {words} ({other}). Change that one first."
    return None


def effective_keys(chosen: Mapping[str, tuple[str, ...]], binding: KeyBinding) -> tuple[str, ...]:
    """The keys of a binding: the user's where they can be read, else its own."""
    try:
        return tuple(key_name(key) for key in chosen[binding.id])
    except (KeyError, ValueError):
        return binding.keys


@cache
def binding_classes() -> list[type[DOMNode]]:
    """Every class of the interface that declares bindings: the app first, then screens and dialogs, then widgets."""
    _import_all()
    classes = {
        thing
        for module in list(sys.modules.values())
        if getattr(module, "__name__", "").startswith("screens.")
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, DOMNode) and thing.__module__.startswith("screens.")
    }
    declaring = [thing for thing in classes if "BINDINGS" in vars(thing)]
    return sorted(declaring, key=lambda thing: (_rank(thing), thing.__module__, thing.__name__))


def own_bindings(owner: type[DOMNode]) -> Iterator[Binding]:
    """The bindings that a class itself declares."""
    for entry in vars(owner).get("BINDINGS", ()):
        if isinstance(entry, Binding):
            yield entry


def split_keys(binding: Binding) -> list[str]:
    """The keys of a binding, by Textual's names."""
    return [key_name(key) if len(key) == 1 else key for key in (part.strip() for part in binding.key.split(","))]


def place_of(owner: type[DOMNode]) -> str:
    """A class in words: ``RunTable`` is the run table, ``WorkbenchApp`` everywhere."""
    if issubclass(owner, App):
        return "everywhere"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", owner.__name__).lower()


def _say_problems(app: "WorkbenchApp", problems: list[str], keys: Mapping[str, tuple[str, ...]]) -> None:
    for sentence in problems + _unknown(keys):
        app.call_from_thread(app.say, sentence, title="Keys", severity="warning")


def _readable(keys: Mapping[str, tuple[str, ...]]) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The user's keys by Textual's names, and a sentence for each binding that keeps its own."""
    readable: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    for name, texts in keys.items():
        try:
            readable[name] = tuple(key_name(text) for text in texts)
        except ValueError as error:
            problems.append(f"The key of {name} is not changed: {error}")
    return readable, problems


def _unknown(keys: Mapping[str, tuple[str, ...]]) -> list[str]:
    known = [binding.id for binding in all_bindings()]
    problems = []
    for name in keys:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.4)
            offer = f"Did you mean {near[0]}?" if near else "The settings screen lists all of them."
            problems.append(f"No key is called {name} in the settings file. {offer}")
    return problems


def _neighbours(name: str) -> set[str]:
    """The ids that work where a binding works: those of its screen, of the panes there or of its pane, of the app."""
    near: set[str] = set()
    app = [owner for owner in binding_classes() if issubclass(owner, App)]
    for screen in _screens():
        of_screen = _ids(screen) | {found for owner in app for found in _ids(owner)}
        panes = [_ids(pane) for pane in _panes(screen)]
        if name in of_screen:
            near |= of_screen.union(*panes)
        for pane in panes:
            if name in pane:
                near |= pane | of_screen
    return near - {name}


def _screens() -> list[type[Screen[Any]]]:
    return [owner for owner in binding_classes() if issubclass(owner, Screen)]


def _panes(screen: type[DOMNode]) -> set[type[DOMNode]]:
    """The widgets of a screen: those that its module imports."""
    modules = [sys.modules[base.__module__] for base in screen.__mro__ if base.__module__.startswith("screens.")]
    known = [owner for owner in binding_classes() if issubclass(owner, Widget) and not issubclass(owner, Screen)]
    return {owner for owner in known if any(owner in vars(module).values() for module in modules)}


def _ids(owner: type[DOMNode]) -> set[str]:
    """The ids of a class, with those that it inherits."""
    bases = [base for base in owner.__mro__ if issubclass(base, DOMNode)]
    return {binding.id for base in bases for binding in own_bindings(base) if binding.id is not None}


def _rank(owner: type[DOMNode]) -> int:
    return 0 if issubclass(owner, App) else 1 if issubclass(owner, Screen) else 2


def _import_all() -> None:
    import screens

    for module in pkgutil.walk_packages(screens.__path__, "screens."):
        if module.name not in sys.modules:
            importlib.import_module(module.name)
