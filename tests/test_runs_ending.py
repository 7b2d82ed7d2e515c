"""How a run ends, decided from the trainer's last word, its exit, and what was asked."""

from pathlib import Path

import pytest

from store.records import RunStatus
from workbench.events import Finished
from workbench.runs.ending import decide, decide_lost
from workbench.runs.host import find_memory_events, memory_killings
from workbench.runs.trainer_process import Exit
from workbench.telemetry.cgroups import Cgroup

CLEAN = Exit(0, None)
KILLED = Exit(None, "SIGKILL")


@pytest.mark.parametrize(
    ("finished", "left", "asked", "memory", "status", "words"),
    [
        (Finished("done"), CLEAN, False, False, RunStatus.DONE, None),
        (Finished("done"), CLEAN, True, False, RunStatus.DONE, None),
        (Finished("failed", "It broke."), Exit(1, None), False, False, RunStatus.FAILED, "It broke."),
        (Finished("stopped"), Exit(3, None), True, False, RunStatus.STOPPED, None),
        (Finished("done"), Exit(None, "SIGSEGV"), False, False, RunStatus.DONE, None),
        (None, KILLED, False, False, RunStatus.FAILED, "killed by SIGKILL"),
        (None, KILLED, False, True, RunStatus.FAILED, "out of memory"),
        (None, Exit(None, "SIGBUS"), False, False, RunStatus.FAILED, "SIGBUS"),
        (None, Exit(9, None), False, True, RunStatus.FAILED, "exit code 9"),
        (None, Exit(74, None), False, False, RunStatus.FAILED, "disk was full"),
        (None, KILLED, True, False, RunStatus.STOPPED, None),
        (None, Exit(None, "SIGTERM"), True, False, RunStatus.STOPPED, None),
    ],
)
def test_the_end_of_a_run_whose_supervisor_lives(
    finished: Finished | None, left: Exit, asked: bool, memory: bool, status: RunStatus, words: str | None
) -> None:
    ending = decide(finished, left, stop_asked=asked, out_of_memory=memory)
    assert ending.status is status
    assert ending.exit == left
    assert (ending.error is None) == (words is None)
    assert words is None or words in str(ending.error)


@pytest.mark.parametrize(
    ("finished", "asked", "restarted", "status", "words"),
    [
        (None, False, False, RunStatus.LOST, "Both of its processes were killed"),
        (None, False, True, RunStatus.LOST, "restarted"),
        (Finished("done"), False, True, RunStatus.DONE, None),
        (Finished("failed", "It broke."), False, False, RunStatus.FAILED, "It broke."),
        (Finished("stopped"), False, False, RunStatus.LOST, "supervisor was killed"),
        (Finished("stopped"), True, False, RunStatus.STOPPED, None),
    ],
)
def test_the_end_of_a_run_of_which_nobody_is_left(
    finished: Finished | None, asked: bool, restarted: bool, status: RunStatus, words: str | None
) -> None:
    ending = decide_lost(finished, stop_asked=asked, restarted=restarted)
    assert ending.status is status
    assert (ending.error is None) == (words is None)
    assert words is None or words in str(ending.error)


@pytest.mark.parametrize(
    ("membership", "file", "content"),
    [
        ("0::/user/session", "user/session/memory.events", "low 0\noom_kill 3\noom_group_kill 0\n"),
        ("4:memory:/jobs/7\n0::/", "memory/jobs/7/memory.oom_control", "under_oom 0\noom_kill 3\n"),
        ("0::/not/mounted/here", "memory.events", "oom_kill 3\n"),
    ],
)
def test_the_count_of_memory_killings_is_found_in_both_generations_of_cgroups(
    tmp_path: Path, membership: str, file: str, content: str
) -> None:
    cgroups = tmp_path / "cgroup"
    (tmp_path / "membership").write_text(membership + "\n")
    (cgroups / file).parent.mkdir(parents=True, exist_ok=True)
    (cgroups / file).write_text(content)
    found = find_memory_events(Cgroup(cgroups, tmp_path / "membership"), tmp_path / "vmstat")
    assert found == cgroups / file
    assert memory_killings(found) == 3


def test_without_a_cgroup_the_kernels_own_count_serves(tmp_path: Path) -> None:
    (tmp_path / "vmstat").write_text("nr_free_pages 12\noom_kill 5\n")
    found = find_memory_events(Cgroup(tmp_path, tmp_path), tmp_path / "vmstat")
    assert memory_killings(found) == 5


def test_where_nothing_counts_nothing_is_known(tmp_path: Path) -> None:
    assert find_memory_events(Cgroup(tmp_path, tmp_path), tmp_path / "vmstat") is None
    assert memory_killings(None) is None
