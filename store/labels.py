"""Tags and notes: what people write on their runs, and the one place that says what a tag may be."""

from collections.abc import Iterable, Sequence

from store.connection import Database
from store.errors import BadTag
from store.records import Run
from store.runs import get_run, set_notes, set_tags

LONGEST_TAG = 40


def check_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """``tags``, each once; raises BadTag for what is no word that can be typed in a filter."""
    kept = tuple(dict.fromkeys(tags))
    for tag in kept:
        if not tag or len(tag) > LONGEST_TAG:
            raise BadTag(f"A tag has 1 to {LONGEST_TAG} characters: {tag[:LONGEST_TAG]!r} has {len(tag)}.")
        if not tag.isprintable() or any(character.isspace() or character == "," for character in tag):
            raise BadTag(f"A tag is one word without spaces, commas and control characters, not {tag!r}.")
        if tag[0] in "+-":
            raise BadTag(f"A tag does not begin with + or -, which add and take away tags: {tag!r}.")
    return kept


def change_labels(db: Database, run_id: int, changes: Sequence[str], notes: str | None = None) -> Run:
    """Add tags (``+night``, ``night``), take tags away (``-night``) and replace the notes, unless these are None.

    Raises UnknownRun, or BadTag, which names the tags of the run where the one to take away is none of them.
    """
    with db.atomic():
        run = get_run(db, run_id)
        tags = list(run.tags)
        for change in changes:
            tag = change[1:] if change[:1] in ("+", "-") else change
            if not change.startswith("-"):
                tags += check_tags([tag])
            elif tag in tags:
                tags = [kept for kept in tags if kept != tag]
            else:
                has = f"has the tags {', '.join(tags)}" if tags else "has no tags"
                raise BadTag(f"Run {run_id} ({run.name}) {has}: there is no {tag!r} to take away.")
        if changes:
            set_tags(db, run_id, tuple(dict.fromkeys(tags)))
        if notes is not None:
            set_notes(db, run_id, notes.strip())
        return get_run(db, run_id)
