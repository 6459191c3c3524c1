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


@lru_cache(maxsize=8)
def trust(speaks: Speaks, ca_file: Path | None) -> ssl.SSLContext:
    """Read once and shared by all lanes: the system's authorities take 36 ms and 0.9 MB. Raises BadConfiguration."""
    del speaks  # tells the contexts apart
    if ca_file is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except OSError as error:  # ssl.SSLError, too
        why = error.strerror or "it holds no certificate"
        raise BadConfiguration(what=f"[network] ca_file: {ca_file} cannot be used", why=why) from None


def trust_nobody() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
