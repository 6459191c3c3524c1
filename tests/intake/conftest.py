from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from intake_desk import Desk, Nest
from servers import ledger_url

from takedown.intake import Setting
from takedown.ledger.setup import create
from takedown.notices import load_packs


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    ledger = create(ledger_url(tmp_path), tmp_path, "sandbox")
    yield Desk(tmp_path, ledger, Setting({"nest": Nest()}, load_packs(), "Example Authority", "PK", "Clerk"))
    ledger.close()
