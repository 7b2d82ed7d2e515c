"""Which file system a path lies on, and whether other machines may be writing there too.

SQLite's write-ahead log needs memory shared by all processes that use the file, which machines cannot share. The
kernel's mount table names the file system of every path, so no probe file is written and nothing can hang on a dead
server.
"""

import re
import socket
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

# fmt: off
_NETWORK_TYPES = frozenset(
    {
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "smb2", "lustre", "gpfs", "beegfs", "ceph", "afs", "9p", "glusterfs",
        "ocfs2", "gfs2", "pvfs2", "orangefs", "panfs", "wekafs", "ncpfs", "coda", "acfs", "virtiofs",
    }
)
_LOCAL_FUSE_TYPES = frozenset(
    {
        "fuse.fuse-overlayfs", "fuse.ntfs", "fuse.ntfs-3g", "fuse.gocryptfs", "fuse.encfs", "fuse.securefs",
        "fuse.lxcfs", "fuse.mergerfs",
    }
)
# fmt: on


def is_network_path(path: Path) -> bool:
    """Whether ``path`` (which must exist) lies on a file system that other machines may mount as well.

    A FUSE file system of an unknown kind counts as one: most reach over a network, and none shares memory.
    """
    kind = file_system_type(path)
    if kind is None:
        return False
    return kind in _NETWORK_TYPES or (kind.startswith("fuse.") and kind not in _LOCAL_FUSE_TYPES)


def file_system_type(path: Path) -> str | None:
    """The type of the file system that holds ``path``, as ``ext4`` or ``nfs4``; ``None`` where it is not known."""
    try:
        table = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    target = path.resolve()
    found: tuple[int, str] | None = None
    for line in table.splitlines():
        mount = _parse_mount(line)
        if mount is None or not target.is_relative_to(mount[0]):
            continue
        depth = len(mount[0].parts)
        # The later of two mounts on one place lies over the earlier one.
        if found is None or depth >= found[0]:
            found = depth, mount[1]
    return found[1] if found else None


def this_host() -> str:
    """The name under which this machine is recorded as the writer of a store."""
    return socket.gethostname()


def _parse_mount(line: str) -> tuple[Path, str] | None:
    """Mount point and type of one line of mountinfo (its format: proc(5))."""
    before, dash, after = line.partition(" - ")
    fields = before.split(" ")
    if not dash or len(fields) < 5 or not after:
        return None
    place = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), fields[4])
    return Path(place), after.split(" ", 1)[0]
