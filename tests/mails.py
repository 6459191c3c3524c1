"""Mails as platforms, servers and forgers might write them; every name and number is invented."""

SERVER = "mx.authority.example"
PASS = f"{SERVER}; dkim=pass header.d=telegram.example"


def mail(text: str = "We have removed the account.", **headers: str) -> bytes:
    """A plain mail; `in_reply_to` becomes In-Reply-To. An empty value leaves a header out; `results` stands on top."""
    given = {"from": "Legal <legal@telegram.example>", "to": "desk@authority.example", "subject": "Your request"}
    given |= {"date": "Thu, 14 Jan 2027 10:00:00 +0000", "message-id": "<a1@telegram.example>", "results": PASS}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    results = given.pop("results")
    kind = given.pop("content-type", "text/plain; charset=utf-8")
    lines = [f"Authentication-Results: {results}"] if results else []
    lines += [f"{name.title()}: {value}" for name, value in given.items() if value]
    return "\r\n".join([*lines, f"Content-Type: {kind}", "", text.replace("\n", "\r\n"), ""]).encode()


def html(body: str, plain: str = "", **headers: str) -> bytes:
    if not plain:
        return mail(body, content_type="text/html; charset=utf-8", **headers)
    parts = (
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n--b\nContent-Type: text/html; charset=utf-8\n\n{body}\n--b--\n"
    )
    return mail(parts, content_type='multipart/alternative; boundary="b"', **headers)


def bounce(
    address: str = "orders@telegram.example", *, action: str = "failed", status: str = "5.1.1", returned: str = ""
) -> bytes:
    """An RFC 3464 report; `returned` are the headers of the mail that came back."""
    report = (
        "--b\nContent-Type: text/plain\n\nThis is the mail system. Your message could not be delivered.\n"
        "--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.authority.example\nArrival-Date: Thu, 14 Jan 2027 10:00:00 +0000\n\n"
        f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 no such user\n\n"
        f"--b\nContent-Type: message/rfc822\n\n{returned}\n\nThe letter.\n--b--\n"
    )
    return mail(
        report,
        content_type='multipart/report; report-type=delivery-status; boundary="b"',
        subject="Undelivered Mail Returned to Sender",
        results="",
        **{
            "from": "MAILER-DAEMON@authority.example (Mail Delivery System)",
            "return_path": "<>",
            "message_id": "<dsn@authority.example>",
        },
    )


def forwarded(depth: int) -> bytes:
    """A mail in a mail in a mail."""
    raw = mail()
    for _ in range(depth):
        raw = b"From: a@b.example\r\nContent-Type: message/rfc822\r\n\r\n" + raw
    return raw


def nested(depth: int) -> bytes:
    """Multiparts inside multiparts, each of a boundary of its own."""
    head = [f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}" for n in range(depth)]
    return "\n".join(
        ["From: legal@telegram.example", *head, "Content-Type: text/plain", "", "We have removed the account."]
    ).encode()


def parts(count: int) -> bytes:
    return mail("--b\n\nx\n" * count + "--b--", content_type="multipart/mixed; boundary=b")
