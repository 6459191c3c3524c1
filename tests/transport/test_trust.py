"""Whose certificates are believed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from takedown.layers import BadConfiguration
from takedown.sandbox.certificate import make_certificate
from takedown.transport.trust import Speaks, trust


def test_authorities_are_read_once_for_all_that_speaks_alike(tmp_path: Path) -> None:
    public, _ = make_certificate(tmp_path)
    assert trust(Speaks.HTTP, public) is trust(Speaks.HTTP, public)
    assert trust(Speaks.HTTP, public) is not trust(Speaks.MAIL, public)
    assert trust(Speaks.HTTP, None) is not trust(Speaks.HTTP, public)
    (own,) = trust(Speaks.HTTP, public).get_ca_certs()
    assert own["subject"] == own["issuer"]


def test_a_file_that_was_renewed_is_read_anew(tmp_path: Path) -> None:
    public, _ = make_certificate(tmp_path)
    before = trust(Speaks.HTTP, public)
    make_certificate(tmp_path)
    os.utime(public, ns=(0, 1))
    assert trust(Speaks.HTTP, public).get_ca_certs() != before.get_ca_certs()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [("nope.pem", None, "No such file"), ("empty.pem", "", "no certificate"), ("text.pem", "standin_0042", "no certificate")],
)
def test_a_file_without_certificates_is_told_by_its_name(tmp_path: Path, name: str, content: str | None, why: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(BadConfiguration) as told:
        trust(Speaks.HTTP, tmp_path / name)
    assert name in told.value.message
    assert why in str(told.value.as_dict()["why"])
