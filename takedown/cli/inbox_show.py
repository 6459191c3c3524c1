"""`takedown inbox show`: apart from the other commands about mails, which load far more."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from takedown.cli.context import current
from takedown.cli.reading import reading_of
from takedown.cli.seen import shown as noted
from takedown.display import Answer, Facts, Prose
from takedown.inbox.bounce import Bounce, read_bounce
from takedown.inbox.classify import words_of
from takedown.inbox.listing import mail_of
from takedown.inbox.parse import parse
from takedown.ledger.ids import number

app = typer.Typer()
MessageId = Annotated[str, typer.Argument(metavar="MESSAGE", help="As in inbox list: M-12")]
LONGEST = 20_000


@app.command("show")
def show(message: MessageId) -> None:
    """Show a mail: what was made of it, and its words as text. Links are not followed, nothing is fetched."""
    reading, ident = reading_of(), number(message, "M")
    with reading.ledger() as ledger:
        found, raw = mail_of(ledger, ident)
    noted(reading, "inbox show", (), {"mail": f"M-{ident}"})
    mail = parse(raw)
    text = words_of(mail).whole[:LONGEST]
    item = {**found, **bounced(read_bounce(mail, text) if found["class"] == "bounce" else None)}
    heads = [(name, mail.headers.text(name)) for name in ("from", "to", "date", "subject", "message-id", "in-reply-to")]
    first = mail.headers.get("authentication-results")[:500]
    pairs = [(name.replace("_", " "), _plain(value)) for name, value in item.items() if name not in {"sender", "subject"}]
    kept = [pair for pair in pairs if pair[1]]
    shown = {**item, "headers": dict(heads), "authentication_results": first, "text": text}
    current().display.show(
        Answer([shown], {}),
        Facts(kept),
        Prose(""),
        Facts([pair for pair in (*heads, ("authentication-results", first)) if pair[1]], "Headers"),
        Prose(f"\n{text}"),
    )


def _plain(value: object) -> str:
    return {True: "yes", False: "no", None: ""}.get(value, str(value)) if isinstance(value, bool) or value is None else str(value)


def bounced(bounce: Bounce | None) -> dict[str, Any]:
    """Whom a mail did not reach, as its notice names them, and whether nobody tries any more; nothing where it is no notice."""
    return {"failed": bounce.address, "permanent": bounce.permanent} if bounce else {}
