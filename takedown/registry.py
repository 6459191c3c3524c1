"""Entry points -> platforms, and the one front door that says what a pasted line points to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.metadata import EntryPoint, entry_points

from takedown.contract import NotATarget, Platform, Reason, Target, Url, parse_url, plain_link, refang
from takedown.plugins import NotHashed, files_hash, holds_module

GROUP = "takedown.platforms"
OWN = "takedown_platforms"
MANY = frozenset({"accounts", "cookies", "identities", "proxies", "proxy", "senders", "sessions", "tokens", "user_agents"})
"""Settings that only a sender in disguise has a use for."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A plugin that cannot be used, and why in one line."""

    name: str
    why: str


Claim = Callable[[], "type[Platform] | Broken"]
"""Loads what an entry point names."""


class Registry:
    """Every installed platform by name, in alphabetical order, and the plugins that could not be loaded.

    One is imported when it is first asked for: what is sent needs its own platforms, and not all.
    """

    def __init__(self, claims: Mapping[str, Claim]) -> None:
        self.platforms = Installed(claims)

    @property
    def broken(self) -> tuple[Broken, ...]:
        return tuple(made for made in map(self.platforms.found, self.platforms.claimed) if isinstance(made, Broken))


class Installed(Mapping[str, "type[Platform]"]):
    """The platforms that can be used; of a broken one it says, as of one that nobody claims, that it is not there."""

    def __init__(self, claims: Mapping[str, Claim]) -> None:
        self.claimed = claims
        self._made: dict[str, type[Platform] | Broken] = {}

    def found(self, name: str) -> type[Platform] | Broken:
        """What an entry point's name stands for. Raises KeyError for one that nobody claims."""
        if name not in self._made:
            self._made[name] = self.claimed[name]()
        return self._made[name]

    def __getitem__(self, name: str) -> type[Platform]:
        made = self.found(name)
        if isinstance(made, Broken):
            raise KeyError(name)
        return made

    def __iter__(self) -> Iterator[str]:
        return (name for name in self.claimed if not isinstance(self.found(name), Broken))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def load(listed: Mapping[str, str] | None = None) -> Registry:
    """The installed platforms. Never raises for a plugin's fault: that plugin becomes a `Broken`.

    `listed`: distribution -> sha256 of its files; a plugin of another one is not even imported. None takes every plugin.
    """
    claims: dict[str, list[EntryPoint]] = {}
    for point in sorted(entry_points(group=GROUP)):
        claims.setdefault(point.name, []).append(point)
    return Registry({name: partial(_only, points, listed) for name, points in claims.items()})


def recognise(text: str, platforms: Mapping[str, Platform]) -> Target | NotATarget:
    """What a pasted line points to, by grammar alone; defanged links (`hxxp`, `[.]`) are read."""
    return Recogniser(platforms)(text)


class Recogniser:
    """`recognise` for many lines: who owns a link depends on its scheme and host, and is asked once for each."""

    def __init__(self, platforms: Mapping[str, Platform]) -> None:
        self._platforms = platforms
        self._owner = lru_cache(maxsize=1024)(self._find)

    def __call__(self, text: str) -> Target | NotATarget:
        url = plain_link(text) or parse_url(refang(text))
        if isinstance(url, NotATarget):
            return url
        owner = self._owner(url.scheme, url.host)
        return owner.recognise(url) if owner else _stranger(url, self._platforms)

    def _find(self, scheme: str, host: str) -> Platform | None:
        link = Url(f"{scheme}://{host}", scheme, host, (), {})
        return next((platform for platform in self._platforms.values() if platform.owns(link)), None)


def _only(points: list[EntryPoint], listed: Mapping[str, str] | None) -> type[Platform] | Broken:
    point, *others = points
    if others:
        # Whichever came first would decide where removal requests go, so a contested name belongs to nobody.
        return Broken(point.name, f"claimed by {' and by '.join(p.value for p in points)}; uninstall all but one")
    if listed is not None and (why := _unlisted(point, listed)):
        return Broken(point.name, why)
    try:
        made: object = point.load()
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything on import, SystemExit included
        return Broken(point.name, f"{point.value}: {type(error).__name__}: {error}".splitlines()[0])
    return _usable(point, made)


def _unlisted(point: EntryPoint, listed: Mapping[str, str]) -> str:
    """Why a plugin may not be loaded, or an empty string. Who can change our own can change this line as well."""
    if point.module.partition(".")[0] == OWN:
        return ""
    if point.dist is None:
        return f"{point.value} belongs to no distribution; it was not loaded"
    dist, name = point.dist, point.dist.name
    try:
        found = files_hash(dist)
    except NotHashed as error:
        return f"{name} cannot be told by its files: {error}; it was not loaded"
    if name not in listed:
        return f"the policy does not list {name} under plugins (its files: {found}); it was not loaded"
    if found != listed[name]:
        return f"{name} is not the one that the policy lists (its files: {found}); it was not loaded"
    return "" if holds_module(dist, point.module) else f"{point.module} is not among the files of {name}; it was not loaded"


def _usable(point: EntryPoint, made: object) -> type[Platform] | Broken:
    if not (isinstance(made, type) and issubclass(made, Platform)):
        return Broken(point.name, f"{point.value} is not a takedown.contract.Platform")
    if missing := sorted(made.__abstractmethods__):
        return Broken(point.name, f"{point.value} does not define {', '.join(missing)}")
    if unset := [fact for fact in ("name", "title", "hosts", "channels") if not getattr(made, fact, None)]:
        return Broken(point.name, f"{point.value} has no {', '.join(unset)}")
    if unsourced := [channel.value for channel, terms in made.channels.items() if not terms.source]:
        return Broken(point.name, f"{point.value} names no source for its channel {', '.join(unsourced)}")
    if many := sorted(MANY & made.Settings.model_fields.keys()):
        return Broken(point.name, f"{point.value} has settings for several identities ({', '.join(many)}); an authority has one")
    if made.name != point.name:
        return Broken(point.name, f"{point.value} calls itself {made.name}, its entry point {point.name}")
    return made


def _stranger(url: Url, platforms: Mapping[str, Platform]) -> NotATarget:
    for platform in platforms.values():
        if url.host in platform.mirrors:
            hint = f"{url.host} is somebody else's mirror of {platform.title}; give the link on {platform.title} itself."
            return NotATarget(Reason.MIRROR, hint)
    where = url.host if url.scheme in {"http", "https"} else f"{url.scheme}:{url.host}"
    return NotATarget(Reason.HOST, f"No platform here owns {where}.")
