"""Secrets come from a file, a command or a systemd credential, never from an argument; they are read when needed."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from takedown.contract import CredentialsMissing
from takedown.settings import Config


class OpenToOthers(CredentialsMissing):
    """{path} can be read by others."""

    code, why, do = "TD-0402", "it holds a secret", "chmod 600 {path}"


class NoSecret(CredentialsMissing):
    """{what} could not be read: {why_not}."""

    code, why, do = (
        "TD-0403",
        "a file or a command that prints it is configured",
        "mend the file or the command named in the configuration",
    )


def secret(config: Config, file: str | None, command: str | None, what: str) -> str:
    """The secret's text without its line end; empty when neither is configured. Raises CredentialsMissing.

    A relative file is looked for among systemd's credentials first, then beside the configuration.
    """
    if file:
        return _from_file(_locate(config, file), what)
    if command:
        return _from_command(command, config.folder, what)
    return ""


def _locate(config: Config, file: str) -> Path:
    held = os.environ.get("CREDENTIALS_DIRECTORY", "")
    credential = Path(held) / file
    return credential if held and "/" not in file and credential.exists() else config.path(file)


def _from_file(path: Path, what: str) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise OpenToOthers(path=path)
        return _one_line(path.read_text(encoding="utf-8"), what)
    except (OSError, UnicodeDecodeError) as error:
        raise NoSecret(what=what, why_not=f"{path}: {getattr(error, 'strerror', None) or error}") from None


def _from_command(command: str, folder: Path, what: str) -> str:
    try:
        done = subprocess.run(shlex.split(command), cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise NoSecret(what=what, why_not=f"the command failed ({type(error).__name__})") from None
    return _one_line(done.stdout, what)


def _one_line(text: str, what: str) -> str:
    found = text.strip()
    if not found or any(not c.isprintable() for c in found):
        raise NoSecret(what=what, why_not="it must be one line of printable text")
    return found
