"""The stand-ins as a desk's configuration: what the demo practises with, and what `takedown sandbox` prints to be copied."""

from __future__ import annotations

from pathlib import Path

from takedown.contract import Channel
from takedown.sandbox.scenario import Lane, addresses
from takedown.sandbox.server import Sandbox

PROBED = ("tiktok", "x", "telegram")
"""Platforms with a public page that says something about an account; on the others only a person can look."""


def platform_table(sandbox: Sandbox, lane: Lane, tokens: Path = Path("platforms")) -> list[str]:
    """The lines of `[platforms.NAME]`; `tokens`: the folder of the stand-ins' tokens.

    Every stand-in grants a status endpoint, also for what is filed by hand; but the one that is written to answers by mail.
    """
    table = [f"[platforms.{lane.platform}]", f'channel = "{lane.channel}"', 'rate = "60/s"']
    if lane.channel is Channel.EMAIL:
        table += [f'to = "{lane.mailbox}"', f'reply_domains = ["{lane.mailbox.partition("@")[2]}"]']
    else:
        table += [
            f'base_url = "{sandbox.url(lane.platform)}"', f'token_file = "{tokens / f"{lane.platform}.token"}"', "search = true",
            f"idempotency = {str(lane.keyed).lower()}",
        ]  # fmt: skip
    if lane.channel is Channel.PORTAL:
        table.append("cases_per_request = 10")
    if lane.platform in PROBED:
        control = addresses()[lane.platform][0][:-4] + "up"
        table += ["probe = true", 'probe_decision = "EXAMPLE-DECISION-1"', 'probe_rate = "200/s"']
        table += [f'probe_control = "{control}"', f'probe_base = "{sandbox.url(lane.platform)}"']
    if lane.platform == "x":
        table.append('automation_consent = "EXAMPLE-CONSENT-1"')
    return table
