"""Which run ``diff B --baseline TAG`` compares B with.

The rule: the newest run but B that is done, bears the tag, and learned from the same data as B (the same content, by
its fingerprint, and the same target). Where no such run has the same content, it is the newest of the same data set and
task; the comparison then says that the data differ. A run of other data is never taken.
"""

from store.database import Database
from store.documents import decode
from store.errors import UnknownRun
from store.records import Run, RunStatus
from store.run_values import column_values, json_values
from store.runs import get_runs
from workbench.formatting import format_some
from workbench.inert import inert

_SHOWN = 3


def find_baseline(db: Database, tag: str, b: Run) -> Run:
    """The run tagged ``tag`` that B is to be compared with; raises UnknownRun where none is fit for it."""
    tagged = [run_id for run_id, tags in column_values(db, "tags").items() if tag in decode(tags) and run_id != b.id]
    done = [run for _, run in sorted(get_runs(db, tagged).items(), reverse=True) if run.status is RunStatus.DONE]
    if not done:
        raise UnknownRun(_none_done(tag, tagged))
    contents = {key: json_values(db, "data", key, [b.id, *(run.id for run in done)]) for key in _CONTENT}
    wanted = tuple(contents[key].get(b.id) for key in _CONTENT)
    same_content = (run for run in done if wanted[0] and tuple(contents[key].get(run.id) for key in _CONTENT) == wanted)
    same_name = (run for run in done if (run.dataset, run.task) == (b.dataset, b.task))
    found = next(same_content, None) or next(same_name, None)
    if found is None:
        others = format_some(list(dict.fromkeys(inert(run.dataset) for run in done)), _SHOWN)
        raise UnknownRun(
            f"No run tagged {inert(tag)!r} is fit to compare with run {b.id} ({inert(b.name)}): those that are done "
            f"learned from {others}, it from {inert(b.dataset)}. `workbench tag RUN +{inert(tag)}` tags another."
        )
    return found


_CONTENT = ("fingerprint", "target")


def _none_done(tag: str, tagged: list[int]) -> str:
    shown = inert(tag)
    if not tagged:
        return f"No other run has the tag {shown!r}. `workbench tag RUN +{shown}` makes a run the baseline."
    numbers = format_some([str(run_id) for run_id in sorted(tagged, reverse=True)], _SHOWN)
    return f"No other run tagged {shown!r} is done (tagged: {numbers}). Wait for one, or tag another."
