"""Plugins are found as pip installs them; a bad one is one line in a list and never stops the others."""

from __future__ import annotations

from importlib import invalidate_caches
from pathlib import Path

import pytest

from takedown.contract import NotATarget, Reason, Target
from takedown.registry import GROUP, Registry, load, recognise

PLUGIN = Path(__file__).parent / "sample_plugin"
BAD_MODULES = {
    "raises.py": "raise RuntimeError('no such thing as\\na two-line reason')",
    "quits.py": "raise SystemExit(3)",
    "stranger.py": "class Plugin: name = 'stranger'\nnothing = None",
    "unfinished.py": "from takedown.contract import Platform\nclass Plugin(Platform): name = 'unfinished'",
    "mute.py": "from chirp import Chirp\nclass Plugin(Chirp):\n    name = 'mute'\n    channels = {}",
    "alias.py": "from chirp import Chirp\nclass Plugin(Chirp): name = 'other'",
    "twin.py": "from chirp import Chirp\nclass Plugin(Chirp): name = 'twin'",
}


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put distributions on the path, each with its entry points, as an installer would."""
    monkeypatch.syspath_prepend(PLUGIN)
    monkeypatch.syspath_prepend(tmp_path)
    for name, text in BAD_MODULES.items():
        (tmp_path / name).write_text(text)

    def installed(**points: str) -> Registry:
        for number, (name, value) in enumerate(points.items()):
            info = tmp_path / f"plugin_{number}-1.0.dist-info"
            info.mkdir()
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: plugin-{number}\nVersion: 1.0\n")
            (info / "entry_points.txt").write_text(f"[{GROUP}]\n{name.rstrip('_')} = {value}\n")
        invalidate_caches()
        return load()

    return installed


def test_our_own_platforms_are_found_like_anybodys() -> None:
    assert {"facebook", "instagram", "threads"} <= load().platforms.keys()


def test_a_third_partys_plugin_is_a_platform(install) -> None:
    registry = install(chirp="chirp:Chirp")
    seen = recognise("https://m.chirp.example/Standin_0042", {name: cls() for name, cls in registry.platforms.items()})
    assert isinstance(seen, Target)
    assert (seen.platform, seen.key) == ("chirp", "standin_0042")
    assert "chirp" not in {broken.name for broken in registry.broken}
    assert list(registry.platforms) == sorted(registry.platforms)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("missing", "no_such_module:Plugin", "no_such_module:Plugin: ModuleNotFoundError: No module named 'no_such_module'"),
        ("raises", "raises:Plugin", "raises:Plugin: RuntimeError: no such thing as"),
        ("quits", "quits:Plugin", "quits:Plugin: SystemExit: 3"),
        ("absent", "stranger:Absent", "stranger:Absent: AttributeError: module 'stranger' has no attribute 'Absent'"),
        ("stranger", "stranger:Plugin", "stranger:Plugin is not a takedown.contract.Platform"),
        ("nothing", "stranger:nothing", "stranger:nothing is not a takedown.contract.Platform"),
        ("unfinished", "unfinished:Plugin", "unfinished:Plugin does not define prepare, read, recognise"),
        ("mute", "mute:Plugin", "mute:Plugin has no channels"),
        ("alias", "alias:Plugin", "alias:Plugin calls itself other, its entry point alias"),
    ],
)
def test_a_broken_plugin_is_one_line(install, name, value, why) -> None:
    registry = install(**{name: value, "chirp": "chirp:Chirp"})
    assert {broken.name: broken.why for broken in registry.broken}[name] == why
    assert name not in registry.platforms
    assert {"chirp", "facebook"} <= registry.platforms.keys()


def test_a_name_that_two_plugins_claim_belongs_to_neither(install) -> None:
    registry = install(twin="twin:Plugin", twin_="chirp:Chirp", chirp="chirp:Chirp")
    assert "twin" not in registry.platforms
    assert [b.why for b in registry.broken if b.name == "twin"] == [
        "claimed by chirp:Chirp and by twin:Plugin; uninstall all but one"
    ]
    assert "chirp" in registry.platforms


@pytest.mark.parametrize(
    ("text", "reason", "hint"),
    [
        ("https://nowhere.example/a", Reason.HOST, "nowhere.example"),
        ("tg:resolve?domain=standin", Reason.HOST, "tg:resolve"),
        ("https://cheep.example/standin", Reason.MIRROR, "Chirp itself"),
        ("https://chirp.example/search", Reason.RESERVED, "/search"),
        ("", Reason.SYNTAX, "empty"),
    ],
)
def test_a_refusal_says_what_to_do(install, text, reason, hint) -> None:
    registry = install(chirp="chirp:Chirp")
    seen = recognise(text, {"chirp": registry.platforms["chirp"]()})
    assert isinstance(seen, NotATarget)
    assert seen.reason is reason
    assert hint in seen.message
