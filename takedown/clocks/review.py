"""How long a measure stands before a second person renews it, or it is withdrawn."""

from __future__ import annotations

AFTER = "180d"
SOURCE = "No law sets it: a habit of this tool, so that no measure stands for ever because nobody looked at it again"
"""For packs that say nothing of their own under `[review]`."""
