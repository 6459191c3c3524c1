"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

As = Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who acts; default TAKEDOWN_AS, else your user name")]
Batch = Annotated[str | None, typer.Option("--batch", metavar="B-N", help="Only this batch")]
OnPlatform = Annotated[str | None, typer.Option("--platform", metavar="NAME", help="Only this platform")]
Key = Annotated[Path | None, typer.Option("--key", metavar="FILE", help="Your OpenSSH Ed25519 key; else an ssh-agent signs")]
