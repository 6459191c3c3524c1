"""`takedown sync`: what platforms say, from their status endpoints and by mail. Apart from `submit`, which reads no mail."""

from __future__ import annotations

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_of
from takedown.cli.inbox import Post, read_post
from takedown.cli.options import As, OnPlatform
from takedown.cli.submit import tell_withdrawn
from takedown.delivery.again import ask_again
from takedown.display import Answer, Facts
from takedown.outcomes.sync import Synced, sync
from takedown.outcomes.withdraw import go_on

app = typer.Typer()


@app.command("sync")
def sync_(platform: OnPlatform = None, as_name: As = None) -> int:
    """Ask platforms what became of requests, read the mailbox, and write down what they claim.

    What is uncertain is searched for, or asked again under the key that it had. Nothing else is sent but the withdrawals of what
    was being sent when it was taken back."""
    desk = desk_of(as_name)
    lanes = current().display.lanes()
    try:
        tell_withdrawn(go_on(desk, 0.0, lanes))
        again = ask_again(desk, platform, lanes)
        done = Synced() if again.signal else sync(desk, platform, lanes)
        done.settled += again.settled
        done.unanswered += again.unsure
        done.stopped |= again.stopped
    finally:
        lanes.done()
    post = Post() if platform or again.signal else read_post(desk)
    display = current().display
    pairs = [
        ("requests asked", done.asked),
        ("no longer uncertain", done.settled),
        ("new claims", done.news),
        ("no usable answer", done.unanswered),
        *post.pairs,
    ]
    summary = {
        "asked": done.asked,
        "settled": done.settled,
        "news": done.news,
        "unanswered": done.unanswered,
        "stopped": done.stopped,
    }
    display.show(Answer([], {**summary, **post.summary}), Facts([(label, value) for label, value in pairs]))
    for lane, why in done.stopped.items():
        display.warn(f"{lane} stopped: {why}")
    if post.failed:
        display.warn(post.failed)
    display.next("takedown inbox list --unmatched" if post.people else "takedown report")
    return 128 + again.signal if again.signal else min(filter(None, (done.exit, post.exit)), default=0)
