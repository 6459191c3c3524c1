"""Where a ledger lies and which tables this program needs, as far as that is known without opening anything."""

from __future__ import annotations

from pathlib import Path

from takedown.ledger.errors import StrangeAddress


def sqlite_file(url: str, folder: Path) -> Path | None:
    """The file of a `sqlite:///FILE` address; a relative one is taken from the configuration's folder. None: it is a server's.

    Raises StrangeAddress.
    """
    scheme, _, rest = url.partition("://")
    kind = scheme.partition("+")[0]
    if kind not in {"sqlite", "postgresql"}:
        raise StrangeAddress(scheme=kind[:40])
    if kind != "sqlite":
        return None
    return folder / Path(rest.removeprefix("/") or "takedown.db").expanduser()


def newest() -> str:
    """The migration that this program brings its tables to, `0004`: the last of the files in `migrations/versions`."""
    versions = Path(__file__).parent / "migrations" / "versions"
    return max(file.name for file in versions.glob("v[0-9]*_*.py"))[1:5]


NETWORK_DISKS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs"})


def network_disk(path: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """The kind of network file system that a path lies on; empty when it is local or nothing is known."""
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return ""
    at = [(fields[1], fields[2]) for line in lines if len(fields := line.split()) > 2]
    resolved = path.resolve()
    over = [(point, kind) for point, kind in at if resolved.is_relative_to(point)]
    kind = max(over, key=lambda pair: len(pair[0]))[1] if over else ""
    return kind if kind in NETWORK_DISKS else ""
