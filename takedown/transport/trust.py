"""Whose certificates are believed: the system's authorities, or the one that `[network] ca_file` names."""

from __future__ import annotations

import ssl
from enum import Enum
from functools import lru_cache
from pathlib import Path

from takedown.layers import BadConfiguration


class Speaks(Enum):
    """What goes over the connection. Each has its own context: httpcore writes the protocols of HTTP into the one it is given."""

    HTTP = "http"
    MAIL = "mail"


def trust(speaks: Speaks, ca_file: Path | None) -> ssl.SSLContext:
    """Read once and shared by all lanes, and anew once the file has changed. Raises BadConfiguration."""
    try:
        return _read(speaks, ca_file, _changed(ca_file))
    except OSError as error:  # ssl.SSLError, too
        why = error.strerror or "it holds no certificate"
        raise BadConfiguration(what=f"[network] ca_file: {ca_file} cannot be used", why=why) from None


def _changed(ca_file: Path | None) -> int:
    """When, in nanoseconds: the file, or the one or the folder in which the system keeps its authorities."""
    system = ssl.get_default_verify_paths()
    file = ca_file or system.cafile or system.capath
    return Path(file).stat().st_mtime_ns if file else 0


@lru_cache(maxsize=8)
def _read(speaks: Speaks, ca_file: Path | None, changed: int) -> ssl.SSLContext:
    """The system's authorities take 36 ms and 0.9 MB."""
    del speaks, changed  # they tell the contexts apart
    return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)


def trust_nobody() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
