import json
import re
from pathlib import Path

import pytest
from command_line import takedown

from takedown.cli import run
from takedown.cli.config import HIDDEN, redacted
from takedown.registry import Broken, Registry, load

HOSTILE = [
    "https://chirp.example/\x1b[2J",
    "\x1b]8;;https://evil.example\x1b\\x\x1b]8;;\x1b\\",
    "https://chirp.example/[/foo]",
    "https://chirp.example/[bold red]APPROVED[/]",
    "https://chirp.example/\x9b31m",
    "https://chirp.example/\u202etxt",
    "https://chirp.example/a\u200bb",
    "chirp.example\rAPPROVED",
    "\udc80",
]

STEERING = r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert run([*words, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def test_recognise_answers_each_input_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    told = answer(capsys, "recognise", "facebook.com/standin.0042", "https://chirp.example/a", "hxxps://facebook[.]com/standin.7")
    assert told["items"] == [
        {
            "input": "facebook.com/standin.0042",
            "platform": "facebook",
            "kind": "account",
            "key": "standin.0042",
            "url": "https://www.facebook.com/standin.0042",
        },
        {"input": "https://chirp.example/a", "error": "No platform here owns chirp.example.", "code": "TD-0112"},
        {
            "input": "hxxps://facebook[.]com/standin.7",
            "platform": "facebook",
            "kind": "account",
            "key": "standin.7",
            "url": "https://www.facebook.com/standin.7",
        },
    ]
    assert told["summary"] == {"recognised": 2, "refused": 1}


def test_recognise_reads_a_stream_line_by_line() -> None:
    stdin = b"\xef\xbb\xbffacebook.com/standin.0042\r\n\n\xff\n" + b"a" * 200_000 + b"\nfacebook.com/standin.7"
    done = takedown("recognise", "-", "--json", stdin=stdin)
    items = json.loads(done.out)["items"]
    assert done.code == 0
    assert [item.get("key", item.get("code")) for item in items] == ["standin.0042", "TD-0110", "TD-0116", "TD-0110", "standin.7"]
    assert items[0]["input"] == "facebook.com/standin.0042"
    assert items[2]["input"] == "\udcff"
    assert len(items[3]["input"]) == 65_536


def test_recognise_of_an_empty_stream_is_an_empty_list() -> None:
    done = takedown("recognise", "-", "--json")
    assert json.loads(done.out)["items"] == []


def test_recognise_for_people() -> None:
    done = takedown("recognise", "facebook.com/standin.0042", "https://chirp.example/a")
    assert done.out.splitlines() == [
        "facebook   account  standin.0042  https://www.facebook.com/standin.0042",
        "refused    https://chirp.example/a  No platform here owns chirp.example.",
    ]


@pytest.mark.parametrize("json_flag", [["--json"], []])
def test_nothing_hostile_reaches_the_screen(json_flag: list[str]) -> None:
    done = takedown("recognise", "-", *json_flag, stdin="\n".join(HOSTILE).encode("utf-8", "surrogateescape"))
    assert done.code == 0
    assert not re.findall(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", done.out + done.err
    )
    if not json_flag:
        assert len(done.out.splitlines()) == len(HOSTILE)
        assert "[bold red]APPROVED[/]" in done.out


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    cuckoo = Broken("cuckoo", "cuckoo:Bird: ImportError: no \x1b[31mnest")
    registry = Registry({**load().platforms.claimed, "cuckoo": lambda: cuckoo})
    monkeypatch.setattr("takedown.cli.platforms.installed", lambda: registry)
    monkeypatch.setattr("takedown.cli.recognise.installed", lambda: registry)


@pytest.mark.usefixtures("broken")
def test_a_broken_plugin_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["platforms"]) == 0
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if "cuckoo" in line] == [r"cuckoo  cuckoo:Bird: ImportError: no \x1b[31mnest"]
    assert "facebook" in json.dumps(answer(capsys, "platforms")["items"])
    assert run(["recognise", "facebook.com/standin.7"]) == 0
    assert "warning: platform cuckoo could not be loaded" in capsys.readouterr().err


@pytest.mark.usefixtures("broken")
def test_asking_for_a_broken_plugin_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["platforms", "cuckoo"]) == 2
    assert "ImportError" in capsys.readouterr().err


def test_platforms_says_what_the_adapters_say(capsys: pytest.CaptureFixture[str]) -> None:
    told = {item["platform"]: item for item in answer(capsys, "platforms")["items"]}  # type: ignore[union-attr,attr-defined] # JSON
    assert told.keys() == load().platforms.keys()
    for name, platform in load().platforms.items():
        assert {channel["channel"] for channel in told[name]["channels"]} == {c.value for c in platform.channels}
        assert {setting["key"] for setting in told[name]["settings"]} == set(platform.Settings.model_fields)
        assert all(setting["description"] for setting in told[name]["settings"])


def test_one_platform_with_its_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["platforms", "facebook"]) == 0
    out = capsys.readouterr().out
    assert "No platform offers a public API for legal removal." in out
    assert "[platforms.facebook]" in out
    assert re.search(r"^token_file +File \(mode 0600\)", out, re.M)


def test_an_unknown_platform_is_named_with_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["platforms", "chirp"]) == 2
    assert "known are facebook" in capsys.readouterr().err


CONFIG = """
environment = "sandbox"
[authority]
name = "Example Authority"
[ledger]
url = "postgresql://desk:canary-1@db.example/takedown"
[platforms.tiktok]
token = "canary-2"
token_command = "pass show canary-3"
token_file = "tiktok.token"
[network]
proxy = "http://desk:canary-4@proxy.example:3128"
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "takedown.toml").write_text(CONFIG)
    return tmp_path


def test_config_shows_values_and_their_origins(desk: Path) -> None:
    env = {"TAKEDOWN_SMTP__HOST": "mail.example", "XDG_CONFIG_HOME": str(desk)}
    items = json.loads(takedown("config", "show", "--json", cwd=desk, env=env).out)["items"]
    told = {item["key"]: (item["value"], item["origin"]) for item in items}
    assert told["authority.name"] == ("Example Authority", "takedown.toml")
    assert told["smtp.host"] == ("mail.example", "environment TAKEDOWN_SMTP__HOST")
    assert told["smtp.port"] == (25, "default")
    assert told["platforms.tiktok.token_file"] == ("tiktok.token", "takedown.toml")


@pytest.mark.parametrize("flags", [["--json"], ["--origin"], []])
def test_config_never_shows_a_secret(desk: Path, flags: list[str]) -> None:
    done = takedown("config", "show", *flags, cwd=desk, env={"XDG_CONFIG_HOME": str(desk)})
    assert done.code == 0
    assert "canary" not in done.out + done.err
    assert done.out.count(HIDDEN) == 4


@pytest.mark.parametrize(
    "proxy", ["proxy.example:canary-5", "socks5://canary-5@proxy.example", "http://", "http://canary-5:70000"]
)
def test_what_is_no_proxy_is_told_without_its_words(desk: Path, proxy: str) -> None:
    text = CONFIG.replace("http://desk:canary-4@proxy.example:3128", proxy)
    (desk / "takedown.toml").write_text(text)
    done = takedown("config", "show", cwd=desk, env={"XDG_CONFIG_HOME": str(desk)})
    assert done.code == 2
    assert "network.proxy: a proxy is given as" in done.err
    assert "canary" not in done.out + done.err


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("imap.password", "x", HIDDEN),
        ("platforms.x.api_key", "x", HIDDEN),
        ("smtp.password_file", "smtp.password", "smtp.password"),
        ("smtp.password_command", "pass", "pass"),
        ("platforms.x.key_life", "24h", "24h"),
        ("audit.copies", ["mail:a@b.example", "https://u:p@c.example"], ["mail:a@b.example", f"https://u:{HIDDEN}@c.example"]),
        ("imap.password", None, None),
    ],
)
def test_redaction(name: str, value: object, shown: object) -> None:
    assert redacted(name, value) == shown


def test_config_path(desk: Path) -> None:
    items = json.loads(takedown("config", "path", "--json", cwd=desk, env={"XDG_CONFIG_HOME": str(desk)}).out)["items"]
    assert items[0] == {"layer": "project", "path": str(desk / "takedown.toml"), "exists": True}
    assert items[1]["exists"] is False


def test_a_config_that_does_not_exist_is_exit_2(tmp_path: Path) -> None:
    done = takedown("config", "show", "--config", "nowhere.toml", cwd=tmp_path)
    assert done.code == 2
    assert done.err.startswith("error[TD-0301]")
