"""Heads are time-stamped by an authority on this machine, and only a time-stamp that was verified is kept."""

import base64
import hashlib
import json
import subprocess
import sys
from functools import partial

import pytest
from authority import Authority
from desks import add_cases, again, make_desk, make_key
from sendings import api, planned, send, taken
from werkzeug import Response

from takedown.audit.bundle import bundle
from takedown.cli import run
from takedown.delivery.stamped import Stamped, verify_stamps
from takedown.delivery.timestamps import StrangeAuthority, check_address
from takedown.delivery.witness import witness
from takedown.heads import CannotCopy, copies, stamps_beside

SETTINGS = '[audit]\nhead_key = "head"\ncopies = ["file:elsewhere", "rfc3161:{url}"]\ntsa_certificate = "tsa/root.pem"\n'


@pytest.fixture
def authority(tmp_path):
    make_key(tmp_path, "head")
    return Authority(tmp_path / "tsa")


@pytest.fixture
def settings(authority, httpserver):
    """What a desk writes into its configuration, at an authority that answers as it should."""
    answering(httpserver, authority.answer)
    return SETTINGS.format(url=httpserver.url_for("/tsa"))


def answering(server, answer, status=200):
    def handle(request):
        assert request.headers["content-type"] == "application/timestamp-query"
        return Response(answer(request.get_data()), status, content_type="application/timestamp-reply")

    server.clear_all_handlers()
    server.expect_request("/tsa", method="POST").respond_with_handler(handle)


def stamps(desk):
    (path,) = copies(desk)
    beside = stamps_beside(path)
    return [json.loads(line) for line in beside.read_text().splitlines()] if beside.exists() else []


def openssl_says(folder, digest, response):
    words = ["openssl", "ts", "-verify", "-digest", digest, "-in", str(response), "-CAfile", str(folder / "tsa" / "root.pem")]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


def test_a_head_is_stamped_before_the_first_send_and_at_the_end(tmp_path, stand_in, settings):
    desk, plan = planned(tmp_path, api(stand_in(), idempotency=True), 3)
    with (tmp_path / "takedown.toml").open("a") as file:
        file.write(settings)
    desk = again(desk)
    assert send(desk, plan).sent == 3
    first, last = stamps(desk)
    (path,) = copies(desk)
    lines = path.read_bytes().splitlines()
    assert [first["sha256"], last["sha256"]] == [hashlib.sha256(line).hexdigest() for line in lines]
    assert [first["seq"], last["seq"]] == [json.loads(line)["head"]["seq"] for line in lines]
    (tmp_path / "answer.tsr").write_bytes(base64.b64decode(last["response"]))
    assert "Verification: OK" in openssl_says(tmp_path, last["sha256"], tmp_path / "answer.tsr")


def test_nothing_is_sent_without_its_stamp(tmp_path, stand_in, settings, httpserver):
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True), 3)
    with (tmp_path / "takedown.toml").open("a") as file:
        file.write(settings)
    answering(httpserver, lambda query: b"", 503)
    with pytest.raises(CannotCopy, match="it answered 503"):
        send(again(desk), plan)
    assert taken(sandbox) == {}


def of_another_hash(authority, query):
    from rfc3161_client.base import HashAlgorithm, TimestampRequestBuilder

    other, start = TimestampRequestBuilder(b"another head", HashAlgorithm.SHA256).build(), query.index(b"\x04\x20") + 2
    return authority.answer(query[:start] + other.message_imprint.message + query[start + 32 :])


def of_another_question(authority, query):
    from rfc3161_client.base import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder(b"a line", HashAlgorithm.SHA256).build().as_bytes()
    start = request.index(b"\x04\x20") + 2
    digest = query[query.index(b"\x04\x20") + 2 :][:32]
    return authority.answer(request[:start] + digest + request[start + 32 :])


def refused(authority, query):
    return authority.answer(query.replace(bytes.fromhex("608648016503040201"), bytes.fromhex("608648016503040203"), 1))


def by_somebody_else(authority, query):
    return Authority(authority.folder.with_name("other")).answer(query)


def changed_on_its_way(authority, query):
    answer = bytearray(authority.answer(query))
    answer[-1] ^= 1
    return bytes(answer)


WRONG = {
    "another hash": (of_another_hash, "of something else"),
    "another nonce": (of_another_question, "answers another question"),
    "a refusal": (refused, "it refused: "),
    "garbage": (lambda authority, query: b"<html>Bad gateway</html>", "no time-stamp"),
    "nothing": (lambda authority, query: b"", "no time-stamp"),
    "half": (lambda authority, query: authority.answer(query)[:200], "no time-stamp"),
    "another signer": (by_somebody_else, "does not lead to"),
    "a bent signature": (changed_on_its_way, "does not lead to"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_stamp_of_this_head_is_refused_and_not_kept(tmp_path, authority, settings, httpserver, what):
    answer, words = WRONG[what]
    desk = make_desk(tmp_path, {}, extra=settings)
    answering(httpserver, partial(answer, authority))
    with pytest.raises(CannotCopy, match=words):
        witness(desk)
    assert stamps(desk) == []


@pytest.mark.parametrize(
    ("url", "live"),
    [
        ("https://tsa.authority.example/", False),
        ("http://tsa.authority.example/", True),
        ("https://127.0.0.1/", True),
        ("https://name:word@tsa.authority.example/", True),
        ("ftp://127.0.0.1/", False),
    ],
)
def test_an_authority_that_may_not_be_asked(url, live):
    with pytest.raises(StrangeAuthority) as caught:
        check_address(url, live=live)
    assert "word" not in str(caught.value)


def test_one_that_may_be():
    check_address("https://tsa.authority.example/", live=True)
    check_address("http://127.0.0.1:4000/tsa", live=False)


@pytest.mark.parametrize("name", ["", "missing.pem", "head"])
def test_without_certificates_nobody_is_asked(tmp_path, settings, name):
    desk = make_desk(tmp_path, {}, extra=settings.replace("tsa/root.pem", name))
    with pytest.raises(StrangeAuthority, match="certificates"):
        witness(desk)


@pytest.fixture
def stamped(tmp_path, settings):
    """A desk with two heads and their time-stamps."""
    desk = make_desk(tmp_path, {}, extra=settings)
    witness(desk)
    add_cases(desk, "facebook", [1])
    witness(desk)
    return desk


def test_kept_stamps_are_verified(stamped):
    assert verify_stamps(stamped) == Stamped(2, [])


def swapped(lines, authority):
    lines[0]["response"], lines[1]["response"] = lines[1]["response"], lines[0]["response"]


def of_a_head_of_nobody(lines, authority):
    lines[1]["sha256"] = hashlib.sha256(b"another").hexdigest()


def forged(lines, authority):
    query = make_query(lines[1]["sha256"])
    lines[1]["response"] = base64.b64encode(Authority(authority.folder.with_name("forger")).answer(query)).decode()


def make_query(sha256):
    from rfc3161_client.base import HashAlgorithm, TimestampRequestBuilder

    query = TimestampRequestBuilder(b"a line", HashAlgorithm.SHA256).build().as_bytes()
    start = query.index(b"\x04\x20") + 2
    return query[:start] + bytes.fromhex(sha256) + query[start + 32 :]


def no_base64(lines, authority):
    lines[1]["response"] = "%"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (swapped, ["time-stamp is of something else"] * 2),
        (of_a_head_of_nobody, ["is of no head that stands there"]),
        (forged, ["does not lead to"]),
        (no_base64, ["cannot be read"]),
    ],
)
def test_a_stamp_that_was_forged_or_swapped_is_found(stamped, authority, edit, words):
    (path,) = copies(stamped)
    lines = stamps(stamped)
    edit(lines, authority)
    stamps_beside(path).write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = verify_stamps(stamped)
    assert found.kept == 2
    assert len(found.problems) == len(words)
    assert all(word in what for word, (_, what) in zip(words, found.problems, strict=True))


def test_a_stamped_head_that_was_edited_is_found(stamped):
    (path,) = copies(stamped)
    path.write_text(path.read_text().replace('"at":"2', '"at":"3'))
    assert [what.partition(": ")[2] for _, what in verify_stamps(stamped).problems] == [
        "a time-stamp is of no head that stands there"
    ] * 2


def test_a_bundle_holds_the_stamps_and_its_script_compares_them(tmp_path, settings):
    desk = make_desk(tmp_path, {}, extra=settings)
    witness(desk)
    add_cases(desk, "facebook", [1])
    witness(desk)
    made = tmp_path / "bundle"
    bundle(desk, 1, made)
    (told,) = [json.loads(line) for line in (made / "timestamps.jsonl").read_text().splitlines()]
    assert told["sha256"] == stamps(desk)[1]["sha256"]
    assert "Verification: OK" in openssl_says(tmp_path, told["sha256"], made / told["file"])
    words = [sys.executable, "-I", "-S", str(made / "verify.py")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert f"openssl ts -verify -digest {told['sha256']} -in {told['file']}" in done.stdout
    response = (made / told["file"]).read_bytes()
    (made / told["file"]).write_bytes(response.replace(bytes.fromhex(told["sha256"]), bytes(32)))
    assert "is not of the head of event" in subprocess.run(words, capture_output=True, text=True, check=False).stdout


def test_audit_verify_says_how_many_it_verified_or_that_it_could_not(stamped, monkeypatch, capsys):
    stamped.ledger.close()
    folder = stamped.config.folder
    monkeypatch.chdir(folder)
    assert run(["--json", "audit", "verify"]) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["time_stamps"] == 2
    root = folder / "tsa" / "root.pem"
    root.unlink()
    assert run(["audit", "verify"]) == 0
    assert "not verified: no certificates can be read" in " ".join("".join(capsys.readouterr()).split())
    Authority(folder / "again").root.rename(root)
    assert run(["audit", "verify"]) == 12
    assert "does not lead to [audit] tsa_certificate" in " ".join("".join(capsys.readouterr()).split())
