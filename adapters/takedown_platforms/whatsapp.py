"""WhatsApp: a portal for authorities, or a granted intake. Only what it hosts can be removed: channels, groups, profiles."""

from __future__ import annotations

import re
from dataclasses import replace

from takedown.contract import Kind, NotATarget, Reason, Target, Url
from takedown_platforms._meta import MetaPlatform, authority_form, meta_channels
from takedown_platforms._official import words

SITES = words("whatsapp.com www.whatsapp.com api.whatsapp.com web.whatsapp.com")
CHANNEL = re.compile(r"0029[A-Za-z0-9]{16,26}")
INVITE = re.compile(r"[A-Za-z0-9_-]{22}")
CODE = re.compile(r"[A-Za-z0-9]{6,40}")
NUMBER = re.compile(r"[1-9][0-9]{0,24}")
# Mexico dropped the 1 before its mobile numbers in August 2019; links with it are still about, for the same account.
OLD_MEXICAN = re.compile(r"521(?=[0-9]{10}$)")

FORM = replace(
    authority_form("whatsapp-authority"),
    url="https://www.whatsapp.com/records/login",
    source="third-party pages only; WhatsApp, Channels guidelines (Open Terms Archive copy of 2025-12-01) name no address",
    note="WhatsApp answers valid legal orders but publishes no address for them. This is the portal for authorities, known for"
    " requests for data: ask there, or your contact at Meta, where removal orders go, and put that into a form file of your own."
    " Its field list and lengths are not established. Only hosted content can be acted on (channels, groups, profile name, photo"
    " and about); private messages cannot.",
)


class WhatsApp(MetaPlatform):
    name, title = "whatsapp", "WhatsApp"
    hosts = SITES | words("chat.whatsapp.com wa.me www.wa.me l.wl.co")
    schemes = frozenset({"http", "https", "whatsapp"})
    channels = meta_channels(FORM)

    def owns(self, url: Url) -> bool:
        return url.scheme == "whatsapp" or super().owns(url)

    def recognise(self, url: Url) -> Target | NotATarget:
        found = self._item(url)
        if found:
            return found
        if "phone" in url.query or (url.host.endswith("wa.me") and url.path_parts):
            return self.refuse(Reason.GRAMMAR, "This is not a phone number with its country code.")
        if url.path_parts[:1] == ("channel",) or url.host == "chat.whatsapp.com":
            return self.refuse(Reason.GRAMMAR, "This is not a whole link to a channel or a group.")
        return self.refuse(Reason.RESERVED, "This page of WhatsApp names no account, channel or group.")

    def _item(self, url: Url) -> Target | NotATarget | None:
        match url.host, url.path_parts:
            case "l.wl.co", _:
                return self.refuse(Reason.REDIRECTOR, "This is WhatsApp's exit page; give the link that it leads to.")
            case "chat.whatsapp.com", (code,) | ("invite", code):
                return self._invite(code)
            case "web.whatsapp.com", ("accept",):
                return self._invite(url.query.get("code", ""))
            case (("wa.me" | "www.wa.me"), parts):
                return self._short(parts)
            case (("whatsapp.com" | "www.whatsapp.com"), ("channel", code, *rest)) if CHANNEL.fullmatch(code):
                return self._channel(code, rest)
            case (("whatsapp.com" | "www.whatsapp.com" | "api.whatsapp.com"), ("catalog", phone)):
                return self._catalogue(phone)
            case (("whatsapp.com" | "www.whatsapp.com" | "api.whatsapp.com"), ("product", item, phone)):
                return self._product(item, phone)
            case (("whatsapp.com" | "www.whatsapp.com" | "api.whatsapp.com"), ("message", code)):
                return self._pointer("message", code)
            case host, ("send",) if host in SITES:
                return self._phone(url.query.get("phone", ""))
            case "send", () if url.scheme == "whatsapp":
                return self._phone(url.query.get("phone", ""))
            case "chat", () if url.scheme == "whatsapp":
                return self._invite(url.query.get("code", ""))
            case _:
                return None

    def _short(self, parts: tuple[str, ...]) -> Target | None:
        """wa.me"""
        match parts:
            case (phone,):
                return self._phone(phone)
            case ("message" | "qr" as what, code):
                return self._pointer(what, code)
            case ("c", phone):
                return self._catalogue(phone)
            case ("p", item, phone):
                return self._product(item, phone)
            case _:
                return None

    def _phone(self, text: str) -> Target | None:
        number = e164(text)
        return self.target(Kind.PHONE, number, f"https://wa.me/{number[1:]}") if number else None

    def _invite(self, code: str) -> Target | None:
        return self.target(Kind.INVITE, code, f"https://chat.whatsapp.com/{code}") if INVITE.fullmatch(code) else None

    def _channel(self, code: str, rest: list[str]) -> Target | None:
        match rest:
            case []:
                return self.target(Kind.CHANNEL, code, f"https://www.whatsapp.com/channel/{code}")
            case [post] if NUMBER.fullmatch(post):
                return self.target(Kind.POST, f"{code}/{post}", f"https://www.whatsapp.com/channel/{code}/{post}")
            case _:
                return None

    def _pointer(self, what: str, code: str) -> Target | None:
        """A business's short link; only WhatsApp knows whose."""
        url = f"https://wa.me/{what}/{code}"
        return self.target(Kind.OTHER, f"short:{code}", url, f"short:{what}/{code}") if CODE.fullmatch(code) else None

    def _catalogue(self, phone: str) -> Target | None:
        number = e164(phone)
        return self.target(Kind.OTHER, number, f"https://wa.me/c/{number[1:]}", f"catalogue:{number}") if number else None

    def _product(self, item: str, phone: str) -> Target | None:
        number = e164(phone)
        if not (number and NUMBER.fullmatch(item)):
            return None
        return self.target(Kind.OTHER, item, f"https://wa.me/p/{item}/{number[1:]}", f"product:{item}")


def e164(text: str) -> str:
    """A number with its country code, `+` or not, as `+digits`; empty when no such number can exist.

    Possible, not valid: numbers reserved for examples are possible, and numbering plans change faster than tables.
    """
    # 9 ms, and the one import here that only some links need.
    from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult, format_number, parse
    from phonenumbers import is_possible_number_with_reason as possible

    digits = re.sub(r"[ ().-]", "", text.strip().removeprefix("+"))
    if not re.fullmatch(r"[1-9][0-9]{5,14}", digits):
        return ""
    try:
        number = parse("+" + OLD_MEXICAN.sub("52", digits))
    except NumberParseException:
        return ""
    return format_number(number, PhoneNumberFormat.E164) if possible(number) == ValidationResult.IS_POSSIBLE else ""
