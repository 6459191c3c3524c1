"""An imitated web portal at /{platform}/portal: a person files a form and gets a number back. Nothing else knows of it."""

from __future__ import annotations

import hashlib
from html import escape
from typing import Any, cast
from urllib.parse import parse_qsl

from takedown.contract import BadJson, strict_json
from takedown.sandbox.book import Book
from takedown.sandbox.texts import links
from takedown.sandbox.wire import Answer, HttpRequest, json_answer, problem

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}: legal requests (stand-in)</title>
<h1>{name}: legal requests</h1><p>A stand-in on this machine; nothing leaves it.</p>
<form method="post"><p><label>Your reference<br><input name="reference"></label></p>
<p><label>Addresses and statement<br><textarea name="text" rows="12" cols="80"></textarea></label></p>
<p><button>File the request</button></p></form></html>"""
DONE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Filed</title>
<p>Your number is <b id="number">{number}</b>.</p></html>"""


class Portal:
    """One platform's portal. It takes a form (`reference` and any text fields) or the packet that the tool makes, as JSON."""

    def __init__(self, book: Book) -> None:
        self.book = book

    async def answer(self, request: HttpRequest) -> Answer:
        match request.method, request.media_type:
            case "GET", _:
                return _page(200, PAGE.format(name=escape(self.book.name)))
            case "POST", "application/json":
                return self._packet(request.body)
            case "POST", "application/x-www-form-urlencoded":
                fields = dict(parse_qsl(request.body.decode("utf-8", "replace")))
                return self._file(request.body, fields.get("reference", ""), "\n".join(fields.values()), as_page=True)
            case "POST", _:
                return problem(415, "send a form or application/json")
            case _:
                return problem(405, f"{request.method} has no meaning here", {"allow": "GET, POST"})

    def _packet(self, raw: bytes) -> Answer:
        """`{"reference", "fields": [{"label", "value"}] or {label: value}, "cases": [{"case", "url"}]}`; cases are optional."""
        try:
            packet = strict_json(raw)
        except BadJson as error:
            return problem(400, f"the body is not JSON: {error}")
        if not isinstance(packet, dict):
            return problem(422, "a packet is an object")
        packet = cast("dict[str, Any]", packet)
        text = "\n".join(_values(packet.get("fields")))
        if packet.get("form") == "withdrawal":
            return self._withdraw(str(packet.get("follows", "")), str(packet.get("reference", "")), _cases(packet.get("cases")))
        return self._file(raw, str(packet.get("reference", "")), text, _cases(packet.get("cases")))

    def _withdraw(self, follows: str, reference: str, known: dict[str, str]) -> Answer:
        filed = self.book.filed_under(follows)
        if filed is None:
            return problem(404, "nothing was filed under that reference")
        items = [item.id for item in filed.items if item.url in known]
        return json_answer(201, {"reference": self.book.withdraw(filed, "at the portal", items, reference).id})

    def _file(
        self, raw: bytes, reference: str, text: str, known: dict[str, str] | None = None, *, as_page: bool = False
    ) -> Answer:
        urls = list(known or {}) or links(text, self.book.behaviour.hosts)
        if not urls:
            return problem(422, "the form names no address of this platform")
        pairs = [((known or {}).get(url, ""), url) for url in urls]
        filed = self.book.take("portal", reference, pairs, sha256=hashlib.sha256(raw).hexdigest())
        if as_page:
            return _page(201, DONE.format(number=filed.id))
        return json_answer(201, {"reference": filed.id})


def _values(fields: object) -> list[str]:
    if isinstance(fields, dict):
        return [str(value) for value in cast("dict[str, object]", fields).values()]
    rows = cast("list[object]", fields) if isinstance(fields, list) else []
    return [str(cast("dict[str, object]", row).get("value", "")) for row in rows if isinstance(row, dict)]


def _cases(rows: object) -> dict[str, str]:
    found = (
        [cast("dict[str, object]", row) for row in cast("list[object]", rows) if isinstance(row, dict)]
        if isinstance(rows, list)
        else []
    )
    return {str(row["url"]): str(row.get("case", "")) for row in found if row.get("url")}


def _page(status: int, html: str) -> Answer:
    return Answer(
        status, html.encode(), {"content-type": "text/html; charset=utf-8", "content-security-policy": "default-src 'none'"}
    )
