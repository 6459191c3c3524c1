"""Mails bent by chance: whatever the seed, nothing raises, nothing that no reader sees decides, nothing forged is proven."""

from random import Random

import pytest
from mails import SERVER
from mutations import KINDS, forged

from takedown.inbox.authenticate import authenticate
from takedown.inbox.classify import Class, classify, words_of
from takedown.inbox.judging import open_mail
from takedown.inbox.verdicts import one_of

SEEDS = 40
BENT = pytest.mark.figure(
    "mails bent by chance", unit="kinds of bending", how=f"{SEEDS} seeds of each: none is fatal, none is believed"
)


def decided(raw: bytes) -> str:
    mail = open_mail(raw).mail
    read = classify(mail, words_of(mail), lambda _: "")
    told = one_of(read.reading.general) if read.kind is Class.DECISION and read.reading.decides else None
    return told.value if told else ""


@BENT
@pytest.mark.parametrize("kind", KINDS, ids=[kind.__name__ for kind in KINDS])
def test_a_bent_mail_tells_of_no_removal(kind):
    told = {seed: decided(kind(Random(f"{kind.__name__} {seed}"))) for seed in range(SEEDS)}
    assert [seed for seed, value in told.items() if value in {"removed", "restricted"}] == []


@BENT
@pytest.mark.safeguard("S16")
def test_a_forged_sender_is_never_proven():
    raws = {seed: forged(Random(seed)) for seed in range(SEEDS * 5)}
    proofs = {seed: authenticate(open_mail(raw).mail, raw, ["telegram.example"], SERVER, None) for seed, raw in raws.items()}
    assert [seed for seed, proof in proofs.items() if proof.how] == []
