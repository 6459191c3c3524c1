"""Configuration: flags > environment > project file > user file > defaults, each value with its origin."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from takedown.contract import Authority, PlatformSettings, span
from takedown.layers import BadConfiguration, read_layers
from takedown.policy.schema import Policy, Section


class AuthoritySection(Section):
    name: str = ""
    unit: str = ""
    contact: str = ""
    email: str = ""
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")

    def value(self) -> Authority:
        return Authority(self.name, self.unit, self.contact, self.email, self.country)


class LedgerSection(Section):
    url: str = "sqlite:///takedown.db"


class SmtpSection(Section):
    host: str = "127.0.0.1"
    port: int = Field(default=25, ge=1, le=65_535)
    starttls: Literal["auto", "implicit"] = "auto"
    user: str = ""
    password_file: str | None = None
    password_command: str | None = None
    deadline: str = "60s"


class MailboxSection(Section):
    host: str = ""
    port: int = Field(default=993, ge=1, le=65_535)
    user: str = ""
    password_file: str | None = None
    password_command: str | None = None
    folder: str = "INBOX"


class ImapSection(MailboxSection):
    authserv_id: str = ""
    sent_folder: str = ""


class NetworkSection(Section):
    proxy: str | None = None
    ca_file: str | None = None

    @field_validator("proxy")
    @classmethod
    def _proxy(cls, value: str | None) -> str | None:
        if not value:
            return None
        try:
            parts = urlsplit(value)
            right = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or 1) and value.isascii()
        except ValueError:
            right = False
        if not right:  # and not said what it is: it may hold a password
            raise ValueError("a proxy is given as http://HOST:PORT, or http://NAME:WORD@HOST:PORT")
        return value


class AuditSection(Section):
    head_key: str = ""
    copies: tuple[str, ...] = ()
    tsa_certificate: str = Field(default="", description="PEM file with the certificates that time-stamps must lead to")
    imap: MailboxSection = Field(default=MailboxSection(), description="The mailbox that heads are mailed to, read on each start")


class RetentionSection(Section):
    evidence: str = Field(default="", description="How long after a case was closed its files are kept; empty: for ever")
    originals: str = Field(default="", description="How long the original of a redacted copy is kept; empty: as other evidence")
    access: str = Field(default="", description="How long notes of who looked are kept; empty: for ever")


class PlanSection(Section):
    valid_for: str = "72h"

    @field_validator("valid_for")
    @classmethod
    def _span(cls, value: str) -> str:
        span(value)
        return value


class ObserveSection(Section):
    country: str = Field(
        default="", pattern=r"^([A-Z]{2})?$", description="Where our network is; default: the authority's country"
    )
    pictures: Literal["none", "missing", "all"] = Field(
        default="none", description="Of which looks a picture is kept: those that find a target missing, or all; extra capture"
    )
    browser: str = Field(default="", description="The path of Chromium; default: the one that is found")
    fresh: str = Field(default="1h", description="How long a look is good for; older ones are taken again before sending")

    @field_validator("fresh")
    @classmethod
    def _span(cls, value: str) -> str:
        span(value)
        return value


class SigningSection(Section):
    key: str = Field(default="", description="Your OpenSSH Ed25519 key; without it an ssh-agent signs")


class OversightSection(Section):
    policy: str = "policy.toml"


class FleetSection(Section):
    """When workers do by themselves what a person or cron would start (minute hour day month weekday); lanes at once."""

    lanes: int = Field(default=8, ge=1, le=64)
    sync: str = "*/15 * * * *"
    mail: str = "*/10 * * * *"
    verify: str = "7 * * * *"
    resubmit: str = "23 6 * * *"
    older_than: str = "72h"
    withdrawals: str = "*/5 * * * *"
    emergencies: str = "*/5 * * * *"
    deadlines: str = "0 7 * * *"

    @field_validator("older_than")
    @classmethod
    def _span(cls, value: str) -> str:
        span(value)
        return value


class SandboxSection(Section):
    time_scale: float = Field(default=1, gt=0)


class PacksSection(Section):
    folder: str = ""
    forms: str = ""


class Settings(BaseModel):
    """The whole configuration. Platform tables are checked by their adapters' own `Settings`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    environment: Literal["sandbox", "live"] = "sandbox"
    authority: AuthoritySection = AuthoritySection()
    ledger: LedgerSection = LedgerSection()
    policy: Policy = Policy()
    platforms: dict[str, dict[str, Any]] = Field(default_factory=dict)
    smtp: SmtpSection = SmtpSection()
    imap: ImapSection = ImapSection()
    network: NetworkSection = NetworkSection()
    audit: AuditSection = AuditSection()
    plan: PlanSection = PlanSection()
    retention: RetentionSection = RetentionSection()
    packs: PacksSection = PacksSection()
    observe: ObserveSection = ObserveSection()
    fleet: FleetSection = FleetSection()
    sandbox: SandboxSection = SandboxSection()
    oversight: OversightSection = OversightSection()
    signing: SigningSection = SigningSection()

    @model_validator(mode="after")
    def _environment(self) -> Settings:
        if self.environment == "live":
            if self.policy.approvals < 1:
                raise ValueError("live needs policy.approvals of at least 1")
            if self.sandbox.time_scale != 1:
                raise ValueError("sandbox.time_scale has no place in live")
            if not (self.authority.name and self.authority.contact and self.authority.email and self.authority.country):
                raise ValueError("live needs authority.name, contact, email and country: nothing is sent anonymously")
        return self


@dataclass(frozen=True)
class Config:
    """Settings with the folder that relative paths start from, and where each value came from (dotted name -> origin)."""

    settings: Settings
    folder: Path
    file: Path
    origins: Mapping[str, str]

    def path(self, text: str) -> Path:
        return self.folder / Path(text).expanduser()

    @property
    def ca_file(self) -> Path | None:
        """The private certificate authority that is trusted instead of the system's."""
        name = self.settings.network.ca_file
        return self.path(name) if name else None


def load(file: Path | None = None) -> Config:
    """Read the files and the environment. Raises BadConfiguration."""
    found = read_layers(file)
    _refuse_unknown(found.table, found.file)
    variables = _environment_names()
    try:
        settings = _model(bool(variables))(**found.table)
    except ValidationError as error:
        raise BadConfiguration(what=_sentence(error), why="a key is unknown, missing or of the wrong kind") from None
    except ValueError as error:  # pydantic-settings' own error is one, and its name would cost the loading of it
        raise BadConfiguration(what=f"environment: {error}", why="a list or a table is written as JSON there") from None
    environment = {name: f"environment {variable}" for variable, name in variables}
    return Config(settings, found.folder, found.file, {**found.origins, **environment})


def _model(varied: bool) -> type[Settings]:
    """`varied`: the environment says something, too."""
    if not varied:
        return Settings
    from takedown.variables import VariedSettings  # pydantic-settings takes ten times as long to load as Python to start

    return VariedSettings


def platform_settings(model: type[PlatformSettings], name: str, table: Mapping[str, Any]) -> PlatformSettings:
    """`[platforms.NAME]` checked by its adapter. Raises BadConfiguration."""
    try:
        return model(**table)
    except ValidationError as error:
        raise BadConfiguration(what=f"platforms.{name}: {_sentence(error)}", why="its adapter does not take it") from None


def _refuse_unknown(table: Mapping[str, Any], file: Path) -> None:
    unknown = sorted(set(table) - set(Settings.model_fields))
    if unknown:
        raise BadConfiguration(
            what=f"{file}: unknown key {', '.join(unknown)}", why="known are " + ", ".join(Settings.model_fields)
        )


def _environment_names() -> list[tuple[str, str]]:
    found = [v for v in os.environ if v.upper().startswith("TAKEDOWN_")]
    names = [(v, v.upper().removeprefix("TAKEDOWN_").lower().replace("__", ".")) for v in sorted(found)]
    return [(v, n) for v, n in names if n.split(".")[0] in Settings.model_fields]


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    what = WANTED.get(first["type"], first["msg"].removeprefix("Value error, "))
    return f"{where}: {what}" if where else what


WANTED = {
    "extra_forbidden": "there is no such key",
    "missing": "it is missing",
    "tuple_type": 'a list is wanted, as in ["one", "two"]',
    "string_type": 'text in quotes is wanted, as in "one"',
    "dict_type": "a table is wanted",
    "model_type": "a table is wanted",
    "bool_type": "true or false is wanted",
    "bool_parsing": "true or false is wanted",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number is wanted"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number is wanted"),
}
"""The kinds of pydantic's errors that say "tuple", "dictionary" or "input", in the words of who writes the file."""


STARTER = """\
# Configuration of takedown. A sandbox reaches this machine only; `live` needs approvals and https endpoints.
environment = "sandbox"

[authority]
name = "Example Authority"
unit = "Online Harms Desk"
contact = "Duty officer"
email = "desk@authority.example"
country = "PK"

[policy]
approvals = 1          # people other than the planner who must sign; 0 only in the sandbox
approvers = [
  # "alice ssh-ed25519 AAAA...",
  # "bilal ssh-ed25519 AAAA...",
]
max_cases_per_plan = 2000

# One table a platform; without it the platform's portal is used. `takedown platforms NAME` lists the keys.
# [platforms.tiktok]
# channel = "api"
# base_url = "http://127.0.0.1:9001/tiktok"
# token_file = "tiktok.token"
# rate = "5/s"
# idempotency = true
"""
