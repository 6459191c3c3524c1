"""What a desk needs before it can work, looked at one by one. Nothing is sent; with `online`, connections are tried."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection, text

from takedown.approval import approvers
from takedown.comparing import last_compared
from takedown.contract import Channel, TakedownError
from takedown.delivery.timestamps import check_authorities
from takedown.desk import Desk, NoSuchPlatform
from takedown.heads import copies, require_outside, was_written
from takedown.ledger.ids import load_secret
from takedown.planning.destinations import bounds, check_address, check_url
from takedown.secrets import secret
from takedown.transport.trust import Speaks, trust

LOW_DISK = 200_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """`mark`: ok, look (works, but) or bad; `exit` is the code that a bad one ends with."""

    mark: str
    what: str
    detail: str
    do: str = ""
    exit: int = 0


def look(desk: Desk, *, online: bool) -> Iterator[Finding]:
    yield from _configuration(desk)
    yield from _ledger(desk)
    yield from _packs(desk)
    yield from (Finding("look", f"plugin {one.name}", one.why, "mend or uninstall it") for one in desk.registry.broken)
    for name in desk.registry.platforms:
        yield from _platform(desk, name, online)
    for name in sorted(desk.settings.platforms.keys() - desk.registry.platforms.keys()):
        yield _of(f"platforms.{name}", NoSuchPlatform(name=repr(name), known=", ".join(desk.registry.platforms)))


def _of(what: str, error: TakedownError) -> Finding:
    story = error.as_dict()
    return Finding("bad", what, f"{error.message}: {story['why']}", str(story["do"]), error.exit)


def _configuration(desk: Desk) -> Iterator[Finding]:
    settings, authority = desk.settings, desk.settings.authority
    yield Finding("ok", "environment", settings.environment)
    missing = [name for name in ("name", "unit", "contact", "email", "country") if not getattr(authority, name)]
    if missing:
        yield Finding(
            "bad", "authority", f"no {', '.join(missing)}: nothing is sent anonymously", "fill in [authority] in takedown.toml", 2
        )
    else:
        yield Finding("ok", "authority", f"{authority.name}, {authority.country}")
    if named := desk.config.ca_file:
        yield _trusted(named)
    try:
        policy = desk.policy
        names = {one.name for one in approvers(policy.approvers)}
    except TakedownError as error:
        yield _of("policy", error)
        return
    yield Finding("ok", "policy", f"{desk.in_force.origin}, {desk.in_force.hash[:12]}")
    if policy.approvals == 0:
        yield Finding("look", "approvals", "0: whoever plans also sends; only the sandbox allows this")
    elif len(names) < policy.approvals:
        needs = f"{policy.approvals} must sign, {len(names)} configured"
        do = "add NAME and a key of ssh-keygen -t ed25519 to policy.approvers"
        yield Finding("bad", "approvers", needs, do, 7)
    elif len(names) == policy.approvals:
        yield Finding("look", "approvers", f"{', '.join(sorted(names))}: none of them can plan and still have it approved")
    else:
        yield Finding("ok", "approvers", ", ".join(sorted(names)))


def _trusted(ca_file: Path) -> Finding:
    try:
        trust(Speaks.HTTP, ca_file)
    except TakedownError as error:
        return _of("certificates", error)
    return Finding("ok", "certificates", f"those of {ca_file}, instead of the system's")


def _ledger(desk: Desk) -> Iterator[Finding]:
    try:
        load_secret(desk.ledger.secret_path)
        yield Finding("ok", "ledger secret", "only its owner can read it")
    except TakedownError as error:
        yield _of("ledger secret", error)
    with desk.ledger.read() as db:
        if db.dialect.name == "sqlite":
            mode = db.execute(text("PRAGMA journal_mode")).scalar()
            sync = db.execute(text("PRAGMA synchronous")).scalar()
            fine = mode == "wal" and sync == 2
            yield Finding(
                "ok" if fine else "bad",
                "ledger",
                f"SQLite, {mode}, synchronous {'FULL' if sync == 2 else sync}",
                exit=0 if fine else 12,
            )
        else:
            yield _server(db)
            yield _clock(desk)
    yield _heads(desk)
    free = shutil.disk_usage(desk.ledger.folder).free
    yield Finding("ok" if free > LOW_DISK else "look", "disk", f"{free / 1e9:.1f} GB free")
    if desk.ledger.setting("halted"):
        yield Finding("look", "kill switch", "sending is halted", "takedown unhalt --as NAME")


def _server(db: Connection) -> Finding:
    """A replica for which commits do not wait lacks the last of them when it takes over."""
    facts = "SHOW server_version", "SHOW synchronous_standby_names", "SELECT count(*) FROM pg_stat_replication"
    version, waited_for, replicas = (db.execute(text(one)).scalar() for one in facts)
    name = f"PostgreSQL {str(version).split(' ')[0]}"
    if replicas and not waited_for:
        what = f"{name}; commits do not wait for its replica, and a failover would forget what was sent"
        return Finding("look", "ledger", what, "set synchronous_standby_names on the server")
    return Finding("ok", "ledger", f"{name}, commits wait for {waited_for}" if waited_for else name)


def _clock(desk: Desk) -> Finding:
    from takedown.delivery.drift import FAR, ahead

    seconds = ahead(desk)
    if abs(seconds) <= FAR:
        return Finding("ok", "clock", "as the server's")
    way = "ahead of" if seconds > 0 else "behind"
    return Finding("look", "clock", f"{abs(seconds):.0f} s {way} the server's; no worker starts here", "timedatectl set-ntp true")


def _heads(desk: Desk) -> Finding:
    """Where heads of the chain go. Whoever may write the ledger and every copy can rewrite the past unseen."""
    audit = desk.settings.audit
    try:
        copies(desk)
        check_authorities(desk)
        require_outside(desk)
    except TakedownError as error:
        return _of("heads", error)
    if desk.live and not audit.head_key:
        return Finding("look", "heads", "unsigned: anybody could write one", "set [audit] head_key")
    never = [one.copy for one in last_compared(desk) if one.copy.startswith("mail:") and not one.at]
    if never and was_written(desk):
        do = "takedown audit compare FILE, with what arrived there; or set [audit.imap]"
        return Finding("look", "heads", f"{', '.join(never)}: never compared with the ledger", do)
    return Finding("ok", "heads", ", ".join(audit.copies) or "beside the ledger")


def _packs(desk: Desk) -> Iterator[Finding]:
    try:
        packs = desk.packs
    except TakedownError as error:
        yield _of("packs", error)
        return
    unverified = sorted(name for name, pack in packs.items() if not pack.verified)
    yield Finding("ok", "packs", ", ".join(sorted(packs)))
    if unverified:
        yield Finding("look", "unverified packs", ", ".join(unverified), "takedown packs show PACK")


def _platform(desk: Desk, name: str, online: bool) -> Iterator[Finding]:
    if name not in desk.settings.platforms:
        return
    try:
        channel = desk.channel(name)
        settings = desk.terms(name)
        match channel:
            case Channel.API:
                where = check_url(settings.base_url, name, bounds(desk))
                secret(desk.config, settings.token_file, settings.token_command, f"the token of {name}")
            case Channel.EMAIL:
                where = check_address(settings.to or "", name, bounds(desk))
            case Channel.PORTAL:
                where = "filed by hand"
    except TakedownError as error:
        yield _of(name, error)
        return
    yield Finding("ok", name, f"{channel.value}: {where}")
    if online and channel is not Channel.PORTAL:
        host, port = _endpoint(desk, channel, where)
        yield _reach(name, host, port)


def _endpoint(desk: Desk, channel: Channel, where: str) -> tuple[str, int]:
    if channel is Channel.EMAIL:
        return desk.settings.smtp.host, desk.settings.smtp.port
    parts = urlsplit(where)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _reach(name: str, host: str, port: int) -> Finding:
    try:
        with socket.create_connection((host, port), timeout=5):
            return Finding("ok", f"{name} reachable", f"{host}:{port}")
    except OSError as error:
        return Finding("bad", f"{name} reachable", f"{host}:{port}: {error}", "is it up, and is the address right?", 5)
