"""The host's own figures, and the limits that a control group puts on them."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from workbench.telemetry import HostSampler
from workbench.telemetry.cgroups import Cgroup
from workbench.telemetry.host import tree_memory_bytes

GIB = 1 << 30


def group(tmp_path: Path, membership: str, files: dict[str, str]) -> Cgroup:
    """A mount of control groups with these files, of which a process is a member as ``membership`` says."""
    mount = tmp_path / "cgroup"
    mount.mkdir()
    for name, text in files.items():
        (mount / name).parent.mkdir(parents=True, exist_ok=True)
        (mount / name).write_text(text + "\n")
    (tmp_path / "membership").write_text(membership + "\n")
    return Cgroup(mount, tmp_path / "membership")


def test_the_host_is_sampled_with_what_it_knows() -> None:
    (sample,) = HostSampler().sample()
    assert sample.device == "host"
    assert sample.name == os.uname().nodename
    assert sample.memory_used_bytes is not None
    assert sample.memory_total_bytes is not None
    assert 0 < sample.memory_used_bytes < sample.memory_total_bytes
    assert sample.load_1m is not None
    assert sample.run_memory_bytes is None
    assert (sample.utilisation, sample.uuid, sample.error) == (None, None, None)


def test_utilisation_is_the_busy_share_of_all_cores_since_the_reading_before(monkeypatch: pytest.MonkeyPatch) -> None:
    times = psutil.cpu_times()._replace(user=100.0, system=0.0, idle=100.0, iowait=0.0)
    zeros = dict.fromkeys(set(times._fields) - {"user", "system", "idle", "iowait"}, 0.0)
    readings = [times._replace(**zeros), times._replace(**zeros, user=103.0, idle=106.0, iowait=1.0)]
    monkeypatch.setattr(psutil, "cpu_times", lambda: readings.pop(0) if len(readings) > 1 else readings[0])
    sampler = HostSampler()
    assert sampler.sample()[0].utilisation is None
    assert sampler.sample()[0].utilisation == pytest.approx(30.0)
    assert sampler.sample()[0].utilisation is None  # no time has passed


def test_a_memory_limit_takes_the_place_of_the_machine(tmp_path: Path) -> None:
    files = {"memory.max": str(GIB), "memory.current": "500", "memory.stat": "anon 3\ninactive_file 100"}
    sample = HostSampler(cgroup=group(tmp_path, "0::/", files)).sample()[0]
    assert (sample.memory_used_bytes, sample.memory_total_bytes) == (400, GIB)


def test_a_limit_above_the_machine_is_none(tmp_path: Path) -> None:
    sample = HostSampler(cgroup=group(tmp_path, "0::/", {"memory.max": str(1 << 55)})).sample()[0]
    assert sample.memory_total_bytes == psutil.virtual_memory().total


def test_the_memory_of_a_run_is_that_of_its_whole_tree() -> None:
    parent = (
        "import subprocess, sys; c = subprocess.Popen((sys.executable, '-c', 'input()')); print(flush=True); c.wait()"
    )
    with subprocess.Popen((sys.executable, "-c", parent), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        family = psutil.Process(process.pid)
        members = [family, *family.children(recursive=True)]
        assert len(members) == 2
        (sample,) = HostSampler(lambda: (process.pid, members[1].pid)).sample()
        alone = tree_memory_bytes([members[1].pid])
        process.communicate(b"\n")
    assert alone is not None
    assert sample.run_memory_bytes is not None
    assert sample.run_memory_bytes > alone > 0
    assert tree_memory_bytes([process.pid]) is None


def test_limits_of_the_second_generation_are_the_strictest_on_the_way_up(tmp_path: Path) -> None:
    files = {
        "a/memory.max": str(4 * GIB),
        "a/memory.current": "77",
        "a/b/memory.max": "max",
        "a/b/memory.current": "1",
        "a/cpu.max": "max 100000",
        "a/b/cpu.max": "150000 100000",
    }
    cgroup = group(tmp_path, "0::/a/b", files)
    assert cgroup.memory_limit_bytes() == 4 * GIB
    assert cgroup.memory_used_bytes() == 77
    assert cgroup.cpu_quota() == 1.5


def test_limits_of_the_first_generation_are_read_from_each_controller(tmp_path: Path) -> None:
    files = {
        "memory/job/memory.limit_in_bytes": str(2 * GIB),
        "memory/job/memory.usage_in_bytes": "1000",
        "memory/job/memory.stat": "total_inactive_file 300",
        "memory/memory.limit_in_bytes": "9223372036854771712",
        "cpu,cpuacct/job/cpu.cfs_quota_us": "200000",
        "cpu,cpuacct/job/cpu.cfs_period_us": "100000",
        "cpu,cpuacct/cpu.cfs_quota_us": "-1",
    }
    cgroup = group(tmp_path, "5:memory:/job\n4:cpu,cpuacct:/job\n0::/", files)
    assert cgroup.memory_limit_bytes() == 2 * GIB
    assert cgroup.memory_used_bytes() == 700
    assert cgroup.cpu_quota() == 2.0


def test_in_a_container_that_sees_only_its_own_root_the_root_counts(tmp_path: Path) -> None:
    cgroup = group(tmp_path, "0::/system.slice/docker-abc.scope", {"memory.max": str(GIB), "cpu.max": "50000 100000"})
    assert cgroup.memory_limit_bytes() == GIB
    assert cgroup.cpu_quota() == 0.5


def test_without_control_groups_there_is_no_limit(tmp_path: Path) -> None:
    cgroup = Cgroup(tmp_path / "missing", tmp_path / "missing")
    assert (cgroup.memory_limit_bytes(), cgroup.memory_used_bytes(), cgroup.cpu_quota()) == (None, None, None)
