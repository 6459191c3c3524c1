"""Long regular expressions that can be read."""

from __future__ import annotations

import re


def words(pattern: str, flags: re.RegexFlag = re.I) -> re.Pattern[str]:
    """A pattern written over several lines; a line end and the spaces around it do not count. Case is ignored."""
    return re.compile(re.sub(r"\s*\n\s*", "", pattern), flags)
