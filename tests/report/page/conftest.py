from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_scenes import Scene, scene


@pytest.fixture
def at_desk(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path) as found:
        yield found
