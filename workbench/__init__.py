"""Workbench: train, watch and compare models from the terminal of a GPU box.

This package is the engine: catalogues, training, evaluation, comparison, telemetry, the processes of a run and the
command line. It imports ``store`` below it, never Textual; ``screens`` stands on top of it.

``store`` and ``screens`` are generic names. Where another module of that name is found first, everything would fail
later and in riddles, so this package looks once and says it in a sentence.
"""

from importlib.util import find_spec
from pathlib import Path

__version__ = "0.1.0"


def _refuse_shadows() -> None:
    here = Path(__file__).resolve().parent.parent
    for name in ("store", "screens"):
        spec = find_spec(name)
        found = Path(spec.origin).resolve() if spec is not None and spec.origin else None
        if found is None or found.parent.parent != here:
            raise ImportError(
                f"Workbench needs its own package {name!r} from {here}, but Python finds {found or 'none'} first. "
                f"Rename that file or folder, or start from another folder, or set PYTHONSAFEPATH=1."
            )


_refuse_shadows()
