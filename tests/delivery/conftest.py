import pytest

from takedown.sandbox.behaviour import Behaviour
from takedown.sandbox.server import Sandbox


@pytest.fixture
def stand_in(tmp_path):
    """Start a sandbox with one platform, facebook unless named, that behaves as said."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def start(platform="facebook", **behaviour):
            sandbox = Sandbox(tmp_path / "platforms", {platform: Behaviour(**behaviour)}, scale=3600.0)
            return stack.enter_context(sandbox.in_background())

        yield start
