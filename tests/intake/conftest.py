from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from intake_desk import Desk, Nest

from takedown.intake import Setting
from takedown.ledger.setup import create
from takedown.notices import load_packs


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    ledger = create("sqlite:///takedown.db", tmp_path, "sandbox")
    yield Desk(tmp_path, ledger, Setting({"nest": Nest()}, load_packs(), "Example Authority", "PK", "Clerk"))
    ledger.close()
