"""Commands without a ledger load plugins in the sandbox only; in live, nothing that the policy does not list."""

import pytest

from takedown import layers
from takedown.cli import installed


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """What the registry was asked to load, in a folder of its own."""
    found = []
    monkeypatch.setattr(installed, "load", lambda listed=None: found.append(listed))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(layers, "user_config_path", lambda name: tmp_path / "user")
    (tmp_path / "user").mkdir()
    return found


@pytest.mark.parametrize(
    ("project", "user", "variable", "listed"),
    [
        (None, None, None, None),
        ('environment = "sandbox"', 'environment = "live"', None, None),
        ('environment = "live"', None, None, {}),
        ("[ledger]", 'environment = "live"', None, {}),
        ('environment = "sandbox"', None, "live", {}),
        ('environment = "live"', None, "sandbox", None),
        ("not toml", None, None, {}),
    ],
)
def test_live_loads_only_what_is_listed(tmp_path, monkeypatch, asked, project, user, variable, listed):
    for name, text in (("takedown.toml", project), ("user/takedown.toml", user)):
        if text is not None:
            (tmp_path / name).write_text(text)
    if variable:
        monkeypatch.setenv("TAKEDOWN_ENVIRONMENT", variable)
    installed.installed()
    assert asked == [listed]
