"""Where secrets come from is told, what they are never: every secret here is a canary."""

import json
import stat
import sys
from types import ModuleType

import pytest
from command_line import takedown

from takedown.cli import run
from takedown.cli.context import Context

CANARY = "canary-7Yq"
CONFIG = f"""
[platforms.tiktok]
channel = "api"
token_file = "tiktok.token"
[platforms.x]
channel = "api"
token_command = "echo {CANARY}-x"
[platforms.facebook]
channel = "api"
[platforms.telegram]
channel = "portal"
[smtp]
user = "desk"
password_file = "smtp.password"
"""


@pytest.fixture(autouse=True)
def unseen(capfd):
    """No test may end with a canary on its streams; those that read them look themselves."""
    yield
    out, err = capfd.readouterr()
    assert CANARY not in out + err


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    (tmp_path / "takedown.toml").write_text(CONFIG)
    for name in ("tiktok.token", "smtp.password"):
        keep(tmp_path / name, f"{CANARY}-{name}")
    return tmp_path


@pytest.fixture
def person(monkeypatch):
    """Somebody at a terminal, who types a canary without an echo."""
    monkeypatch.setattr(Context, "interactive", property(lambda self: True))
    typed = [f"{CANARY}-typed"]
    monkeypatch.setattr("takedown.cli.auth.getpass", lambda prompt: typed[0])
    return typed


class Ring(ModuleType):
    """The three calls of the keyring library, over a dictionary."""

    def __init__(self):
        super().__init__("keyring")
        self.held = {}
        self.errors = ModuleType("keyring.errors")
        self.errors.KeyringError = type("KeyringError", (Exception,), {})

    def get_password(self, service, entry):
        return self.held.get((service, entry))

    def set_password(self, service, entry, value):
        self.held[service, entry] = value

    def delete_password(self, service, entry):
        del self.held[service, entry]


@pytest.fixture
def ring(monkeypatch, here):
    ring = Ring()
    monkeypatch.setitem(sys.modules, "keyring", ring)
    monkeypatch.setitem(sys.modules, "keyring.errors", ring.errors)
    (here / "takedown.toml").write_text('[platforms.tiktok]\nchannel = "api"\ntoken_file = "keyring:tiktok"\n')
    return ring


def keep(path, text, mode=0o600):
    path.write_text(text)
    path.chmod(mode)


def states(capfd, *words, code=0):
    assert run([*words, "--json"]) == code
    out, err = capfd.readouterr()
    assert CANARY not in out + err
    return {item["name"]: item for item in json.loads(out)["items"]}


def test_list_says_where_each_comes_from_and_runs_nothing(capfd, here):
    (here / "takedown.toml").write_text(CONFIG.replace("echo", "touch ran;"))
    told = states(capfd, "auth", "list")
    assert {name: (item["source"], item["state"]) for name, item in told.items()} == {
        "facebook": ("nowhere", "missing"),
        "telegram": ("nowhere", "not needed"),
        "tiktok": ("file", "readable"),
        "x": ("command", "not tried"),
        "smtp": ("file", "readable"),
        "imap": ("nowhere", "not needed"),
        "audit": ("nowhere", "not needed"),
    }
    assert told["tiktok"]["detail"] == str(here / "tiktok.token")
    assert told["x"]["detail"] == "touch"
    assert not (here / "ran").exists()


def test_test_reads_each_and_tells_which_is_missing(capfd, here):
    told = states(capfd, "auth", "test", code=4)
    assert [name for name, item in told.items() if item["state"] == "missing"] == ["facebook"]
    assert told["facebook"]["do"] == "takedown auth set facebook"
    assert told["x"]["state"] == "readable"
    keep(here / "facebook.token", CANARY)
    (here / "takedown.toml").write_text(
        CONFIG.replace("[platforms.facebook]", '[platforms.facebook]\ntoken_file = "facebook.token"')
    )
    assert {item["state"] for item in states(capfd, "auth", "test").values()} == {"readable", "not needed"}


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda file: file.unlink(), "No such file"),
        (lambda file: file.chmod(0o640), "can be read by others"),
        (lambda file: file.write_text(f"{CANARY}\n{CANARY}"), "one line of printable text"),
        (lambda file: file.write_text(""), "one line of printable text"),
        (lambda file: file.write_bytes(CANARY.encode() + b"\xff"), "not UTF-8"),
    ],
)
@pytest.mark.parametrize("flags", [[], ["--verbose"]])
def test_a_secret_that_cannot_be_read_is_missing_and_unseen(capfd, here, spoil, why, flags):
    spoil(here / "smtp.password")
    told = states(capfd, "auth", "test", *flags, code=4)
    assert told["smtp"]["state"] == "missing"
    assert why in told["smtp"]["why"]
    assert run(["auth", "list", *flags]) == 0
    assert why in capfd.readouterr().out


@pytest.mark.parametrize(
    "command", [f"sh -c 'echo {CANARY} >&2; exit 3'", f"nowhere-{{}} {CANARY}", f"printf '{CANARY}\\n{CANARY}'"]
)
def test_a_command_that_fails_shows_nothing_of_itself(capfd, here, command):
    (here / "takedown.toml").write_text(f"[platforms.x]\ntoken_command = {json.dumps(command)}\n")
    told = states(capfd, "auth", "test", "--verbose", code=4)
    assert told["x"]["state"] == "missing"


def test_a_credential_of_systemd_comes_first(capfd, here, monkeypatch, person):
    (here / "held").mkdir()
    keep(here / "held" / "tiktok.token", f"{CANARY}-held", 0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(here / "held"))
    told = states(capfd, "auth", "test", code=4)
    assert (told["tiktok"]["source"], told["tiktok"]["state"]) == ("systemd credential", "readable")
    for words in (["set", "tiktok"], ["remove", "tiktok", "--yes"]):
        assert run(["auth", *words]) == 2
        assert "systemd credential" in capfd.readouterr().err
    assert (here / "tiktok.token").read_text() == f"{CANARY}-tiktok.token"


def test_set_asks_and_writes_a_file_that_only_its_owner_reads(capfd, here, person):
    keep(here / "tiktok.token", "old", 0o644)
    assert run(["auth", "set", "tiktok"]) == 0
    assert (here / "tiktok.token").read_text() == f"{CANARY}-typed\n"
    assert stat.S_IMODE((here / "tiktok.token").stat().st_mode) == 0o600
    assert str(here / "tiktok.token") in capfd.readouterr().err
    assert sorted(path.name for path in here.iterdir()) == ["smtp.password", "takedown.toml", "tiktok.token"]


def test_set_replaces_a_link_and_leaves_what_it_led_to(here, person):
    keep(here / "elsewhere", "theirs", 0o644)
    (here / "tiktok.token").unlink()
    (here / "tiktok.token").symlink_to(here / "elsewhere")
    assert run(["auth", "set", "tiktok"]) == 0
    assert (here / "elsewhere").read_text() == "theirs"
    assert not (here / "tiktok.token").is_symlink()


@pytest.mark.parametrize(
    ("name", "file", "line"),
    [
        ("facebook", "facebook.token", "token_file"),
        ("imap", "imap.password", "password_file"),
        ("audit", "audit.password", "password_file"),
    ],
)
def test_set_says_what_to_configure_where_nothing_is(capfd, here, person, name, file, line):
    assert run(["auth", "set", name]) == 0
    assert (here / file).exists()
    err = capfd.readouterr().err
    assert f'{line} = "{file}"' in err
    assert name in err


@pytest.mark.parametrize("typed", ["", "  ", f"{CANARY}\x1b[2J", f"{CANARY}\n{CANARY}"])
def test_what_is_no_secret_is_not_kept(capfd, here, person, typed):
    person[0] = typed
    assert run(["auth", "set", "tiktok"]) == 4
    assert (here / "tiktok.token").read_text() == f"{CANARY}-tiktok.token"


def test_a_secret_of_a_command_is_not_ours_to_change(capfd, here, person):
    for words in (["set", "x"], ["remove", "x", "--yes"]):
        assert run(["auth", *words]) == 2
        err = capfd.readouterr().err
        assert "error[TD-0404]" in err
        assert "a command echo" in err


def test_set_takes_no_secret_without_a_terminal(here):
    for words, stdin in ((("auth", "set", "tiktok"), CANARY.encode()), (("auth", "set", "tiktok", CANARY), b"")):
        done = takedown(*words, stdin=stdin, cwd=here)
        assert done.code == 2
        assert (here / "tiktok.token").read_text() == f"{CANARY}-tiktok.token"
    assert "mode 0600" in takedown("auth", "set", "tiktok", cwd=here).err


def test_remove_removes_after_a_yes(capfd, here):
    assert run(["auth", "remove", "tiktok", "--no-input"]) == 2
    assert (here / "tiktok.token").exists()
    assert run(["auth", "remove", "tiktok", "--yes"]) == 0
    assert not (here / "tiktok.token").exists()
    assert run(["auth", "remove", "tiktok", "--yes"]) == 0


@pytest.mark.parametrize("verb", ["set", "remove"])
def test_an_unknown_name_is_named_with_the_known(capfd, here, person, verb):
    assert run(["auth", verb, "chirp"]) == 2
    err = capfd.readouterr().err
    assert "smtp" in err
    assert "telegram" in err


def test_the_keyring_holds_reads_and_gives_up_a_secret(capfd, ring, person):
    assert states(capfd, "auth", "test", code=4)["tiktok"]["why"].endswith("the keyring has no entry tiktok of takedown")
    assert run(["auth", "set", "tiktok"]) == 0
    assert ring.held == {("takedown", "tiktok"): f"{CANARY}-typed"}
    assert states(capfd, "auth", "list")["tiktok"]["state"] == "readable"
    for _ in range(2):
        assert run(["auth", "remove", "tiktok", "--yes"]) == 0
        assert ring.held == {}


def test_a_keyring_that_fails_shows_nothing_of_its_error(capfd, ring, monkeypatch):
    def fail(*args):
        raise ring.errors.KeyringError(CANARY)

    monkeypatch.setattr(ring, "get_password", fail)
    told = states(capfd, "auth", "test", "--verbose", code=4)
    assert "the keyring cannot be used (KeyringError)" in told["tiktok"]["why"]


def test_a_keyring_that_is_not_installed_says_how_to_install_it(capfd, ring, monkeypatch, person):
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "pip install 'takedown-desk[keyring]'" in states(capfd, "auth", "test", code=4)["tiktok"]["do"]
    assert run(["auth", "set", "tiktok"]) == 2
    assert "takedown-desk[keyring]" in capfd.readouterr().err
