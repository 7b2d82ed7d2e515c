"""``download``: a language model from the hub into its local cache, which nothing else here does."""

import sys
from argparse import Namespace

from workbench.cli.output import narrate, print_json
from workbench.formatting import format_bytes, format_count
from workbench.language.fetching import fetch, look_up


def download(arguments: Namespace) -> int:
    """Say what comes, fetch it, and say how to ask it something."""
    offer = look_up(arguments.model)
    size = "" if offer.size_bytes is None else f", {format_bytes(offer.size_bytes)}"
    narrate(f"Fetching {offer.source}: {format_count(len(offer.names))} files{size}.")
    files = fetch(offer, progress=sys.stderr.isatty())
    if arguments.json:
        print_json({"model": str(offer.source), "folder": str(files.folder), "weights_bytes": files.size_bytes})
    else:
        narrate(f"{offer.source} is in {files.folder}. Ask it: workbench generate {offer.source} 'The'")
    return 0
