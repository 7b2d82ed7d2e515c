"""What stands beside the fields of the new-run form: a model, a data set, how a file is named; pure."""

from screens.form.checkpoint import is_named
from screens.form.draft import entry_of, takes_text
from workbench.data import DATASETS
from workbench.data.files import TEXT, write_suffixes
from workbench.formatting import format_count
from workbench.models.language import names_checkpoint


def describe_file(model: str) -> str:
    """How a file is named that a model can learn from."""
    if takes_text(model):
        return f"A {write_suffixes(TEXT)} file, or a folder of them; ctrl+o looks for one."
    return f"A {write_suffixes('table')} file; ctrl+o looks for one. The target is one of its columns."


def describe_data(name: str, model: str) -> str:
    """A data set of the catalogue in a few words; of a file, how one is named for a model."""
    entry = DATASETS.get(name)
    if entry is None:
        return describe_file(model)
    if entry.kind == TEXT:
        return entry.summary
    rows, features = format_count(entry.rows), format_count(entry.features)
    return f"{rows} rows, {features} features, {len(entry.classes)} classes ({entry.kind})."


def describe_model(name: str) -> str:
    """A model of the catalogue, or what a fine-tuning is, in a sentence."""
    if names_checkpoint(name) and not is_named(name):
        return "A language model that lies here, trained further on a text of one's own."
    entry = entry_of(name)
    return entry.summary if entry is not None else ""
