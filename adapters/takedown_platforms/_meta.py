"""What Facebook, Instagram, Threads and WhatsApp share: the way in, Instagram's handles, the Graph API's way to say no."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast
from urllib.parse import quote

from takedown.contract import (
    BadJson,
    Channel,
    ChannelTerms,
    Denied,
    FormField,
    Observable,
    PortalForm,
    Probe,
    Reading,
    Refusal,
    Reply,
    Seen,
    TryLater,
    Unclear,
    beside_the_point,
    clamp,
    read_intake,
    strict_json,
)
from takedown_platforms._official import VERIFIED, OfficialPlatform, official_channels

HANDLE = re.compile(r"(?!.*\.\.)[a-z0-9_](?:[a-z0-9._]{0,28}[a-z0-9_])?")
"""An account of Instagram and of Threads, lowercase: up to 30 letters, digits, `_` and single dots inside."""

SHORTCODE = re.compile(r"[A-Za-z0-9_-]{2,64}")
"""A post: base64url of its numeric id."""

GRAPH = "https://graph.facebook.com/v26.0"
GUIDELINES = "Meta, Law Enforcement Guidelines (Open Terms Archive copy of 2026-08)"
NO_ADDRESS = "Meta publishes no address for removal requests: use this only with an address that Meta gave you, as `to`."


def authority_form(name: str, note: str = "") -> PortalForm:
    """The packet for Meta's portals: what a removal order must say, in the order of the annex to Regulation (EU) 2021/784."""
    return PortalForm(
        name=name,
        url="https://www.facebook.com/records/login/",
        fields=(
            FormField("Issuing authority", "authority"),
            FormField("Unit", "unit"),
            FormField("Country", "country"),
            FormField("Contact", "contact"),
            FormField("Official e-mail", "email"),
            FormField("Date", "date"),
            FormField("Reference number", "reference"),
            FormField("File numbers", "file_numbers", required=False),
            FormField("Kind of request", "instrument"),
            FormField("Links", "urls"),
            FormField("Stable ids, where known", "platform_ids", required=False),
            FormField("Measure", "measures"),
            FormField("Law", "law"),
            FormField("Provision", "provision"),
            FormField("Territory", "territory"),
            FormField("Reasons", "statement"),
            FormField("Redress", "redress"),
            FormField("Evidence", "evidence", required=False),
        ),
        source=GUIDELINES,
        verified_on=VERIFIED.isoformat(),
        note="The address is that of the form for removal orders under Regulation (EU) 2021/784. Other authorities and trusted"
        " flaggers are invited to SPInS, which has no public address: put yours into a form file of your own. Both are behind a"
        f" login, so the field list and its lengths are not established. {note}".strip(),
    )


def meta_channels(form: PortalForm) -> Mapping[Channel, ChannelTerms]:
    return official_channels("Meta", form, NO_ADDRESS)


class MetaPlatform(OfficialPlatform):
    """Reads the Graph API's error envelope before the plain intake answers."""

    def own_error(self, reply: Reply) -> Reading | None:
        return read_graph(reply)


class SeenByOembed(Observable):
    """A post's oEmbed answers without a token since 15 June 2026; its terms allow embedding and strictly nothing else, so that
    somebody must decide. Accounts have no such probe: their pages show a login wall, there or not, and are never asked.
    """

    def oembed(self, method: str, endpoint: str, url: str) -> tuple[Probe, ...]:
        return (Probe(method, f"{endpoint}?url={quote(url, safe='')}", "medium", needs_decision=True),)

    def read_probe(self, probe: Probe, reply: Reply) -> Seen:
        """`html` says that it is there. What an error says of a removed post is not established: private, age-restricted and
        not embeddable posts get one as well, so no error is ever read as gone.
        """
        del probe
        if said := beside_the_point(reply):
            return said
        if reply.status == 200 and isinstance(reply.at("html"), str) and reply.at("html") and reply.at("error") is None:
            return Seen("available")
        return Seen("unknown", f"HTTP {reply.status}: {_why(reply)}"[:300])


# developers.facebook.com/docs/graph-api/guides/error-handling and /docs/graph-api/overview/rate-limiting
TOO_MANY = frozenset({4, 17, 32, 341, 613, *range(80_000, 80_015)})
NOT_ALLOWED = frozenset({3, 10, 102, 190, 368, *range(200, 300)})
BAD_PARAMETER = 100
UNSURE = frozenset({1, 2, 506})
"""Unknown error, service failure, duplicate: after each of them the request may have been taken."""


def read_graph(reply: Reply) -> Reading | None:
    """A Graph API error envelope; None where there is none.

    A throttled call was never carried out, and the usage headers say in minutes how long to wait.
    """
    if reply.status == 429:
        return TryLater(_wait(reply), _why(reply))
    return None if reply.at("error") is None else _read_error(reply)


def _read_error(reply: Reply) -> Reading:
    code = _code(reply)
    if code in UNSURE:
        return Unclear(_why(reply))
    if code in TOO_MANY:
        return TryLater(_wait(reply), _why(reply))
    if code in NOT_ALLOWED:
        return Denied("credentials", _why(reply))
    if reply.at("error", "is_transient") is True:
        return Unclear(_why(reply))
    if code == BAD_PARAMETER:
        return Refusal(_label(reply), _why(reply))
    return read_intake(reply)


def _code(reply: Reply) -> int | None:
    found = reply.at("error", "code")
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 10:
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _label(reply: Reply) -> str:
    """`100/33`: code and, where given, subcode."""
    subcode = reply.at("error", "error_subcode")
    return f"{_code(reply)}/{subcode}" if isinstance(subcode, int) else f"{_code(reply)}"


def _why(reply: Reply) -> str:
    message, trace = reply.at("error", "message"), reply.at("error", "fbtrace_id")
    told = message if isinstance(message, str) and message else f"HTTP {reply.status}"
    return f"{told[:400]} (code {_label(reply)}, trace {trace})"[:500] if isinstance(trace, str) else told[:500]


def _wait(reply: Reply) -> timedelta | None:
    """The longest of what Retry-After and the usage headers ask for; None when they say nothing."""
    asked = [reply.retry_after, *(clamp(60 * minutes) for minutes in _regain_minutes(reply))]
    return max((delay for delay in asked if delay is not None), default=None)


def _regain_minutes(reply: Reply) -> list[float]:
    """`estimated_time_to_regain_access` of every entry: {"<business id>": [{"type", ..., "estimated_time_to_regain_access"}]}."""
    found: list[float] = []
    for header in ("x-business-use-case-usage", "x-app-usage"):
        try:
            usage: Any = strict_json(reply.headers.get(header, "").encode(errors="replace"))
        except BadJson:
            continue
        groups = cast("dict[str, Any]", usage) if isinstance(usage, dict) else {}
        for entry in (groups, *(e for group in groups.values() if isinstance(group, list) for e in cast("list[Any]", group))):
            minutes = cast("dict[str, Any]", entry).get("estimated_time_to_regain_access") if isinstance(entry, dict) else None
            if isinstance(minutes, int | float) and not isinstance(minutes, bool) and minutes > 0:
                found.append(float(min(minutes, 60)))
    return found
