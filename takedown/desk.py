"""One desk at work: configuration, ledger, platforms, packs, clock, and who acts. Everything else is given this value."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from takedown.clock import Clock, SystemClock
from takedown.contract import Channel, InputRejected, Platform, PlatformSettings, RefusedByPolicy, UsageError
from takedown.ledger.canonical import canonical
from takedown.ledger.oversight import pinned
from takedown.ledger.setup import open_ledger
from takedown.ledger.store import Ledger
from takedown.policy.schema import Policy
from takedown.policy.signed import InForce, SaidElsewhere, read_signed
from takedown.registry import Registry, load
from takedown.settings import Config, Settings, platform_settings
from takedown.sources import fingerprint_now

if TYPE_CHECKING:
    from takedown.notices import Packs


class NoSuchPlatform(UsageError):
    """There is no platform called {name}."""

    code, why, do = "TD-0004", "known are {known}", "takedown platforms"


class ChannelBarred(RefusedByPolicy):
    """{platform}: the {channel} channel cannot be used."""

    code, why, do = "TD-0712", "{why}", "takedown platforms {platform}"


@dataclass
class Desk:
    """`who` is the acting person's name."""

    config: Config
    ledger: Ledger
    who: str
    clock: Clock
    proven: dict[int, bytes] = field(default_factory=dict[int, bytes])
    """Plans of withdrawals that this process has drafted anew, and of what they were made then."""

    @property
    def settings(self) -> Settings:
        return self.config.settings

    @property
    def folder(self) -> Path:
        return self.config.folder

    @property
    def live(self) -> bool:
        return self.settings.environment == "live"

    @property
    def policy(self) -> Policy:
        """The policy that counts. Raises what `in_force` raises."""
        return self.in_force.policy

    @cached_property
    def in_force(self) -> InForce:
        """In the sandbox `[policy]` of takedown.toml, in live nothing but the file that the oversight key signed.

        Raises SaidElsewhere, NoOversight, NotInForce, BadPolicy.
        """
        if not self.live:
            said = self.settings.policy
            text = canonical(said.model_dump(mode="json", exclude_defaults=True))
            return InForce(said, hashlib.sha256(text.encode()).hexdigest(), str(self.config.file))
        file = self.config.path(self.settings.oversight.policy)
        if "policy" in self.settings.model_fields_set:
            raise SaidElsewhere(file=file)
        return read_signed(file, pinned(self.ledger), self.clock.now())

    def read_policy_again(self) -> None:
        """Forget the policy that was read: a process that runs for days must see the one that counts now."""
        self.__dict__.pop("in_force", None)

    @cached_property
    def registry(self) -> Registry:
        """The platforms; in live only our own and plugins that the policy lists, none where no policy is in force."""
        if not self.live:
            return load()
        try:
            return load(self.policy.plugins)
        except (RefusedByPolicy, InputRejected):
            return load({})

    @cached_property
    def packs(self) -> Packs:
        from takedown.notices import load_packs  # what is planned needs them; what is sent does not

        return load_packs(self._pack_folders)

    @property
    def _pack_folders(self) -> list[Path]:
        folder = self.settings.packs.folder
        return [self.config.path(folder)] if folder else []

    @cached_property
    def _platforms(self) -> dict[str, Platform]:
        return {}

    def platform(self, name: str) -> Platform:
        """The adapter with its validated settings. Raises NoSuchPlatform, BadConfiguration."""
        if name not in self._platforms:
            known = self.registry.platforms
            if name not in known:
                raise NoSuchPlatform(name=repr(name), known=", ".join(sorted(known)))
            table = self.settings.platforms.get(name, {})
            self._platforms[name] = known[name](platform_settings(known[name].Settings, name, table))
        return self._platforms[name]

    def terms(self, name: str) -> PlatformSettings:
        return self.platform(name).settings

    def channel(self, name: str) -> Channel:
        """The configured channel, or the platform's real one. Raises ChannelBarred."""
        platform = self.platform(name)
        channel = platform.settings.channel or platform.default_channel
        if why := platform.barred(channel):
            raise ChannelBarred(platform=name, channel=channel, why=why)
        return channel

    def policy_hash(self) -> str:
        """sha256 over the policy in force; part of every plan's digest."""
        return self.in_force.hash

    def inputs_hash(self, platforms: list[str], packs: list[str]) -> str:
        """sha256 over everything but the cases that shaped a plan's bytes; a plan is stale when it changes."""
        settings = self.settings
        shaped: dict[str, Any] = {
            "policy": self.policy_hash(),
            "authority": settings.authority.model_dump(mode="json"),
            "packs": {name: self._fingerprint(name) for name in sorted(packs)},
            "platforms": {name: self._shape(name) for name in sorted(platforms)},
        }
        return hashlib.sha256(canonical(shaped).encode()).hexdigest()

    def _fingerprint(self, pack: str) -> str:
        """Of a pack as it lies there; loading all of them takes as long as the rest of what is looked at before sending."""
        return fingerprint_now(pack, self._pack_folders) or self.packs[pack].fingerprint

    def _shape(self, name: str) -> dict[str, Any]:
        own = self.terms(name).model_dump(mode="json")
        pacing = {
            "rate",
            "settle",
            "key_life",
            "deadline",
            "breaker",
            "token_file",
            "token_command",
            "idempotency",
            "search",
            "reply_domains",
            "resubmit_per_day",
        }
        return {key: value for key, value in own.items() if key not in pacing and not key.startswith("probe")}


def open_desk(config: Config, who: str, clock: Clock | None = None) -> Desk:
    """Open the configured ledger. Raises what `open_ledger` raises."""
    settings = config.settings
    ledger = open_ledger(settings.ledger.url, config.folder, settings.environment, clock)
    return Desk(config, ledger, who, clock or SystemClock())
