"""Each safeguard is shown by a test: its refusal, not its words."""

import re
from pathlib import Path

from figures import SAFEGUARDS

TESTS = Path(__file__).parent
MARK = re.compile(r'mark\.safeguard\("(S\d+)"\)')


def test_every_safeguard_has_a_test_and_no_test_names_another() -> None:
    shown = {name for path in TESTS.rglob("test_*.py") for name in MARK.findall(path.read_text(encoding="utf-8"))}
    assert shown == SAFEGUARDS.keys()
