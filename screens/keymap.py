"""The keys of the interface by the ids of their bindings, as users may change them in the settings file.

The registry is gathered from the BINDINGS of every class below ``screens``, so it is never stale. It imports them all
and is therefore asked only by the settings screen, the help and a settings file that has a ``[keys]`` table.
"""

from typing import TYPE_CHECKING, Any

from textual.app import App

if TYPE_CHECKING:
    from workbench.settings import Settings


def apply(app: App[Any], settings: "Settings") -> list[str]:
    """Give the app the user's keys; a sentence for each that cannot be used, which is left as it was."""
    if not settings.keys:
        app.set_keymap({})
        return []
    app.set_keymap({name: ",".join(keys) for name, keys in settings.keys.items()})
    return []
