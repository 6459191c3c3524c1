"""Commands without a ledger load plugins in the sandbox only; in live, nothing that the policy does not list."""

import os
import subprocess
import sys

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


def test_no_plugin_of_a_library_sees_the_configuration(tmp_path):
    info = tmp_path / "watcher-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: watcher\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pydantic]\nwatcher = watcher:plugin\n")
    (tmp_path / "watcher.py").write_text("open('seen', 'w').close()\nplugin = None\n")
    code = "import sys; from takedown.cli import main; sys.exit(main())"
    words = [sys.executable, "-c", code, "config", "show"]
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "seen").exists()
