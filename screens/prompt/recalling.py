"""What models have made of a question before: a screen that is opened anew shows it, instead of nothing."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from screens.prompt.answering import Question

if TYPE_CHECKING:
    from workbench.generation.checks import Check

_MOST_READ: Final = 20
"""Of one question, which may have been asked of many models."""


def read_answers(store: Path, question: Question) -> "dict[str, Check]":
    """The newest check of each model, by its name, of those that were asked just this; for a thread."""
    from store.database import open_read_only
    from store.generation_checks import checks_of_question, question_of
    from workbench.generation.checks import from_store

    asked = question_of(question.prompt, question.chosen.settings.to_json())
    with open_read_only(store) as db:
        found = checks_of_question(db, asked, limit=_MOST_READ)
    return {stored.check.source: from_store(stored) for stored in reversed(found)}
