"""A report for the public written to a file, and in the record that it was: which file, of which period."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from takedown.audit import verify
from takedown.desk import Desk
from takedown.report.public.document import Document, Period, write
from takedown.report.public.laws import dsa_22, tco_8
from takedown.report.public.record import refuse
from takedown.report.public.transparency import transparency

PUBLISHED = "public.written"
DOCUMENTS: Mapping[str, Callable[[Desk, Period], Document]] = {"transparency": transparency, "dsa-22": dsa_22, "tco-8": tco_8}


def publish(desk: Desk, kind: str, period: Period, path: Path) -> tuple[Document, int]:
    """Make the document, write it, and record the file's sha256. Returns it and how many figures it has.

    First the whole record is verified, by meaning too. Raises DoesNotReconcile, UsageError.
    """
    refuse(verify(desk.ledger).problems)
    document = DOCUMENTS[kind](desk, period)
    figures = write(document, path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    told = {"kind": kind, "period": document.period, "of_event": document.record.seq, "sha256": sha256}
    desk.ledger.write(lambda book: book.record(PUBLISHED, sha256[:12], told, {"by": desk.who}))
    return document, figures
