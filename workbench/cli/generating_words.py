"""The words of the commands about language models: ``generate``, ``perplexity``, ``checks`` and ``download``."""

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from workbench.cli.command_words import add_command

if TYPE_CHECKING:
    from workbench.cli.command_words import Commands

_GENERATE_EPILOGUE = """\
The text goes to stdout as it is made: raw into a pipe, with control characters made visible on a terminal. The model
stays loaded in a process of its own until nobody has asked for 10 minutes ([generation] idle_minutes in the settings),
or until --unload. A suite has an object on each line, as {"prompt": "The cat", "contains": "mat", "max_tokens": 20};
besides contains there are regex and equals.
"""
_LANGUAGE_MODEL_HELP = "gpt2 or another id of the hub's cache, hf:FOLDER, FILE.gguf, or run:ID"


def add_generating(commands: "Commands") -> None:
    """``generate``, ``perplexity``, ``checks`` and ``download``."""
    summary = "text from a language model, or from two on the same prompt; or a suite of prompts as a test"
    make = add_command(commands, "generate", "generating:generate", summary)
    make.usage = "workbench generate MODEL [PROMPT | - | --file FILE] [options]"
    make.epilog = _GENERATE_EPILOGUE
    make.add_argument("model", metavar="MODEL", help=_LANGUAGE_MODEL_HELP)
    # Not nargs="?", which would be used up before an option that stands between MODEL and PROMPT.
    make.add_argument(
        "prompt", metavar="PROMPT", help="what the text begins with; - reads it from stdin"
    ).required = False
    make.add_argument("--against", metavar="MODEL", help="a second model, B, for the same prompt and settings")
    make.add_argument("--file", metavar="FILE", help="ask a suite of prompts (.jsonl), and exit 1 if one fails")
    for option, kind, words in (
        ("max-new-tokens", int, "how many tokens at most (default 64)"),
        ("temperature", float, "0 takes the most probable token each time (default), 1 draws as the model says"),
        ("top-k", int, "draw from the K most probable tokens"),
        ("top-p", float, "draw from the most probable tokens that together have this probability"),
        ("min-p", float, "draw from tokens with this share of the most probable one's probability"),
        ("repetition-penalty", float, "above 1: what has occurred becomes less probable"),
        ("samples", int, "how many texts (default 1)"),
        ("seed", int, "the same seed gives the same text (default 0)"),
    ):
        make.add_argument(f"--{option}", type=kind, metavar="N", help=words)
    make.add_argument("--stop", metavar="S", action="append", default=[], help="end before this text; may be repeated")
    make.add_argument(
        "--decoding",
        metavar="D",
        help="eager, graph (on GPUs) or compiled, which takes a minute first; default auto: graph on a GPU, else eager",
    )
    _add_generator(make)
    make.add_argument("--unload", action="store_true", help="only have the process that holds the model end")
    summary = "how well a language model predicts a text, alone or beside another one"
    score = add_command(commands, "perplexity", "perplexity:perplexity", summary)
    score.add_argument("model", metavar="MODEL", help=_LANGUAGE_MODEL_HELP)
    score.add_argument(
        "file", metavar="FILE", help="a text file, or - for stdin; of a .jsonl file each line a document"
    )
    score.add_argument("--against", metavar="MODEL", help="a second model, B, compared on the same units of text")
    score.add_argument("--field", metavar="NAME", default="text", help="the field of a .jsonl file (default text)")
    _add_generator(score)
    checks = add_command(commands, "checks", "checks:checks", "what language models made of prompts, newest first")
    checks.add_argument(
        "ids", metavar="ID", type=int, nargs="*", help="one check to see whole, or two to see them part"
    )
    checks.add_argument("--search", metavar="WORDS", help="only those with all of these words in prompt, text or model")
    checks.add_argument("--limit", type=int, default=20, metavar="N", help="at most N checks (default 20)")
    fetch = add_command(commands, "download", "downloading:download", "fetch a language model from the hub")
    fetch.add_argument("model", metavar="MODEL", help="the id on the hub, as gpt2 or ORGANISATION/NAME")


def _add_generator(parser: ArgumentParser) -> None:
    """What a command that asks a language model says about its process."""
    parser.add_argument("--device", default="auto", metavar="D", help="auto, cpu, cuda or cuda:N (default auto)")
    parser.add_argument(
        "--dtype", default="float32", choices=("float32", "bfloat16", "float16"), help="precision (default float32)"
    )
    parser.add_argument("--threads", type=int, metavar="N", help="CPU cores, if a process has to be started")
