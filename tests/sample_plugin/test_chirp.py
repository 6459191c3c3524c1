"""The inherited suite on somebody else's adapter: this much data is all that a plugin's test needs."""

from chirp import Chirp

from takedown.contract import Kind
from takedown.testing import PlatformContract, reply


class TestChirp(PlatformContract):
    platform = Chirp
    targets = {
        "https://m.chirp.example/Standin_0042": (Kind.ACCOUNT, "standin_0042"),
        "chirp.example/p/12": (Kind.POST, "12"),
    }
    refused = {
        "https://chirp.example.evil.test/a": "host",
        "https://chirp.example/search": "reserved",
        "https://cheep.example/standin_0042": "mirror",
        "https://chirp.example/a/b/c": "grammar",
    }
    same = (("https://www.chirp.example/STANDIN_0042", "hxxps://chirp[.]example/standin_0042?ref=x"),)
    accepted = (reply(201, {"id": "R1", "status": "received"}),)
    later = (reply(200, {"error": {"code": "queue_full", "wait": 30}}),)
