"""Plugins are found as pip installs them; a bad one is one line in a list and never stops the others."""

from __future__ import annotations

import sys
from importlib import invalidate_caches
from importlib.metadata import distribution
from pathlib import Path

import pytest

from takedown.contract import NotATarget, Reason, Target
from takedown.plugins import files_hash
from takedown.registry import GROUP, Registry, load, recognise

PLUGIN = Path(__file__).parent / "sample_plugin"
BAD_MODULES = {
    "raises.py": "raise RuntimeError('no such thing as\\na two-line reason')",
    "quits.py": "raise SystemExit(3)",
    "stranger.py": "class Plugin: name = 'stranger'\nnothing = None",
    "unfinished.py": "from takedown.contract import Platform\nclass Plugin(Platform): name = 'unfinished'",
    "mute.py": "from chirp import Chirp\nclass Plugin(Chirp):\n    name = 'mute'\n    channels = {}",
    "alias.py": "from chirp import Chirp\nclass Plugin(Chirp): name = 'other'",
    "pool.py": "from chirp import Chirp\nclass Plugin(Chirp):\n    name = 'pool'\n    class Settings(Chirp.Settings):\n"
    "        accounts: tuple[str, ...] = ()",
    "unsourced.py": "from dataclasses import replace\nfrom chirp import Chirp\nclass Plugin(Chirp):\n    name = 'unsourced'\n"
    "    channels = {c: replace(t, source='') for c, t in Chirp.channels.items()}",
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


@pytest.mark.safeguard("S9")
@pytest.mark.parametrize(("name", "why"), [("pool", "several identities (accounts)"), ("unsourced", "no source for its channel")])
def test_an_adapter_with_many_identities_or_without_an_official_source_is_none(install, name, why) -> None:
    registry = install(**{name: f"{name}:Plugin"})
    assert name not in registry.platforms
    assert why in {broken.name: broken.why for broken in registry.broken}[name]


EVIL = """import pathlib
pathlib.Path(__file__).with_name('loaded').touch()
from chirp import Chirp
class Plugin(Chirp): name = 'evil'
"""


@pytest.fixture
def evil(tmp_path, monkeypatch):
    """A plugin that shows when it was imported, installed with a list of its files, and its distribution."""
    monkeypatch.syspath_prepend(PLUGIN)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "evil_plugin.py").write_text(EVIL)
    info = tmp_path / "evil-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nevil = evil_plugin:Plugin\n")
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in ("evil_plugin.py", *RECORDED)))
    invalidate_caches()
    yield distribution("evil")
    sys.modules.pop("evil_plugin", None)


RECORDED = ("evil-1.0.dist-info/METADATA", "evil-1.0.dist-info/entry_points.txt", "evil-1.0.dist-info/RECORD")


def test_live_loads_a_plugin_that_the_policy_lists(evil, tmp_path) -> None:
    assert "evil" in load({"evil": files_hash(evil)}).platforms
    assert (tmp_path / "loaded").exists()


@pytest.mark.figure("plugins that the policy does not list", unit="plugins", how="not even imported")
@pytest.mark.parametrize("case", ["unlisted", "another hash", "edited", "cut", "elsewhere", "no record"])
def test_what_the_policy_does_not_list_is_not_even_imported(evil, tmp_path, case) -> None:
    listed = {"evil": files_hash(evil)}
    info = tmp_path / "evil-1.0.dist-info"
    match case:
        case "unlisted":
            listed = {}
        case "another hash":
            listed = {"evil": "0" * 64}
        case "edited":
            (tmp_path / "evil_plugin.py").write_text(EVIL + "\n# one more line")
        case "cut":
            (info / "RECORD").write_text("gone.py,,\n")
        case "elsewhere":  # its entry point names a module that its list of files does not have
            (info / "RECORD").write_text("".join(f"{name},,\n" for name in RECORDED))
            listed = {"evil": files_hash(distribution("evil"))}
        case _:
            (info / "RECORD").unlink()
    registry = load(listed)
    assert "evil" not in registry.platforms
    assert "not loaded" in {broken.name: broken.why for broken in registry.broken}["evil"]
    assert not (tmp_path / "loaded").exists()
    assert {"facebook", "x"} <= registry.platforms.keys()


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
