"""`takedown work`: a worker of a fleet."""

from __future__ import annotations

from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_of
from takedown.cli.options import As
from takedown.cli.submit import seconds
from takedown.fleet.metrics import address
from takedown.fleet.work import work

app = typer.Typer()


@app.command("work")
def work_(
    for_: Annotated[str | None, typer.Option("--for", metavar="TIME", help="Stop after so long; default: when told to")] = None,
    lanes: Annotated[int | None, typer.Option("--lanes", min=1, max=64, metavar="N", help="Lanes at once; [fleet] lanes")] = None,
    metrics: Annotated[
        str | None, typer.Option("--metrics", metavar="ADDRESS", help="PORT on this machine, or HOST:PORT, for Prometheus")
    ] = None,
    as_name: As = None,
) -> int:
    """Send what `submit --fleet` hands over, ask, read the mail, look and remind, until Ctrl-C or SIGTERM.

    Start as many as you like. Needs a ledger in PostgreSQL and the extra `fleet`. The log is JSON on stderr. Killed or paused,
    it takes nothing with it.
    """
    length = seconds(for_, "--for") if for_ else None
    at = address(metrics) if metrics else None
    stopped = work(desk_of(as_name), length, at, lanes)
    if not stopped:
        current().display.next("takedown status")
    return 128 + stopped if stopped else 0
