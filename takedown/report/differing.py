"""What makes an open case differ, as conditions on the columns of `cases`, by the word for it in `case list --differs`."""

from __future__ import annotations

from collections.abc import Mapping

from takedown.ledger.reader import among
from takedown.ledger.states import ACTED, UNREACHABLE

# Values stand in the text, so that SQLite sees that a partial index holds the rows.
DIFFERING: Mapping[str, str] = {
    "still_up": f"claimed IN {among(ACTED)} AND observed = 'available' AND gone_at IS NULL",
    "yet_gone": f"claimed = 'declined' AND observed IN {among(UNREACHABLE)}",
    "back": "gone_at IS NOT NULL AND observed = 'available'",
    "renamed": "moved_to <> ''",
    "held": "held <> ''",
    "doubted": "doubted_at IS NOT NULL",
}
"""The last three are known of today only."""
CONTRADICTORY = ("still_up", "yet_gone", "back")
