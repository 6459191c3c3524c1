"""Entry points -> platforms, and the one front door that says what a pasted line points to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from takedown.contract import NotATarget, Platform, Reason, Target, Url, parse_url, plain_link, refang

GROUP = "takedown.platforms"


@dataclass(frozen=True, slots=True)
class Broken:
    """A plugin that cannot be used, and why in one line."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Registry:
    """Every installed platform by name, in alphabetical order, and the plugins that could not be loaded."""

    platforms: Mapping[str, type[Platform]]
    broken: tuple[Broken, ...] = ()


def load() -> Registry:
    """The installed platforms. Never raises for a plugin's fault: that plugin becomes a `Broken`."""
    claims: dict[str, list[EntryPoint]] = {}
    for point in sorted(entry_points(group=GROUP)):
        claims.setdefault(point.name, []).append(point)
    found = {name: _only(points) for name, points in claims.items()}
    return Registry(
        {name: made for name, made in found.items() if not isinstance(made, Broken)},
        tuple(made for made in found.values() if isinstance(made, Broken)),
    )


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


def _only(points: list[EntryPoint]) -> type[Platform] | Broken:
    point, *others = points
    if others:
        # Whichever came first would decide where removal requests go, so a contested name belongs to nobody.
        return Broken(point.name, f"claimed by {' and by '.join(p.value for p in points)}; uninstall all but one")
    try:
        made: object = point.load()
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything on import, SystemExit included
        return Broken(point.name, f"{point.value}: {type(error).__name__}: {error}".splitlines()[0])
    return _usable(point, made)


def _usable(point: EntryPoint, made: object) -> type[Platform] | Broken:
    if not (isinstance(made, type) and issubclass(made, Platform)):
        return Broken(point.name, f"{point.value} is not a takedown.contract.Platform")
    if missing := sorted(made.__abstractmethods__):
        return Broken(point.name, f"{point.value} does not define {', '.join(missing)}")
    if unset := [fact for fact in ("name", "title", "hosts", "channels") if not getattr(made, fact, None)]:
        return Broken(point.name, f"{point.value} has no {', '.join(unset)}")
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
