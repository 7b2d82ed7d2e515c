"""Making, finding, refusing and migrating the store file."""

import multiprocessing
import os
import shlex
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from store_fixtures import add_queued, add_running, make_older_store

from store import filesystems, migrations, runs, schema
from store.database import open_for_writing, open_read_only
from store.details import figures_table
from store.errors import (
    StoreBusy,
    StoreCorrupt,
    StoreElsewhere,
    StoreError,
    StoreMissing,
    StoreNewer,
    StoreOlder,
)
from store.folders import create_run_folder, hold_lock
from store.records import FigureGroup

SPAWN = multiprocessing.get_context("spawn")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def snapshot_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def set_version(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")


# --- a new store --------------------------------------------------------------------------------------------------


def test_a_new_store_is_empty_and_of_the_newest_version(store_file: Path) -> None:
    with open_for_writing(store_file) as db:
        assert runs.list_runs(db) == []
        assert migrations.version_of(db.connection) == migrations.VERSION
        assert db.row("PRAGMA journal_mode") == ("wal",)
        assert db.row("PRAGMA foreign_keys") == (1,)
        assert db.row("PRAGMA integrity_check") == ("ok",)


def test_only_the_owner_can_look_into_the_store(store_file: Path) -> None:
    before = os.umask(0)
    try:
        with open_for_writing(store_file) as db:
            run = add_queued(db)
            folder = create_run_folder(store_file, run.id)
            os.close(hold_lock(folder))
            assert [mode_of(path) for path in (store_file.parent, folder.parent, folder)] == [0o700] * 3
            files = [path for path in store_file.parent.rglob("*") if path.is_file()]
            assert {path.name for path in files} == {
                "workbench.db",
                "workbench.db-wal",
                "workbench.db-shm",
                "workbench.db.lock",
                "lock",
            }
            assert {path.name: oct(mode_of(path)) for path in files if mode_of(path) != 0o600} == {}
    finally:
        os.umask(before)


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    open_for_writing(tmp_path / "store.db").close()
    assert mode_of(tmp_path) == 0o755


def test_an_empty_file_becomes_a_store(store_file: Path) -> None:
    store_file.parent.mkdir()
    store_file.touch(0o644)
    with open_for_writing(store_file) as db:
        assert runs.list_runs(db) == []
    assert mode_of(store_file) == 0o600


def test_what_a_killed_maker_left_is_cleared_away(store_file: Path) -> None:
    store_file.parent.mkdir()
    store_file.with_name("workbench.db.new").write_bytes(b"half a store")
    store_file.with_name("workbench.db.new-journal").write_bytes(b"half a journal")
    with open_for_writing(store_file) as db:
        assert db.row("PRAGMA integrity_check") == ("ok",)
    assert {path.name for path in store_file.parent.iterdir()} == {"workbench.db", "workbench.db.lock"}


def test_a_symbolic_link_leads_to_the_same_store(store_file: Path, tmp_path: Path) -> None:
    with open_for_writing(store_file) as db:
        add_queued(db, name="there")
    link = tmp_path / "link.db"
    link.symlink_to(store_file)
    with open_for_writing(link) as db:
        assert db.path == store_file.resolve()
        assert runs.find_run(db, "last").name == "there"


def open_and_add(path: str, name: str) -> None:
    with open_for_writing(path) as db:
        add_queued(db, name=name)


def test_three_processes_open_a_blank_store_at_once(store_file: Path) -> None:
    openers = [SPAWN.Process(target=open_and_add, args=(str(store_file), name)) for name in "abc"]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join(60)
    assert [opener.exitcode for opener in openers] == [0, 0, 0]
    with open_read_only(store_file) as db:
        assert sorted(run.name for run in runs.list_runs(db)) == ["a", "b", "c"]


def test_a_place_that_cannot_hold_a_store_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match=r"file/store\.db cannot be .*--store PATH"):
        open_for_writing(tmp_path / "file" / "store.db")


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
@pytest.mark.parametrize("opens", [open_for_writing, open_read_only])
def test_what_is_no_file_is_refused_and_left_alone(
    tmp_path: Path, make: Callable[[Path], None], opens: Callable[[Path], object]
) -> None:
    path = tmp_path / "given.db"
    make(path)
    before = path.stat().st_ino
    with pytest.raises(StoreError, match="not a regular file"):
        opens(path)
    assert path.stat().st_ino == before
    assert os.listdir(tmp_path) == ["given.db"]


# --- reading only -------------------------------------------------------------------------------------------------


def test_reading_never_makes_a_store(store_file: Path) -> None:
    with pytest.raises(StoreMissing, match="workbench demo"):
        open_read_only(store_file)
    assert not store_file.parent.exists()


def test_a_reader_sees_what_a_writer_commits_and_cannot_write(store_file: Path) -> None:
    with open_for_writing(store_file) as writer, open_read_only(store_file) as reader:
        before = reader.data_version()
        assert reader.data_version() == before
        add_queued(writer)
        assert reader.data_version() != before
        assert len(runs.list_runs(reader)) == 1
        with pytest.raises(RuntimeError, match="only read"):
            runs.set_notes(reader, 1, "no")
        with pytest.raises(StoreError, match="may not be written"):
            reader.rows("UPDATE runs SET notes = 'no'")


@pytest.mark.skipif(shutil.which("capsh") is None and os.getuid() == 0, reason="nothing is unwritable for root here")
def test_a_store_in_a_folder_that_cannot_be_written_can_be_read(store_file: Path) -> None:
    with open_for_writing(store_file) as db:
        add_queued(db)
    read = f"from store.database import open_read_only as o; print(o({str(store_file)!r}).row('SELECT id FROM runs'))"
    command = shlex.join([sys.executable, "-c", read])
    if os.getuid() == 0:
        command = f"capsh --drop=cap_dac_override,cap_dac_read_search -- -c {shlex.quote(command)}"
    store_file.parent.chmod(0o500)
    try:
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    finally:
        store_file.parent.chmod(0o700)
    assert done.stdout == "(1,)\n", done.stderr


# --- files that are refused ---------------------------------------------------------------------------------------


def some_bytes(path: Path) -> None:
    path.write_bytes(b"\x00\xff" * 5000)


def a_short_text(path: Path) -> None:
    path.write_text("hello")


def database_of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes (text)")


def a_store_cut_short(path: Path) -> None:
    open_for_writing(path).close()
    os.truncate(path, path.stat().st_size // 2)


def a_store_with_a_broken_schema(path: Path) -> None:
    open_for_writing(path).close()
    content = bytearray(path.read_bytes())
    content[100:2000] = b"\xa5" * 1900
    path.write_bytes(content)


@pytest.mark.parametrize(
    "make",
    [some_bytes, a_short_text, database_of_another_program, a_store_cut_short, a_store_with_a_broken_schema],
)
@pytest.mark.parametrize("opens", [open_for_writing, open_read_only])
def test_what_is_no_whole_store_is_refused_and_left_alone(
    tmp_path: Path, make: Callable[[Path], None], opens: Callable[[Path], object]
) -> None:
    path = tmp_path / "given.db"
    make(path)
    path.with_name("given.db.lock").unlink(missing_ok=True)
    before = snapshot_of(tmp_path)
    with pytest.raises(StoreCorrupt, match="left as it is"):
        opens(path)
    after = snapshot_of(tmp_path)
    # A broken schema shows only once SQLite has looked, and its read-only look leaves two empty files of its own.
    after = {name: content for name, content in after.items() if not name.endswith(("-wal", "-shm"))}
    assert after == before


@pytest.mark.parametrize("opens", [open_for_writing, open_read_only])
def test_a_newer_store_is_refused_and_left_alone(store_file: Path, opens: Callable[[Path], object]) -> None:
    open_for_writing(store_file).close()
    set_version(store_file, migrations.VERSION + 1)
    before = snapshot_of(store_file.parent)
    with pytest.raises(StoreNewer, match="Upgrade Workbench"):
        opens(store_file)
    assert snapshot_of(store_file.parent) == before


def test_a_newer_version_that_only_the_log_knows_is_refused_too(store_file: Path) -> None:
    open_for_writing(store_file).close()
    with closing(sqlite3.connect(store_file)) as newer:
        newer.execute(f"PRAGMA user_version = {migrations.VERSION + 1}")
        before = store_file.read_bytes()
        for opens in (open_for_writing, open_read_only):
            with pytest.raises(StoreNewer):
                opens(store_file)
        assert store_file.read_bytes() == before


# --- migrations ---------------------------------------------------------------------------------------------------

OLDER = range(1, migrations.VERSION)


@pytest.mark.parametrize("version", OLDER)
def test_every_older_shape_becomes_the_newest(store_file: Path, version: int) -> None:
    make_older_store(store_file, version)
    with pytest.raises(StoreOlder, match="older Workbench"):
        open_read_only(store_file)
    with open_for_writing(store_file) as db:
        old = runs.find_run(db, "old")
        assert old.seed == 7
        assert figures_table(db, [(FigureGroup.METRICS, "accuracy")]) == {1: {"accuracy": 0.5}}
        add_running(db, name="new")
        migrated = db.rows("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name")
    blank = store_file.with_name("blank.db")
    with open_for_writing(blank) as db:
        assert migrated == db.rows(
            "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name"
        )
    with open_read_only(store_file) as db:
        assert len(runs.list_runs(db)) == 2


def test_the_steps_are_numbered_in_their_order() -> None:
    assert [step.__name__[:5] for step in schema.STEPS] == [
        f"m{place:03}_" for place in range(1, len(schema.STEPS) + 1)
    ]


def test_a_step_that_fails_leaves_the_store_at_the_step_before(
    store_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def m099_breaks(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE figures")
        raise ZeroDivisionError

    with open_for_writing(store_file) as db:
        monkeypatch.setattr(migrations, "STEPS", (*schema.STEPS, m099_breaks))
        with pytest.raises(ZeroDivisionError):
            migrations.apply(db.connection, upto=migrations.VERSION + 1)
        assert migrations.version_of(db.connection) == migrations.VERSION
        assert db.rows("SELECT * FROM figures") == []


def test_a_step_that_leaves_orphans_is_undone(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def m099_orphans(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM runs")

    with open_for_writing(store_file) as db:
        add_queued(db)
        monkeypatch.setattr(migrations, "STEPS", (*schema.STEPS, m099_orphans))
        with pytest.raises(sqlite3.IntegrityError, match="m099_orphans left rows"):
            migrations.apply(db.connection, upto=migrations.VERSION + 1)
        assert len(runs.list_runs(db)) == 1


def test_a_migration_waits_until_no_run_lives(store_file: Path) -> None:
    make_older_store(store_file, 1)
    lock = hold_lock(create_run_folder(store_file, 1))
    before = store_file.read_bytes()
    with pytest.raises(StoreBusy, match="live runs to end: 1"):
        open_for_writing(store_file, wait_s=0.1)
    assert store_file.read_bytes() == before
    os.close(lock)
    open_for_writing(store_file, wait_s=0.1).close()


def test_a_current_store_is_opened_without_the_migration_engine(store_file: Path) -> None:
    open_for_writing(store_file).close()
    code = (
        "import sys; from store.database import open_for_writing, open_read_only; "
        "open_for_writing(sys.argv[1]).close(); open_read_only(sys.argv[1]).close(); "
        "sys.exit('sqlite_utils' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(store_file)], check=False).returncode == 0


def test_sqlite_utils_knows_the_steps_as_its_own(store_file: Path) -> None:
    with open_for_writing(store_file) as db:
        rows = db.rows("SELECT name FROM _sqlite_migrations WHERE migration_set = 'workbench' ORDER BY id")
        assert [row[0] for row in rows] == [step.__name__ for step in schema.STEPS]


# --- network file systems -----------------------------------------------------------------------------------------


@pytest.fixture
def on_network(store_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """The store lies on NFS; call the fixture's value to move to another host."""
    table = tmp_path / "mountinfo"
    table.write_text(
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        f"40 22 0:40 / {store_file.parent.resolve()} rw shared:2 - nfs4 server:/home rw\n"
    )
    monkeypatch.setattr(filesystems, "MOUNTS", table)

    def move_to(host: str) -> None:
        monkeypatch.setattr(filesystems, "this_host", lambda: host)

    move_to("alpha")
    return move_to


def test_on_a_network_there_is_no_write_ahead_log(store_file: Path, on_network: Callable[[str], None]) -> None:
    with open_for_writing(store_file) as db:
        assert db.network
        assert db.row("PRAGMA journal_mode") == ("delete",)
        add_queued(db)
        assert db.checkpoint()
        assert {path.name for path in store_file.parent.iterdir()} == {"workbench.db", "workbench.db.lock"}


def test_one_host_writes_others_read_until_one_takes_over(store_file: Path, on_network: Callable[[str], None]) -> None:
    open_for_writing(store_file).close()
    on_network("beta")
    with pytest.raises(StoreElsewhere, match=r"alpha writes it.*\(beta\).*--take-over"):
        open_for_writing(store_file)
    with open_read_only(store_file) as db:
        assert db.network
        assert runs.list_runs(db) == []
    open_for_writing(store_file, take_over=True).close()
    open_for_writing(store_file).close()
    on_network("alpha")
    with pytest.raises(StoreElsewhere, match="beta writes it"):
        open_for_writing(store_file)


def test_a_local_store_that_was_moved_to_a_network_changes_its_journal(
    store_file: Path, tmp_path: Path, on_network: Callable[[str], None]
) -> None:
    local = tmp_path / "local.db"
    with open_for_writing(local) as db:
        add_queued(db)
        assert not db.network
    store_file.parent.mkdir()
    local.rename(store_file)
    with open_for_writing(store_file) as db:
        assert db.row("PRAGMA journal_mode") == ("delete",)
        assert len(runs.list_runs(db)) == 1


MOUNT_TABLE = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:5 / /nfs rw - nfs server:/x rw
24 23 8:2 / /nfs/scratch rw master:3 propagate_from:2 - xfs /dev/sdb rw
25 22 0:9 / /my\\040data rw - fuse.sshfs me@there:/ rw
26 22 0:7 / /over rw - tmpfs tmpfs rw
27 22 0:8 / /over rw - lustre mgs:/fs rw
28 22 0:3 / /crypt rw - fuse.gocryptfs /home/x rw
a line that is no mount
"""


@pytest.mark.parametrize(
    ("path", "kind", "network"),
    [
        ("/home/me", "ext4", False),
        ("/nfs", "nfs", True),
        ("/nfs/home/me/data", "nfs", True),
        ("/nfs/scratch/x", "xfs", False),
        ("/nfsother", "ext4", False),
        ("/my data/store", "fuse.sshfs", True),
        ("/over/there", "lustre", True),
        ("/crypt", "fuse.gocryptfs", False),
    ],
)
def test_the_longest_mount_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, kind: str, network: bool
) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(MOUNT_TABLE)
    monkeypatch.setattr(filesystems, "MOUNTS", table)
    assert filesystems.file_system_type(Path(path)) == kind
    assert filesystems.is_network_path(Path(path)) is network


def test_without_a_mount_table_a_path_counts_as_local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystems, "MOUNTS", tmp_path / "none")
    assert filesystems.file_system_type(tmp_path) is None
    assert not filesystems.is_network_path(tmp_path)
