"""What the doctor says about everything that ends detached processes."""

import resource
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from workbench.doctor.surroundings import Check, Surroundings
from workbench.doctor.survival import (
    check_batch_system,
    check_container,
    check_logout,
    check_memory_limit,
    check_processor_limit,
    check_survival,
)
from workbench.environment import read_output
from workbench.telemetry.cgroups import Cgroup

SESSION = "0::/user.slice/user-1000.slice/session-3.scope"
MANAGER = "0::/user.slice/user-1000.slice/user@1000.service/tmux.scope"


def saying(text: str | None) -> Callable[[Sequence[str]], str | None]:
    return lambda command: text


def around(
    root: Path,
    files: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    user: str = "1000",
    linger: str | None = "Linger=no\n",
) -> Surroundings:
    for name, text in (files or {}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return Surroundings(root, environment or {}, user, output_of=saying(linger))


def with_systemd(**files: str) -> dict[str, str]:
    return {"run/systemd/system/x": "", "proc/self/cgroup": SESSION, **files}


def test_without_systemd_a_logout_ends_nothing(tmp_path: Path) -> None:
    assert check_logout(around(tmp_path)) == Check("logout", "ok", "No systemd here: logging out ends no processes.")


def test_logind_leaves_processes_alone_unless_told(tmp_path: Path) -> None:
    files = with_systemd(**{"etc/systemd/logind.conf": "[Login]\n#KillUserProcesses=yes\n"})
    assert check_logout(around(tmp_path, files)).status == "ok"


def test_logind_that_kills_is_a_warning_that_says_the_way_out(tmp_path: Path) -> None:
    files = with_systemd(**{"etc/systemd/logind.conf": "[Login]\nKillUserProcesses=yes\n"})
    check = check_logout(around(tmp_path, files, {"USER": "ann"}))
    assert check.status == "warning"
    assert "KillUserProcesses=yes" in check.message
    assert "systemd-run --user --scope" in (check.hint or "")


@pytest.mark.parametrize(
    ("conf", "environment", "user", "status"),
    [
        ("KillUserProcesses=yes\nKillExcludeUsers=ann root", {"USER": "ann"}, "1000", "ok"),
        ("KillUserProcesses=yes\nKillOnlyUsers=bob", {"USER": "ann"}, "1000", "ok"),
        ("KillUserProcesses=yes\nKillOnlyUsers=ann", {"USER": "ann"}, "1000", "warning"),
        ("KillUserProcesses=yes\nKillOnlyUsers=1000", {}, "1000", "warning"),
        ("KillUserProcesses=yes", {}, "0", "ok"),
        ("KillUserProcesses=1", {}, "1000", "warning"),
        ("KillUserProcesses=no", {}, "1000", "ok"),
    ],
)
def test_logind_excepts_users(
    tmp_path: Path, conf: str, environment: Mapping[str, str], user: str, status: str
) -> None:
    files = with_systemd(**{"etc/systemd/logind.conf": f"[Login]\n{conf}\n"})
    assert check_logout(around(tmp_path, files, environment, user)).status == status


def test_drop_ins_of_logind_win_by_their_names_and_etc_replaces_usr(tmp_path: Path) -> None:
    main = {"etc/systemd/logind.conf": "[Login]\nKillUserProcesses=no\n"}
    kill, spare = "[Login]\nKillUserProcesses=yes\n", "[Login]\nKillUserProcesses=no\n"
    first = with_systemd(**main, **{"usr/lib/systemd/logind.conf.d/50-a.conf": kill})
    assert check_logout(around(tmp_path, first)).status == "warning"
    assert check_logout(around(tmp_path, {"run/systemd/logind.conf.d/60-b.conf": spare})).status == "ok"
    assert check_logout(around(tmp_path, {"etc/systemd/logind.conf.d/60-b.conf": kill})).status == "warning"


def test_a_broken_logind_file_is_passed_over(tmp_path: Path) -> None:
    files = with_systemd(**{"etc/systemd/logind.conf": "KillUserProcesses=yes outside any section"})
    assert check_logout(around(tmp_path, files)).status == "ok"


@pytest.mark.parametrize(("linger", "status"), [("Linger=yes\n", "ok"), ("Linger=no\n", "warning"), (None, "warning")])
def test_inside_the_user_manager_lingering_decides(tmp_path: Path, linger: str | None, status: str) -> None:
    files = with_systemd(**{"proc/self/cgroup": MANAGER})
    check = check_logout(around(tmp_path, files, linger=linger))
    assert check.status == status
    assert (check.hint is not None) == (status == "warning")


@pytest.mark.parametrize(
    ("variable", "name"),
    [("SLURM_JOB_ID", "Slurm"), ("PBS_JOBID", "PBS"), ("LSB_JOBID", "LSF"), ("SGE_TASK_ID", "Grid Engine")],
)
def test_a_batch_job_ends_its_runs(tmp_path: Path, variable: str, name: str) -> None:
    check = check_batch_system(around(tmp_path, environment={variable: "4711"}))
    assert check.status == "warning"
    assert f"{name} job 4711" in check.message


def test_outside_of_batch_jobs_all_is_well(tmp_path: Path) -> None:
    assert check_batch_system(around(tmp_path)).status == "ok"


@pytest.mark.parametrize(
    ("files", "environment", "said"),
    [
        ({".dockerenv": ""}, {}, "container"),
        ({"run/.containerenv": ""}, {}, "container"),
        ({}, {"container": "podman"}, "container"),
        ({"proc/1/cgroup": "0::/kubepods/pod1"}, {}, "container"),
        ({".dockerenv": ""}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "Kubernetes pod"),
    ],
)
def test_a_container_takes_its_runs_along(
    tmp_path: Path, files: Mapping[str, str], environment: Mapping[str, str], said: str
) -> None:
    check = check_container(around(tmp_path, files, environment))
    assert check.status == "warning"
    assert said in check.message
    assert "WORKBENCH_STORE" in (check.hint or "")


def test_a_plain_machine_is_no_container(tmp_path: Path) -> None:
    assert check_container(around(tmp_path, {"proc/1/cgroup": "0::/init.scope"})).status == "ok"


@pytest.mark.parametrize(("limit", "status"), [("max", "ok"), (str(64 << 30), "ok"), (str(2 << 30), "warning")])
def test_a_small_memory_limit_is_said(tmp_path: Path, limit: str, status: str) -> None:
    (tmp_path / "memory.max").write_text(limit)
    (tmp_path / "memory.current").write_text(str(1 << 30))
    (tmp_path / "membership").write_text("0::/")
    check = check_memory_limit(Cgroup(tmp_path, tmp_path / "membership"))
    assert check.status == status
    assert ("1.00 GiB of it are taken" in check.message) == (limit != "max")


def test_a_limit_of_processor_time_is_said() -> None:
    assert check_processor_limit(resource.RLIM_INFINITY).status == "ok"
    check = check_processor_limit(3600)
    assert check.status == "warning"
    assert "after 3600 s of processor time" in check.message


def test_everything_is_looked_at_once(tmp_path: Path) -> None:
    names = [check.name for check in check_survival(around(tmp_path))]
    assert names == ["logout", "batch system", "container", "memory limit", "processor time"]


def test_a_command_that_is_missing_or_fails_says_nothing() -> None:
    assert read_output(("no-such-program-anywhere",)) is None
    assert read_output(("false",)) is None
    assert read_output(("echo", "yes")) == "yes\n"
