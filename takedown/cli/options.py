"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer


def installed(name: str | None) -> str | None:
    """The platform that was named, which must be one: a name that was mistyped must not look like one without cases.

    Raises NoSuchPlatform. Only names are read: loading the adapters takes longer than most commands that ask.
    """
    if name is None:
        return None
    from importlib.metadata import entry_points

    known = sorted({one.name for one in entry_points(group="takedown.platforms")})
    if name.lower() not in known:
        from takedown.desk import NoSuchPlatform

        raise NoSuchPlatform(name=repr(name[:60]), known=", ".join(known))
    return name.lower()


WHO = "Who acts; default TAKEDOWN_AS, else whose key signs, else your user name"
As = Annotated[str | None, typer.Option("--as", metavar="NAME", help=WHO)]
Batch = Annotated[str | None, typer.Option("--batch", metavar="B-N", help="Only this batch")]
OnPlatform = Annotated[str | None, typer.Option("--platform", metavar="NAME", callback=installed, help="Only this platform")]
PlanArg = Annotated[str, typer.Argument(metavar="PLAN")]
Key = Annotated[Path | None, typer.Option("--key", metavar="FILE", help="Your OpenSSH Ed25519 key; else an ssh-agent signs")]
