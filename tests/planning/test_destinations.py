"""Where a request may go is the engine's to say: the signed policy's list in live, and nobody's way in for users."""

import pytest

from takedown.contract import Channel, HttpDraft, MailDraft, PortalDraft
from takedown.planning.destinations import SANDBOX, Bounds, Unreachable, UsersOnly, check_address, check_url, pin, user_reports
from takedown.registry import load

LIVE = Bounds("live", {"facebook": ("gateway.authority-partner.net",), "telegram": ("Orders@telegram-office.net",)})
USERS = [
    "http://127.0.0.1:9/1.1/users/report_spam.json",
    "http://127.0.0.1:9/youtube/v3/videos/reportAbuse",
    "http://127.0.0.1:9/api/v1/users/42/flag/",
    "http://127.0.0.1:9/users/42/report",
    "http://127.0.0.1:9/api/v1/reports",
]


def platform(name, **settings):
    made = load().platforms[name]
    return made(made.Settings(**settings))


def form(url):
    return PortalDraft(url, "form", (), (), b"")


@pytest.mark.safeguard("S9")
@pytest.mark.figure("ways in for users", unit="addresses", how="refused as a destination")
@pytest.mark.parametrize("where", USERS)
def test_a_way_in_for_users_is_no_destination(where):
    with pytest.raises(UsersOnly) as refused:
        check_url(where, "facebook", SANDBOX)
    assert refused.value.exit == 7
    assert "takedown platforms facebook" in refused.value.as_dict()["do"]
    assert "read 20" in refused.value.as_dict()["why"]


@pytest.mark.parametrize("lost", ["source", "read_on", "both"])
@pytest.mark.parametrize("kind", ["endpoint", "mailbox"])
def test_a_way_in_for_users_has_a_source_and_the_day_on_which_it_was_read(kind, lost):
    said = {"source": 'source = "a page"', "read_on": "read_on = 2026-11-28"}
    kept = [line for name, line in said.items() if lost not in {name, "both"}]
    with pytest.raises(ValueError, match="source and read_on"):
        user_reports("\n".join([f"[[{kind}]]", 'hosts = ["*"]', "path = '^/a'", "address = 'a@b.example'", *kept]))


@pytest.mark.safeguard("S9")
def test_an_adapter_cannot_add_one_to_an_allowed_host():
    one = platform("facebook", channel="api", base_url="https://gateway.authority-partner.net")
    with pytest.raises(UsersOnly):
        pin(HttpDraft("POST", "/v1/users/42/flag"), one, LIVE)


@pytest.mark.safeguard("S9")
@pytest.mark.parametrize("within", [SANDBOX, Bounds("live", {"telegram": ("abuse@telegram.org",)})])
def test_nor_is_a_mailbox_for_users_even_where_the_policy_lists_it(within):
    with pytest.raises(UsersOnly):
        check_address("Abuse@telegram.org", "telegram", within)


@pytest.mark.safeguard("S9")
@pytest.mark.parametrize("name", sorted(load().platforms))
def test_every_adapter_has_official_channels_with_their_source(name):
    made = load().platforms[name]
    assert made.channels
    for channel, terms in made.channels.items():
        assert terms.source, f"{name}:{channel}"
    one = platform(name)
    if terms := made.channels.get(Channel.PORTAL):
        assert pin(form(terms.form.url), one, Bounds("live", {})) == terms.form.url


@pytest.mark.figure("destinations outside the policy", unit="addresses", how="refused in live")
@pytest.mark.parametrize(
    "where",
    [
        "https://gateway.authority-partner.net.evil.net",
        "https://evil.net/gateway.authority-partner.net",
        "https://evil.net",
        "https://sub.gateway.authority-partner.net",
        "http://gateway.authority-partner.net",
        "https://127.0.0.1",
        "https://user@gateway.authority-partner.net",
    ],
)
def test_live_sends_only_where_the_signed_policy_says(where):
    with pytest.raises(Unreachable):
        check_url(where, "facebook", LIVE)


def test_what_the_policy_lists_for_one_platform_is_not_another_ones():
    assert check_url("https://gateway.authority-partner.net/fb", "facebook", LIVE)
    with pytest.raises(Unreachable) as refused:
        check_url("https://gateway.authority-partner.net/fb", "instagram", LIVE)
    assert "does not list it under destinations.instagram" in refused.value.as_dict()["why"]


def test_mail_goes_to_the_listed_address_only():
    assert check_address("orders@telegram-office.net", "telegram", LIVE)
    for other in ("orders@telegram-office.net.evil.net", "other@telegram-office.net"):
        with pytest.raises(Unreachable):
            check_address(other, "telegram", LIVE)
    one = platform("telegram", channel="email", to="orders@telegram-office.net")
    with pytest.raises(Unreachable, match="evil"):
        pin(MailDraft("evil@telegram-office.net", b""), one, LIVE)


def test_a_form_of_an_operators_layout_needs_the_policys_word():
    one = platform("facebook")
    with pytest.raises(Unreachable):
        pin(form("https://forms.evil.net/"), one, LIVE)
    listed = Bounds("live", {"facebook": ("forms.authority-partner.net",)})
    assert pin(form("https://forms.authority-partner.net/x"), one, listed)
