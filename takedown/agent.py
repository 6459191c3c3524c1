"""The ssh-agent of whoever sits at the desk: which keys it holds, and its signatures (draft-miller-ssh-agent, 4.4 and 4.5)."""

from __future__ import annotations

import base64
import os
import socket
import struct

from takedown.approval import ALGORITHM, NAMESPACE, NoKey, Signature, fingerprint, signed_bytes, string, take

LIST, LISTED, SIGN, SIGNED = b"\x0b", b"\x0c", b"\x0d", b"\x0e"
PATIENCE = 60.0
"""Seconds: an agent may ask its owner."""


def agent_keys(address: str | None = None) -> list[str]:
    """The Ed25519 keys that the agent holds, as public blobs in base64. Raises NoKey."""
    answer = _ask(LIST, address)
    if answer[:1] != LISTED:
        raise NoKey(what="the ssh-agent does not say which keys it holds")
    found: list[str] = []
    try:
        (count,) = struct.unpack(">I", answer[1:5])
        rest = answer[5:]
        for _ in range(count):
            blob, rest = take(rest)
            _, rest = take(rest)  # the comment
            if take(blob)[0] == ALGORITHM:
                found.append(base64.b64encode(blob).decode())
    except struct.error:
        raise NoKey(what="the ssh-agent's list of keys cannot be read") from None
    return found


def sign_with_agent(key: str, text: str, address: str | None = None, namespace: str = NAMESPACE) -> Signature:
    """Ask the ssh-agent to sign with this public key (base64 blob). Raises NoKey."""
    message = string(base64.b64decode(key)) + string(signed_bytes(text, namespace)) + struct.pack(">I", 0)
    answer = _ask(SIGN + message, address)
    if answer[:1] != SIGNED:
        raise NoKey(what=f"the ssh-agent does not hold {fingerprint(key)}")
    inner, _ = take(answer[1:])
    algorithm, rest = take(inner)
    raw, _ = take(rest)
    if algorithm != ALGORITHM or len(raw) != 64:
        raise NoKey(what="the ssh-agent answered with another kind of signature")
    return Signature(key, raw.hex())


def _ask(message: bytes, address: str | None) -> bytes:
    path = address or os.environ.get("SSH_AUTH_SOCK", "")
    if not path:
        raise NoKey(what="no --key was given and no ssh-agent is running")
    try:
        with socket.socket(socket.AF_UNIX) as agent:
            agent.settimeout(PATIENCE)
            agent.connect(path)
            agent.sendall(string(message))
            return _read_frame(agent)
    except OSError as error:
        raise NoKey(what=f"the ssh-agent did not answer: {error}") from None


def _read_frame(agent: socket.socket) -> bytes:
    data = b""
    while len(data) < 4 or len(data) < 4 + struct.unpack(">I", data[:4])[0]:
        more = agent.recv(65536)
        if not more:
            raise OSError("closed")
        data += more
    return data[4:]
