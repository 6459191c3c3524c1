"""Configuration: flags > environment > project file > user file > defaults, each value with its origin."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from platformdirs import user_config_path
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from takedown.contract import Authority, PlatformSettings, TakedownError, span
from takedown.policy.schema import Policy, Section

PROJECT_FILE = "takedown.toml"


class BadConfiguration(TakedownError):
    """The configuration is not valid: {what}."""

    code, exit = "TD-0301", 2
    why, do = "{why}", "takedown config show --origin"


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
    port: int = 25
    starttls: Literal["auto", "implicit"] = "auto"
    user: str = ""
    password_file: str | None = None
    password_command: str | None = None
    deadline: str = "60s"


class ImapSection(Section):
    host: str = ""
    port: int = 993
    user: str = ""
    password_file: str | None = None
    password_command: str | None = None
    authserv_id: str = ""
    folder: str = "INBOX"
    sent_folder: str = ""


class NetworkSection(Section):
    proxy: str | None = None
    ca_file: str | None = None


class AuditSection(Section):
    head_key: str = ""
    copies: tuple[str, ...] = ()


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
    fresh: str = Field(default="1h", description="How long a look is good for; older ones are taken again before sending")

    @field_validator("fresh")
    @classmethod
    def _span(cls, value: str) -> str:
        span(value)
        return value


class OversightSection(Section):
    policy: str = "policy.toml"


class SandboxSection(Section):
    time_scale: float = Field(default=1, gt=0)


class PacksSection(Section):
    folder: str = ""
    forms: str = ""


class Settings(BaseSettings):
    """The whole configuration. Platform tables are checked by their adapters' own `Settings`."""

    model_config = SettingsConfigDict(
        env_prefix="TAKEDOWN_", env_nested_delimiter="__", extra="ignore", frozen=True, validate_default=False
    )

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
    packs: PacksSection = PacksSection()
    observe: ObserveSection = ObserveSection()
    sandbox: SandboxSection = SandboxSection()
    oversight: OversightSection = OversightSection()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings  # the files' merged contents come as init values: the environment wins

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


def load(file: Path | None = None) -> Config:
    """Read the files and the environment. Raises BadConfiguration."""
    project = file or Path(os.environ.get("TAKEDOWN_CONFIG") or PROJECT_FILE)
    user = user_config_path("takedown") / PROJECT_FILE
    if file is not None and not file.exists():
        raise BadConfiguration(what=f"{file} does not exist", why="--config names it")
    layers = [(str(user), _toml(user)), (str(project), _toml(project))]
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, layer in layers:
        _merge(merged, layer)
        origins.update(dict.fromkeys(_dotted(layer), origin))
    _refuse_unknown(merged, project)
    try:
        settings = Settings(**merged)
    except ValidationError as error:
        raise BadConfiguration(what=_sentence(error), why="a key is unknown, missing or of the wrong kind") from None
    origins.update({name: f"environment {variable}" for variable, name in _environment_names()})
    return Config(settings, project.resolve().parent, project, origins)


def platform_settings(model: type[PlatformSettings], name: str, table: Mapping[str, Any]) -> PlatformSettings:
    """`[platforms.NAME]` checked by its adapter. Raises BadConfiguration."""
    try:
        return model(**table)
    except ValidationError as error:
        raise BadConfiguration(what=f"platforms.{name}: {_sentence(error)}", why="its adapter knows no such value") from None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfiguration(what=f"{path}: {error}", why="the file is not TOML") from None
    except OSError as error:
        raise BadConfiguration(what=f"{path}: {error.strerror}", why="the file cannot be read") from None


def _refuse_unknown(table: Mapping[str, Any], file: Path) -> None:
    unknown = sorted(set(table) - set(Settings.model_fields))
    if unknown:
        raise BadConfiguration(
            what=f"{file}: unknown key {', '.join(unknown)}", why="known are " + ", ".join(Settings.model_fields)
        )


def _merge(into: dict[str, Any], layer: Mapping[str, Any]) -> None:
    for key, value in layer.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], cast("dict[str, Any]", value))
        else:
            into[key] = value


def _dotted(table: Mapping[str, Any], prefix: str = "") -> list[str]:
    names: list[str] = []
    for key, value in table.items():
        names += _dotted(cast("dict[str, Any]", value), f"{prefix}{key}.") if isinstance(value, dict) else [f"{prefix}{key}"]
    return names


def _environment_names() -> list[tuple[str, str]]:
    found = [v for v in os.environ if v.startswith("TAKEDOWN_")]
    names = [(v, v.removeprefix("TAKEDOWN_").lower().replace("__", ".")) for v in sorted(found)]
    return [(v, n) for v, n in names if n.split(".")[0] in Settings.model_fields]


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"].removeprefix("Value error, ")


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
