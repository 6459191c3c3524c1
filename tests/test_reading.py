"""The few settings of a reading command are those that the whole configuration would give, or its error."""

import re
from pathlib import Path

import pytest

from takedown.layers import BadConfiguration
from takedown.notices import BadPacks, load_packs
from takedown.reading import Limits, Reading, read_settings
from takedown.settings import load

PACK = Path(__file__).parents[1] / "templates/takedown_notices/packs/pk-peca-37.toml"


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))

    def to(text):
        file = tmp_path / "takedown.toml"
        file.write_text(text)
        return file

    return to


@pytest.mark.parametrize(
    "text",
    [
        "",
        'environment = "sandbox"\n[ledger]\nurl = "sqlite:///other.db"\n[packs]\nfolder = "mine"\n',
    ],
)
def test_the_same_values_as_the_whole_configuration(write, text):
    file = write(text)
    found, whole = read_settings(file), load(file)
    settings = whole.settings
    assert (found.url, found.environment) == (settings.ledger.url, settings.environment)
    assert found.folder == whole.folder
    assert found.packs == (whole.path(settings.packs.folder) if settings.packs.folder else None)


@pytest.mark.parametrize(
    "text",
    [
        'environment = "prod"\n',
        'ledger = "takedown.db"\n',
        "[ledger]\nurl = 3\n",
        '[ledgr]\nurl = "sqlite:///x.db"\n',
        "environment = \n",
    ],
)
def test_what_is_not_sound_is_told_as_ever(write, text):
    file = write(text)
    with pytest.raises(BadConfiguration) as whole:
        load(file)
    with pytest.raises(BadConfiguration) as found:
        read_settings(file)
    assert found.value.as_dict() == whole.value.as_dict()


def test_the_environment_wins(write, monkeypatch):
    file = write('[ledger]\nurl = "sqlite:///file.db"\n')
    monkeypatch.setenv("TAKEDOWN_LEDGER__URL", "sqlite:///variable.db")
    assert read_settings(file).url == load(file).settings.ledger.url == "sqlite:///variable.db"


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("TAKEDOWN_PLAN__VALID_FOR", "48h", "plan.valid_for", "48h"),
        ("takedown_policy__max_cases_per_plan", "7", "policy.max_cases_per_plan", 7),
        ("TAKEDOWN_POLICY__PLANNERS", '["amna"]', "policy.planners", ["amna"]),
        ("TAKEDOWN_PLATFORMS", '{"tiktok": {"rate": "9/s"}}', "platforms", {"tiktok": {"rate": "9/s", "channel": "api"}}),
        ("TAKEDOWN_PLATFORMS__TIKTOK__RATE", "9/s", "platforms.tiktok.rate", "9/s"),
        ("TAKEDOWN_SMTP__USER", "[not json", "smtp.user", "[not json"),
    ],
)
def test_a_variable_is_laid_over_the_same_key_of_the_file(write, monkeypatch, variable, text, name, value):
    file = write('[platforms.tiktok]\nchannel = "api"\nrate = "1/s"\n[plan]\nvalid_for = "24h"\n')
    monkeypatch.setenv(variable, text)
    config = load(file)
    found = config.settings.model_dump(mode="json")
    for part in name.split("."):
        found = found[part]
    assert found == value
    assert config.origins[variable.upper().removeprefix("TAKEDOWN_").lower().replace("__", ".")] == f"environment {variable}"


@pytest.mark.parametrize(
    ("variable", "text"), [("TAKEDOWN_FLEET__NOPE", "1"), ("TAKEDOWN_POLICY__PLANNERS", "["), ("TAKEDOWN_LEDGER", "x")]
)
def test_a_variable_that_is_not_sound_is_told(write, monkeypatch, variable, text):
    monkeypatch.setenv(variable, text)
    for read in (load, read_settings) if variable == "TAKEDOWN_LEDGER" else (load,):
        with pytest.raises(BadConfiguration):
            read(write(""))


def test_patience_is_the_packs_own(write, tmp_path):
    found = read_settings(write('[packs]\nfolder = "mine"\n'))
    (tmp_path / "mine").mkdir()
    assert found.limits("pk-peca-37") == Limits("72h", 259_200.0, 180 * 86_400.0, ())
    assert found.limits("not-installed") is None
    assert found.limits("../packs/pk-peca-37") is None
    own = PACK.read_text().replace('patience = "72h"', 'patience = "12h"')
    (tmp_path / "mine" / "pk-peca-37.toml").write_text(own)
    assert found.limits("pk-peca-37") == Limits("12h", 43_200.0, 180 * 86_400.0, ())
    (tmp_path / "mine" / "pk-peca-37.toml").write_text("patience = soon")
    with pytest.raises(BadPacks):
        found.limits("pk-peca-37")


def test_the_clocks_and_the_review_are_those_of_the_pack(tmp_path):
    """Read without pydantic, and yet what the pack's own reader finds."""
    found = Reading("sqlite://", tmp_path)
    for name, pack in load_packs([]).items():
        limits = found.limits(name)
        assert limits is not None
        assert (limits.patience, limits.review) == (pack.patience_seconds, pack.review.seconds)
        for mine, theirs in zip(limits.clocks, [one for one in pack.clocks if one.verified and one.for_platform], strict=True):
            wanted = (theirs.name, theirs.length, theirs.starts, theirs.ends, len(theirs.pauses))
            assert (mine.name, mine.length, mine.starts, tuple(mine.ends), len(mine.pauses)) == wanted
            for pause, other in zip(mine.pauses, theirs.pauses, strict=True):
                assert (pause.stops, pause.restarts, pause.anew, pause.says) == (
                    other.stops,
                    other.restarts,
                    other.anew,
                    other.says,
                )


@pytest.mark.parametrize(
    ("text", "approvals"),
    [("", 1), ("[policy]\napprovals = 0\n", 0), ("[policy]\napprovals = 3\nprotected = []\n", 3)],
)
def test_a_policy_without_protected_lists_is_known_at_once(write, text, approvals):
    file = write(text)
    found, whole = read_settings(file).policy, load(file).settings.policy
    assert found is not None
    assert (found.approvals, found.protected) == (whole.approvals, whole.protected) == (approvals, ())


@pytest.mark.parametrize(
    "text",
    [
        'environment = "live"\n',
        '[policy]\napprovals = "1"\n',
        '[[policy.protected]]\nkind = "press"\nsource = "a register"\ndate = 2026-01-31\nentries = ["x:standin_0042"]\n',
    ],
)
def test_a_policy_that_says_more_is_left_to_the_desk(write, text):
    assert read_settings(write(text)).policy is None


@pytest.mark.parametrize(
    "text", ["", '[retention]\nevidence = "365d"\n[authority]\nname = "Example Authority"\n[sandbox]\ntime_scale = 60\n']
)
def test_what_lists_and_reports_need_is_what_the_whole_configuration_says(write, text, monkeypatch):
    file = write(text)
    settings = load(file).settings
    told = settings.retention.evidence, settings.authority.name, settings.sandbox.time_scale
    found = read_settings(file)
    assert (found.retention, found.authority, found.time_scale) == told
    monkeypatch.setenv("TAKEDOWN_SANDBOX__TIME_SCALE", "5")
    found = read_settings(file)
    assert (found.retention, found.authority, found.time_scale) == (*told[:2], 5.0)


@pytest.mark.parametrize(
    "text", ["[retention]\nevidence = 3\n", "[authority]\nname = 3\n", "[sandbox]\ntime_scale = 0\n", "policy = 3\n"]
)
def test_what_they_need_is_refused_as_ever_where_it_is_not_sound(write, text):
    with pytest.raises(BadConfiguration):
        read_settings(write(text))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("[policy]\napprovals = 'two'", "policy.approvals: a whole number is wanted"),
        ("[policy.approvers]\nbilal = 'ssh-ed25519 AAAA'", "policy.approvers: a list is wanted"),
        ("[[policy.approvers]]\nname = 'bilal'", "policy.approvers.0: text in quotes is wanted"),
        ("policy = 'strict'", "policy: a table is wanted"),
        ("[smtp]\nport = 25\nprot = 26", "smtp.prot: there is no such key"),
        ("[network]\nproxy = 'nowhere'", "network.proxy: a proxy is given as"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_in_words_of_who_writes_it(write, written, told):
    file = write(written)
    with pytest.raises(BadConfiguration, match=re.escape(f"not valid: {told}")):
        load(file)
