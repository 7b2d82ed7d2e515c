"""``generate``: text from a language model, or from two on the same prompt; and suites of prompts, by ``suites``."""

import sys
from argparse import Namespace
from threading import Event

from store.generation_checks import CheckText
from workbench.cli.interrupts import STOPPED, stop_on_signal
from workbench.cli.output import narrate, print_json
from workbench.cli.stores import path_of
from workbench.cli.streaming import TextPrinter
from workbench.errors import UsageError
from workbench.formatting import NOT_KNOWN, format_count, format_significant
from workbench.generation.checks import Check, parting, place_words
from workbench.generation.client import Generator
from workbench.generation.settings import DECODED, PARAMETERS, GenerationSettings

_LONGEST_SHOWN = 40
"""Characters of a text around the place where two of them part."""


def generate(arguments: Namespace) -> int:
    """Make text, ask a suite, or unload a model, as the command line says."""
    models = [model for model in (arguments.model, arguments.against) if model is not None]
    generators = [
        Generator.named(
            path_of(arguments),
            model,
            device=arguments.device,
            dtype=arguments.dtype,
            threads=arguments.threads,
            say=narrate,
        )
        for model in models
    ]
    if arguments.unload:
        return _unload(generators)
    settings = settings_from(arguments)
    if arguments.file is not None:
        from workbench.cli.suites import ask  # reads files and draws tables, which a single prompt need not wait for

        if arguments.prompt is not None:
            raise UsageError("Give either a prompt or --file, not both.")
        return ask(generators, settings, arguments)
    prompt = prompt_from(arguments.prompt)
    with stop_on_signal() as stop:
        checks = _make(generators, prompt, settings, stop, quiet=arguments.json)
    if arguments.json:
        documents = [check.to_json() for check in checks]
        print_json(documents if arguments.against is not None else next(iter(documents), None))
    elif len(checks) > 1:
        narrate(parting_words(checks[0].texts, checks[1].texts))
    return STOPPED if stop.is_set() else 0


def settings_from(arguments: Namespace) -> GenerationSettings:
    """The settings of the decoder that the options give, checked."""
    given = {name: getattr(arguments, name) for name in PARAMETERS if getattr(arguments, name) is not None}
    return GenerationSettings.from_json({**given, "stop": arguments.stop})


def prompt_from(word: str | None) -> str:
    """The prompt itself, or what stdin gives for ``-``, without its last line break."""
    if word is None:
        raise UsageError(
            "generate needs a prompt: write it behind the model, or - to read it from stdin, or use --file."
        )
    if word != "-":
        return word
    return sys.stdin.read().removesuffix("\n")


def figures_words(check: Check) -> str:
    """Tokens, timings and why each text ended, in a line for each sample; and under which id the check is kept."""
    lines = []
    for number, text in enumerate(check.texts, start=1):
        sample = f"sample {number}: " if len(check.texts) > 1 else ""
        tokens = f"{format_count(len(text.tokens))} token{'' if len(text.tokens) == 1 else 's'} ({text.reason})"
        pace = f"{_number(text.tokens_per_s)} tokens/s, p50 {_number(text.p50_ms)} ms, p95 {_number(text.p95_ms)} ms"
        first = f"first after {_number(None if text.ttft_s is None else text.ttft_s * 1000)} ms"
        lines.append(
            f"{sample}{tokens} after {format_count(check.check.prompt_tokens)} of the prompt; {first}, {pace}."
        )
    decoded = DECODED.get(check.check.environment.get("decoding", ""))
    if decoded is not None:
        lines[-1] += f" Decoded {decoded}."
    if check.id is not None:
        lines[-1] += f" Kept as check {check.id}."
    return "\n".join(lines)


def parting_words(a: tuple[CheckText, ...], b: tuple[CheckText, ...]) -> str:
    """Where the texts of A and B part, sample by sample."""
    lines = []
    for number, (left, right) in enumerate(zip(a, b, strict=False), start=1):
        sample = f"Sample {number}: the" if len(a) > 1 else "The"
        at = parting(left.text, right.text)
        if at is None:
            lines.append(f"{sample} texts are the same.")
            continue
        shown = [repr(text.text[at : at + _LONGEST_SHOWN]) if text.text[at:] else "its end" for text in (left, right)]
        lines.append(f"{sample} texts part {place_words(at)}: A goes on with {shown[0]}, B with {shown[1]}.")
    return "\n".join(lines)


def _make(
    generators: list[Generator], prompt: str, settings: GenerationSettings, stop: Event, *, quiet: bool
) -> list[Check]:
    """The check of each model, one after the other: the texts to stdout unless ``quiet``, all else to stderr."""
    checks = []
    for letter, generator in zip("AB", generators, strict=False):
        label = f"{letter}  {generator.source}: " if len(generators) > 1 else ""
        if label and not quiet:
            narrate(label.rstrip())
        printer = TextPrinter()
        check = generator.generate(prompt, settings, _ignore if quiet else printer.hear, stop)
        if check is None:
            break
        checks.append(check)
        narrate(label + figures_words(check))
    return checks


def _ignore(_event: object) -> None:
    """For --json, which prints the whole text at the end."""


def _unload(generators: list[Generator]) -> int:
    for generator in generators:
        there = generator.unload()
        narrate(f"{generator.source} is unloaded." if there else f"{generator.source} was not loaded.")
    return 0


def _number(value: float | None) -> str:
    return NOT_KNOWN if value is None else format_significant(value)
