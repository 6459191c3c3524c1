"""`takedown platforms`: what the adapters say of themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from takedown.cli.context import current
from takedown.cli.installed import installed
from takedown.contract import Channel, ChannelTerms, Platform, UsageError
from takedown.display import Answer, Block, Column, Facts, Prose, Table
from takedown.planning.forms import form_for, write_form
from takedown.registry import Registry
from takedown.settings import platform_settings

app = typer.Typer()

NO_PUBLIC_API = (
    "No platform offers a public API for legal removal. The api channel is an intake endpoint that the platform, a partner or a "
    "national gateway grants; without one, a request goes by e-mail or through the platform's own form."
)
CHANNELS = [
    Column("channel"),
    Column("cases", number=True),
    Column("pace"),
    Column("as of"),
    Column("source", 1),
]
OVERVIEW = [Column("platform"), Column("channel"), *CHANNELS[1:]]
BROKEN = [Column("plugin"), Column("why it is not used")]


@app.command()
def platforms(
    name: Annotated[str | None, typer.Argument(help="One platform, with its settings")] = None,
    form: Annotated[
        bool, typer.Option("--form", help="The layout of its portal's form that is in force, as TOML to start your own from")
    ] = False,
) -> None:
    """Show what each platform accepts: channels, cases per request, pace, source and date of the facts."""
    registry = installed()
    if form:
        _show_form(registry, name)
        return
    chosen = registry.platforms.values() if name is None else [_one(registry, name)]
    items = [describe(platform) for platform in chosen]
    broken = [f"{b.name}: {b.why}" for b in registry.broken]
    blocks = _overview(registry) if name is None else _detail(_one(registry, name))
    display = current().display
    display.show(Answer(items, {"platforms": len(items), "broken": len(broken)}, broken if display.mode.json else []), *blocks)


def _show_form(registry: Registry, name: str | None) -> None:
    if name is None:
        raise UsageError(what="--form is of one platform", why="each portal has its own", do="takedown platforms NAME --form")
    chosen, config, display = _one(registry, name), current().load_config(), current().display
    folder = config.settings.packs.forms
    settings = platform_settings(chosen.Settings, name, config.settings.platforms.get(name, {}))
    layout = form_for(chosen(settings), config.path(folder) if folder else None)
    if layout is None:
        raise UsageError(what=f"{name} has no portal form", why="its channels are others", do=f"takedown platforms {name}")
    if display.mode.json:
        display.show(Answer([{"platform": name, **asdict(layout)}], {}))
        return
    display.raw(write_form(layout).encode())
    place = config.path(folder) / f"{name}.toml" if folder else f'{name}.toml in the folder of [packs] forms = "FOLDER"'
    display.say(f"To use a layout of your own, save it as {place}.")


def describe(platform: type[Platform]) -> dict[str, Any]:
    """A platform as an item of `platforms --json`."""
    return {
        "platform": platform.name,
        "title": platform.title,
        "hosts": sorted(platform.hosts),
        "default_channel": platform.default_channel.value,
        "channels": [_terms(channel, terms) for channel, terms in platform.channels.items()],
        "settings": [{"key": key, "default": default, "description": text} for key, default, text in settings(platform)],
    }


def settings(platform: type[Platform]) -> list[tuple[str, Any, str]]:
    """`[platforms.NAME]`: key, default and description, the adapter's own keys first."""
    own = set(platform.Settings.model_fields) - set(Platform.Settings.model_fields)
    fields = sorted(platform.Settings.model_fields.items(), key=lambda field: field[0] not in own)
    return [(key, "" if field.is_required() else field.get_default(), field.description or "") for key, field in fields]


def _one(registry: Registry, name: str) -> type[Platform]:
    if name in registry.platforms:
        return registry.platforms[name]
    broken = [b.why for b in registry.broken if b.name == name]
    why = f"its plugin cannot be used: {broken[0]}" if broken else "known are " + ", ".join(registry.platforms)
    raise UsageError(what=f"there is no platform called {name!r}", why=why, do="takedown platforms")


def _terms(channel: Channel, terms: ChannelTerms) -> dict[str, Any]:
    return {
        "channel": channel.value,
        "cases_per_request": terms.cases_per_request,
        "pace": terms.pace,
        "source": terms.source,
        "verified_on": terms.verified_on,
        "note": terms.note,
        "form": terms.form.url if terms.form else None,
    }


def _row(channel: Channel, terms: ChannelTerms, usual: Channel) -> list[str | int]:
    name = f"{channel.value} (usual)" if channel is usual else channel.value
    return [name, terms.cases_per_request, terms.pace, str(terms.verified_on or "undated"), terms.source]


def _overview(registry: Registry) -> list[Block]:
    rows = [
        [platform.title, *_row(channel, terms, platform.default_channel)]
        for platform in registry.platforms.values()
        for channel, terms in platform.channels.items()
    ]
    blocks: list[Block] = [Table(OVERVIEW, rows), Prose(f"\n{NO_PUBLIC_API}")]
    if registry.broken:
        blocks += [Prose(""), Table(BROKEN, [[b.name, b.why] for b in registry.broken])]
    return blocks


def _detail(platform: type[Platform]) -> list[Block]:
    usual = platform.default_channel
    forms = [("form", terms.form.url) for terms in platform.channels.values() if terms.form]
    notes = [(channel.value, terms.note) for channel, terms in platform.channels.items() if terms.note]
    return [
        Facts([("platform", platform.title), ("hosts", ", ".join(sorted(platform.hosts))), *forms]),
        Prose(""),
        Table(CHANNELS, [_row(channel, terms, usual) for channel, terms in platform.channels.items()]),
        Prose(""),
        Facts(notes),
        Prose(f"\n{NO_PUBLIC_API}\n"),
        Table(
            [Column("setting"), Column("default", 1), Column("what it is")],
            [[key, _shown(default), text] for key, default, text in settings(platform)],
            f"[platforms.{platform.name}]",
        ),
    ]


def _shown(default: Any) -> str:
    match default:
        case None | () | "":
            return ""
        case bool():
            return str(default).lower()
        case _:
            return str(default)
