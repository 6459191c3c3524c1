"""The platforms of this configuration, for commands that need no ledger and start fast."""

from __future__ import annotations

import os
from pathlib import Path

from takedown.cli.context import current
from takedown.contract import TakedownError
from takedown.layers import BadConfiguration, read_layers
from takedown.registry import Registry, load


def installed() -> Registry:
    """Every platform; in live only our own and plugins that the policy lists, and the ledger knows whose policy counts."""
    if not _live():
        return load()
    from takedown.cli.desk import desk_of

    try:
        return desk_of().registry
    except TakedownError:
        return load({})


def _live() -> bool:
    """Whether `environment` is live, read without checking the rest; a file that cannot be read counts as live."""
    said = [value for name, value in os.environ.items() if name.upper() == "TAKEDOWN_ENVIRONMENT"]
    if said:
        return said[0] != "sandbox"
    file = current().flags.config
    try:
        return bool(read_layers(Path(file) if file else None).table.get("environment", "sandbox") != "sandbox")
    except BadConfiguration:
        return True
