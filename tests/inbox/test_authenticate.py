"""Whose mail it is: RFC 8601 in all its spellings, and signatures checked on the raw bytes."""

import base64

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from mails import PASS, SERVER, mail

from takedown.inbox.authenticate import authenticate, belongs, sender
from takedown.inbox.parse import Headers, parse
from takedown.inbox.results import read_results

OWNERS = ["telegram.example"]


def how(raw, server=SERVER, resolve=None, owners=OWNERS):
    return authenticate(parse(raw), raw, owners, server, resolve)


@pytest.mark.parametrize(
    "results",
    [
        PASS,
        f"{SERVER} 1; dkim=pass header.d=telegram.example",
        f"{SERVER.upper()}; DKIM=PASS header.D=TELEGRAM.EXAMPLE",
        f"{SERVER} (our own (nested) one);\r\n\tdkim=pass (2048-bit key; unprotected)\r\n\theader.d=telegram.example header.s=s1",
        f'{SERVER}; dkim=pass reason="good; really" header.d="telegram.example"',
        f"{SERVER}; spf=fail smtp.mailfrom=evil.test; dkim=pass header.i=@telegram.example header.s=s1; dmarc=pass",
        f"{SERVER}; dkim=fail header.d=list.example; dkim=pass header.d=mail.telegram.example",
        f"{SERVER}; dkim/1=pass header.d = telegram.example",
        f"{SERVER}; dkim=pass header.d=telegram.example header.b=abc/+d header.a=rsa-sha256;",
        f"{SERVER}; dkim=pass header.d=telegram.example; spf=none smtp.mailfrom=;",
    ],
)
def test_the_word_of_our_own_server_is_read_in_every_spelling(results):
    assert how(mail(results=results)).how.startswith("Authentication-Results: dkim=pass ")


@pytest.mark.parametrize(
    "text",
    ["", ";", "=", f"{SERVER}; dkim", f"{SERVER}; dkim=", f"{SERVER}; =pass", f"{SERVER}; dkim=pass header.d", f"{SERVER}; dkim==pass", f'"{SERVER}', "(" * 100, f"{SERVER} one two; dkim=pass"],
)  # fmt: skip
def test_half_a_header_is_not_read(text):
    assert read_results(text) is None


def test_no_result_at_all_is_read_as_none():
    found = read_results(f"{SERVER}; none")
    assert found is not None
    assert found.results == ()


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("Legal <legal@telegram.example>", "legal@telegram.example"),
        ('"Legal, Trust @ Safety" <Legal@Telegram.example>', "legal@telegram.example"),
        ("legal@telegram.example", "legal@telegram.example"),
        ("<legal@telegram.example>", "legal@telegram.example"),
        ("=?utf-8?B?TGVnYWw=?= <legal@telegram.example>", "legal@telegram.example"),
        ("legal@telegram.example (Legal Requests)", "legal@telegram.example"),
        ("Dana (Legal) <legal@telegram.example>", "legal@telegram.example"),
        ("x@evil.test (<legal@telegram.example>)", ""),
        ("(legal@telegram.example) x@evil.test", ""),
        ("legal@telegram.example, other@telegram.example", ""),
        ("Legal legal@telegram.example", ""),
    ],
)
def test_the_sender_is_one_plain_address(header, address):
    assert sender(Headers((("from", header),))) == address


def test_domains_belong_by_whole_labels():
    assert belongs("mail.telegram.example", OWNERS)
    assert belongs("telegram.example", ["@Telegram.Example."])
    assert not belongs("nottelegram.example", OWNERS)
    assert not belongs("example", OWNERS)
    assert not belongs("", ["", "telegram.example"])


@pytest.fixture(scope="module")
def keys():
    key = generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()), record


def signed(keys, raw, domain=b"telegram.example", headers=(b"from", b"subject", b"in-reply-to", b"date"), **more):
    return dkim.sign(raw, b"s1", domain, keys[0], include_headers=list(headers), **more) + raw


def published(keys, domain="telegram.example"):
    return lambda name: keys[1] if name.rstrip(".") == f"s1._domainkey.{domain}" else None


class TestSignature:
    def test_holds_on_the_raw_bytes(self, keys):
        raw = signed(keys, mail(results="", in_reply_to="<x@authority.example>"))
        proof = how(raw, resolve=published(keys))
        assert proof.how == "DKIM telegram.example"
        assert proof.covers("in-reply-to")
        assert not proof.covers("references")

    def test_is_broken_by_another_word(self, keys):
        raw = signed(keys, mail(text="We have not removed the account.", results=""))
        assert how(raw, resolve=published(keys)).how
        assert not how(raw.replace(b"have not removed", b"have now removed"), resolve=published(keys)).how

    def test_of_another_domain_is_no_proof(self, keys):
        raw = signed(keys, mail(results=""), domain=b"evil.test")
        assert not how(raw, resolve=published(keys, "evil.test")).how

    def test_over_a_part_of_the_body_is_no_proof(self, keys):
        raw = signed(keys, mail(results=""), length=True)
        assert b"l=" in raw
        assert not how(raw, resolve=published(keys)).how

    def test_without_a_key_is_no_proof(self, keys):
        raw = signed(keys, mail(results=""))
        assert not how(raw, resolve=lambda _: None).how
        assert "cannot be looked up" in how(raw, resolve=None).why

    def test_is_not_asked_when_our_server_said_no(self, keys):
        raw = signed(keys, mail(results=f"{SERVER}; dkim=fail header.d=telegram.example"))
        assert not how(raw, resolve=published(keys)).how

    def test_counts_where_a_stranger_wrote_the_first_results(self, keys):
        raw = signed(keys, mail(results="mx.evil.test; dkim=pass header.d=telegram.example"))
        assert how(raw, resolve=published(keys)).how == "DKIM telegram.example"
        assert not how(raw).how

    @pytest.mark.parametrize(
        "tags",
        [
            "",
            "d=telegram.example",
            "v=1; a=x; b=; bh=; d=telegram.example; h=; s=",
            "d=telegram.example; l=" + "9" * 5000,
            "=;=;=",
        ],
    )
    def test_that_is_broken_never_raises(self, keys, tags):
        assert not how(mail(results="", dkim_signature=tags), resolve=published(keys)).how


@pytest.mark.safeguard("S16")
def test_nothing_is_believed_without_reply_domains():
    assert not how(mail(), owners=[]).how
    assert not how(mail(), server="").how
