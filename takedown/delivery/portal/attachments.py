"""Files around a packet: what is uploaded with it, gathered under readable names, and what proves that it was filed."""

from __future__ import annotations

import hashlib
import re
import shutil
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from takedown.contract import IntegrityFailed, UsageError
from takedown.delivery.portal.packet import Attachment
from takedown.intake.evidence import CannotHold, keep_file
from takedown.ledger.ids import request_id
from takedown.ledger.store import Ledger

LONGEST = 80


class EvidenceLost(IntegrityFailed):
    """The attachment {name} is not the file that was imported: {what}."""

    code, why = "TD-1203", "what is uploaded must be what was approved"
    do = "restore the folder evidence/ from the backup of the ledger"


class NoEvidence(UsageError):
    """The evidence {file} cannot be kept: {what}."""

    code, why, do = "TD-0735", "it is copied beside the ledger, under its sha256", "give --evidence FILE"


def folder_of(ledger: Ledger, request: int) -> Path:
    return ledger.folder / "portal" / request_id(request)


def gather(ledger: Ledger, request: int, attachments: Sequence[Attachment]) -> Path | None:
    """Copy a packet's files into one folder of their own; None when it has none. Raises EvidenceLost."""
    folder = folder_of(ledger, request)
    tidy(ledger, request)
    if not attachments:
        return None
    folder.mkdir(mode=0o700, parents=True)
    for at, one in enumerate(attachments, 1):
        source = ledger.folder / "evidence" / one.sha256
        try:
            data = source.read_bytes()
        except OSError as error:
            raise EvidenceLost(name=one.name, what=(error.strerror or "it cannot be read").lower()) from None
        if hashlib.sha256(data).hexdigest() != one.sha256:
            raise EvidenceLost(name=one.name, what="its sha256 is another")
        (folder / file_name(at, one.name)).write_bytes(data)
    return folder


def tidy(ledger: Ledger, request: int) -> None:
    """The copies are for the upload only."""
    shutil.rmtree(folder_of(ledger, request), ignore_errors=True)


def file_name(at: int, name: str) -> str:
    """`2-order.pdf`: a name that every file system and every upload form takes, and that cannot leave its folder."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    stem, dot, ending = re.sub(r"[^\w.-]+", "_", plain).strip("._").rpartition(".")
    stem, ending = (stem, ending[:10]) if dot else (ending, "")
    return ".".join(filter(None, (f"{at}-{stem[:LONGEST] or 'file'}", ending)))


def keep(ledger: Ledger, file: Path) -> str:
    """Copy a proof of filing beside the ledger; returns its sha256. Raises NoEvidence."""
    try:
        return keep_file(ledger.folder, file)["sha256"]
    except CannotHold as error:
        raise NoEvidence(file=file, what=error) from None
