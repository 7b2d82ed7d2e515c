"""Writing some settings into the user's file from any screen, and having the interface go by them."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from screens.engine import Engine
from workbench.settings import Settings, settings_as_far_as_readable, settings_path

if TYPE_CHECKING:
    from screens.app import WorkbenchApp
    from workbench.settings_editing import Setting


def keep_settings(
    app: "WorkbenchApp", changes: "Mapping[str, Setting]", what: str, then: Callable[[], object] | None = None
) -> None:
    """Write settings by their dotted names, in a thread, then say that ``what`` is kept and call ``then``."""
    path = app.settings.path or settings_path()

    def write(_: Engine) -> Settings:
        from workbench.settings_editing import change_settings

        change_settings(path, changes)
        return settings_as_far_as_readable(path)[0]

    def take(settings: Settings) -> None:
        app.settings = settings
        app.say(f"{what} are kept in {path}.", title="The settings")
        if then is not None:
            then()

    app.consult(write, take)
