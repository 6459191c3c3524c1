"""`takedown sandbox`: stand-in platforms on loopback, for training and for trying things out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from takedown.cli.context import current
from takedown.contract import Channel, RefusedByPolicy

if TYPE_CHECKING:
    from takedown.sandbox.server import Sandbox

app = typer.Typer()


class NotInLive(RefusedByPolicy):
    """Stand-in platforms have no place beside a live desk."""

    code, why, do = (
        "TD-0722",
        "what was practised must never mix with what is real",
        'use a folder of its own with environment = "sandbox"',
    )


def _tables(running: Sandbox, folder: Path) -> str:
    """The stand-ins as tables of takedown.toml, each over its intake endpoint."""
    from takedown.sandbox.scenario import LANES
    from takedown.sandbox.tables import platform_table

    lanes = sorted(LANES, key=lambda lane: lane.platform)
    platforms = ["\n" + "\n".join(platform_table(running, replace(one, channel=Channel.API), folder)) + "\n" for one in lanes]
    mail = f'\n[smtp]\nhost = "{running.host}"\nport = {running.smtp_port}\n'
    if running.imap_port is not None:
        told = running.description()["imap"]
        names = ("host", "user", "password_file", "authserv_id")
        mail += "\n[imap]\n" + "".join(f'{name} = "{told[name]}"\n' for name in names) + f"port = {told['port']}\n"
    return f"{mail}{''.join(platforms)}"


@app.command("sandbox")
def sandbox(
    folder: Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where the journal and the tokens go")] = Path(
        "platforms"
    ),
    http_port: Annotated[int, typer.Option("--http-port", min=0, max=65535, help="0 takes any free port")] = 0,
    smtp_port: Annotated[int, typer.Option("--smtp-port", min=0, max=65535, help="0 takes any free port")] = 0,
    imap_port: Annotated[
        int, typer.Option("--imap-port", min=0, max=65535, help="The mailbox for answers; 0 takes any free port")
    ] = 0,
    calm: Annotated[bool, typer.Option("--calm", help="No faults: every answer comes at once")] = False,
    batch: Annotated[
        Path | None, typer.Option("--batch", metavar="FILE", help="Also write the 850 invented addresses there")
    ] = None,
) -> None:
    """Run stand-ins of six platforms on this machine until Ctrl-C. They keep a journal of what they took."""
    from takedown.sandbox.scenario import behaviours, write_batch
    from takedown.sandbox.server import Sandbox

    display, config = current().display, current().load_config()
    if config.settings.environment != "sandbox":
        raise NotInLive
    if batch is not None:
        display.say(f"{write_batch(batch)} invented addresses were written to {batch}.")

    def ready(running: Sandbox) -> None:
        display.say(
            f"HTTP on {running.host}:{running.http_port}, mail on {running.host}:{running.smtp_port}, "
            f"answers in the mailbox on port {running.imap_port}; Ctrl-C ends it."
        )
        display.say("Put what you want to practise with into takedown.toml:")
        display.raw(_tables(running, folder).encode())

    made = behaviours(rough=not calm)
    scale = config.settings.sandbox.time_scale
    Sandbox(folder, made, http_port=http_port, smtp_port=smtp_port, imap_port=imap_port, scale=scale).run(ready)
