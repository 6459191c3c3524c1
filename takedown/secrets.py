"""Secrets come from a file, a command, a systemd credential or a keyring, never from an argument; they are read when needed."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

from takedown.contract import CredentialsMissing, MissingExtra, UsageError
from takedown.settings import Config

SERVICE = "takedown"
"""The service under which a keyring holds our entries."""
IN_KEYRING = "keyring:"
"""`token_file = "keyring:NAME"` names an entry of the keyring instead of a file."""
SERVERS = ("smtp", "imap", "audit")


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


class NotOurs(UsageError):
    """The secret of {name} is not kept by this tool."""

    code, why, do = "TD-0404", "it comes from {where}", "change it there, or set {key} to a file"


class Kind(StrEnum):
    """Where a secret comes from."""

    FILE = "file"
    CREDENTIAL = "systemd credential"
    COMMAND = "command"
    KEYRING = "keyring"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Source:
    """`detail` is a path, the program of a command or the name of a keyring's entry, and may be shown."""

    kind: Kind
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.detail}".rstrip()


@dataclass(frozen=True, slots=True)
class Named:
    """The secret of a platform or a server. `key` is where its file is configured; `needed`: nothing works without it."""

    name: str
    key: str
    what: str
    file: str
    command: str
    needed: bool

    @property
    def usual_file(self) -> str:
        """The file's name where none is configured."""
        return f"{self.name}.{'password' if self.name in SERVERS else 'token'}"


def named(config: Config, platforms: Iterable[str]) -> dict[str, Named]:
    """The secrets of these platforms and of the mail servers, by name."""
    tables = config.settings.platforms
    found = {name: _platform(name, tables.get(name, {})) for name in sorted(platforms)}
    smtp, imap, audit = config.settings.smtp, config.settings.imap, config.settings.audit.imap
    for name, table, server, needed in (
        ("smtp", "smtp", smtp, bool(smtp.user)),
        ("imap", "imap", imap, bool(imap.host and imap.user)),
        ("audit", "audit.imap", audit, bool(audit.host and audit.user)),
    ):
        file, command = server.password_file or "", server.password_command or ""
        found[name] = Named(name, f"{table}.password_file", f"the password of {table}", file, command, needed)
    return found


def _platform(name: str, table: dict[str, Any]) -> Named:
    file, command = str(table.get("token_file") or ""), str(table.get("token_command") or "")
    return Named(name, f"platforms.{name}.token_file", f"the token of {name}", file, command, table.get("channel") == "api")


def source(config: Config, file: str | None, command: str | None) -> Source:
    """Where `secret` would look; nothing is read. A relative file may be one of systemd's credentials, which wins."""
    if file and file.startswith(IN_KEYRING):
        return Source(Kind.KEYRING, file.removeprefix(IN_KEYRING))
    if file:
        held = os.environ.get("CREDENTIALS_DIRECTORY", "")
        credential = Path(held) / file
        if held and "/" not in file and credential.exists():
            return Source(Kind.CREDENTIAL, str(credential))
        return Source(Kind.FILE, str(config.path(file)))
    if command:
        return Source(Kind.COMMAND, command.split(maxsplit=1)[0])
    return Source(Kind.NOWHERE)


def secret(config: Config, file: str | None, command: str | None, what: str) -> str:
    """The secret's text without its line end; empty when nothing is configured. Raises CredentialsMissing, MissingExtra."""
    found = source(config, file, command)
    match found.kind:
        case Kind.FILE | Kind.CREDENTIAL:
            return _from_file(Path(found.detail), what)
        case Kind.KEYRING:
            return _from_keyring(found.detail, what)
        case Kind.COMMAND:
            return _from_command(command or "", config.folder, what)
        case Kind.NOWHERE:
            return ""


def keep(config: Config, one: Named, value: str) -> Source:
    """Keep a secret where the configuration has it, else in its usual file with mode 0600.

    Raises NotOurs, NoSecret, MissingExtra.
    """
    place, value = _own(config, one), _one_line(value, one.what)
    if place.kind is Kind.KEYRING:
        _in_keyring("set_password", place.detail, value, what=one.what)
    else:
        _write(Path(place.detail), value, one.what)
    return place


def drop(config: Config, one: Named) -> Source:
    """Remove a secret from where it is kept; one that is not there is fine. Raises NotOurs, NoSecret, MissingExtra."""
    place = _own(config, one)
    if place.kind is not Kind.KEYRING:
        try:
            Path(place.detail).unlink(missing_ok=True)
        except OSError as error:
            raise NoSecret(what=one.what, why_not=f"{place.detail}: {error.strerror}") from None
    elif _in_keyring("get_password", place.detail, what=one.what) is not None:
        _in_keyring("delete_password", place.detail, what=one.what)
    return place


def _own(config: Config, one: Named) -> Source:
    """The file or the keyring's entry that may be written."""
    place = source(config, one.file, one.command)
    if place.kind is Kind.NOWHERE:
        return Source(Kind.FILE, str(config.path(one.usual_file)))
    if place.kind in {Kind.COMMAND, Kind.CREDENTIAL}:
        raise NotOurs(name=one.name, where=f"a {place}", key=one.key)
    return place


def _write(path: Path, value: str, what: str) -> None:
    """A file that was never open to others, not even for a moment, and that a crash leaves as it was."""
    new = path.with_name(f".{path.name}.new")
    try:
        with suppress(FileNotFoundError):
            new.unlink()
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(value + "\n")
            out.flush()
            os.fsync(out.fileno())
        new.replace(path)
    except OSError as error:
        raise NoSecret(what=what, why_not=f"{path}: {error.strerror}") from None


def _from_file(path: Path, what: str) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise OpenToOthers(path=path)
        return _one_line(path.read_text(encoding="utf-8"), what)
    except UnicodeDecodeError:
        raise NoSecret(what=what, why_not=f"{path}: it is not UTF-8 text") from None
    except OSError as error:
        raise NoSecret(what=what, why_not=f"{path}: {error.strerror}") from None


def _from_command(command: str, folder: Path, what: str) -> str:
    try:
        done = subprocess.run(shlex.split(command), cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise NoSecret(what=what, why_not=f"the command failed ({type(error).__name__})") from None
    return _one_line(done.stdout, what)


def _from_keyring(entry: str, what: str) -> str:
    found = _in_keyring("get_password", entry, what=what)
    if found is None:
        raise NoSecret(what=what, why_not=f"the keyring has no entry {entry} of {SERVICE}")
    return _one_line(found, what)


def _in_keyring(verb: str, entry: str, *values: str, what: str) -> Any:
    """One call of the keyring library, which is an extra and fails on servers without a session."""
    try:
        keyring, errors = import_module("keyring"), import_module("keyring.errors")
    except ImportError:
        raise MissingExtra(what=f"{what} in the keyring", extra="keyring") from None
    try:
        return getattr(keyring, verb)(SERVICE, entry, *values)
    except errors.KeyringError as error:
        raise NoSecret(what=what, why_not=f"the keyring cannot be used ({type(error).__name__})") from None


def _one_line(text: str, what: str) -> str:
    found = text.strip()
    if not found or any(not c.isprintable() for c in found):
        raise NoSecret(what=what, why_not="it must be one line of printable text")
    return found
