"""`sh script/demo`: 850 invented addresses go through every stage, from nothing to the report. A simulation on this machine.

It types the commands that an officer would type, in a folder of its own, against stand-in platforms that lose replies, answer
late and refuse. What the platforms took is in their own journal, which is compared with the ledger at the end.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from takedown.sandbox.answers import MX
from takedown.sandbox.certificate import write_secret
from takedown.sandbox.journal import read_journal
from takedown.sandbox.post import USER
from takedown.sandbox.scenario import LANES, behaviours, turns, write_batch
from takedown.sandbox.server import Sandbox
from takedown.sandbox.tables import platform_table

FOLDER = Path("demo-desk")
SCALE = 3600.0
HOURS = (1.0, 14.0)
"""How long the stand-ins take to decide, in their time."""
RIPE = HOURS[1] * 3600 / SCALE + 1
LOOKED = (0, 5, 8)
PLANNER, APPROVER = "planner", "alice"


class Stopped(SystemExit):
    """A step ended in a way that it must not."""


def main() -> int:
    started = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(mode=0o700)
    say("A simulation: invented accounts, stand-in platforms on this machine, nothing leaves it.")
    with Sandbox(FOLDER / "platforms", behaviours(ripening=HOURS), scale=SCALE, imap_port=0).in_background() as sandbox:
        configure(sandbox)
        rows = write_batch(FOLDER / "batch.csv")
        say(f"{rows} addresses on six platforms lie in {FOLDER}/batch.csv; here is what some of them are:")
        takedown("recognise", "hxxps://t[.]me/s/standin_0042", "https://x.com@evil.test/standin_0042", "wa.me/447700900042")
        takedown("init", "--quiet")
        takedown("import", "batch.csv", quiet_lines=12)
        say("The dry run: everything is frozen, byte for byte, and nothing is sent.")
        plan = planned()
        say("Whoever planned cannot send alone; a second person signs the digest of those bytes.")
        takedown("submit", plan, expect=(7,))
        say("Of a plan of this size a sample is walked, a verdict for each case of it; the digest draws it, nobody picks it.")
        verdicts = [f"--sample={case}=yes" for case in data("plan", "show", plan)["summary"]["sample"]]
        takedown("approve", plan, "--cases", str(rows), *verdicts, "--key", f"{APPROVER}.key", who=APPROVER)
        say("Before anything is sent, a look at what the public sees: what was never up can never be counted as gone.")
        takedown("verify", expect=LOOKED)
        say("Now it is sent, over a network that loses replies, resets lines and answers 429, 500 and 503.")
        takedown("submit", plan, "--wait", "40s", expect=(0, 3, 5, 8))
        follow_names()
        resolve_unknowns(sandbox)
        say("Portals are filed by hand; an imitated officer does it here.")
        file_by_hand(sandbox)
        say(f"The platforms take their time; {RIPE:.0f} seconds here are their {HOURS[1]:.0f} hours.")
        time.sleep(RIPE)
        say("Some answer over their endpoint, Telegram by mail. So do others, in its name: what is not proven changes nothing.")
        takedown("sync", expect=(0, 5, 8))
        takedown("inbox", "list", "--unmatched", quiet_lines=14)
        say("What a platform says is not what happened: we look ourselves, twice, an hour apart (a second here).")
        takedown("verify", "--quiet", expect=LOOKED)
        time.sleep(3600 / SCALE + 0.1)
        takedown("verify", expect=LOOKED)
        say("Days later: who was gone can be back. That is proposed to a person, never filed by itself.")
        takedown("verify", "--platform", "x", "--quiet", expect=LOOKED)
        takedown("case", "list", "--proposed")
        takedown("status")
        say("Three truths side by side: what we delivered, what platforms say, what we saw.")
        takedown("report", "--html", "report.html")
        takedown("report", "--brief")
        takedown("audit", "verify")
    code = compare(sandbox)
    say(f"All of it is in {FOLDER}/; look around with: cd {FOLDER} && ../.venv/bin/takedown case list")
    say(f"That took {time.monotonic() - started:.0f} s.")
    return code


def follow_names() -> None:
    """Two accounts of X are not what they were when the plan was signed; the imitated officer follows them."""
    held = [row["case"] for row in data("case", "list", "--differs", "held", "--all")["items"]]
    moved = [row["case"] for row in data("case", "list", "--differs", "renamed", "--all")["items"]]
    if not moved:
        return
    say(
        "Just before sending, each X account was asked for its lasting id again. Some names have changed hands since the plan "
        "was signed, and what is sent must name who was meant: such a case is held, and its request taken back."
    )
    takedown("case", "explain", held[0])
    for case in moved:
        takedown("case", "rename", case)
    plan = planned()
    takedown("approve", plan, "--cases", str(len(held)), "--key", f"{APPROVER}.key", who=APPROVER)
    takedown("submit", plan, "--wait", "20s", expect=(0, 3, 5, 8))


def say(text: str) -> None:
    print("\n" + fill(text, 79, initial_indent="# ", subsequent_indent="# "), flush=True)


def takedown(*words: str, who: str = PLANNER, expect: Sequence[int] = (0,), quiet_lines: int = 0) -> None:
    """Type a command as the named person and show what it prints; `quiet_lines` cuts a long message."""
    prompt = f"{who}$ takedown " + " ".join(words)
    print(f"\n\033[1m{prompt}\033[0m" if sys.stdout.isatty() else f"\n{prompt}", flush=True)
    if quiet_lines:
        done = call(*words, who=who, capture=True)
        shown = (done.stdout + done.stderr).splitlines()
        print(
            "\n".join(
                [*shown[:quiet_lines], *([f"... {len(shown) - quiet_lines} more lines"] if len(shown) > quiet_lines else [])]
            )
        )
    else:
        done = call(*words, who=who)
    if done.returncode not in expect:
        raise Stopped(f"the demo stops: exit {done.returncode} was not expected here\n{done.stderr or ''}")


def call(*words: str, who: str = PLANNER, capture: bool = False) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TAKEDOWN_AS": who}
    command = [sys.executable, "-m", "takedown.cli", *words]
    return subprocess.run(command, cwd=FOLDER, env=environment, capture_output=capture, text=True, check=False)


def data(*words: str, who: str = PLANNER) -> dict[str, Any]:
    done = call(*words, "--json", who=who, capture=True)
    found: dict[str, Any] = json.loads(done.stdout or "{}")
    return found


def configure(sandbox: Sandbox) -> None:
    """Two keys, one for each person, and a configuration that points at the stand-ins."""
    lines = [f'"{name} {make_key(FOLDER / f"{name}.key")}"' for name in (PLANNER, APPROVER)]
    toml = [
        'environment = "sandbox"', "[authority]", 'name = "Example Authority"', 'unit = "Online Harms Desk"',
        'contact = "Duty officer, +1 202 555 0142"', 'email = "desk@authority.example"', 'country = "PK"',
        "[policy]", "approvals = 1", f"approvers = [{', '.join(lines)}]",
        "[smtp]", f'host = "{sandbox.host}"', f"port = {sandbox.smtp_port}",
        "[imap]", f'host = "{sandbox.host}"', f"port = {sandbox.imap_port}", f'user = "{USER}"',
        'password_file = "platforms/imap.password"', f'authserv_id = "{MX}"',
        "[sandbox]", f"time_scale = {SCALE:g}",
    ]  # fmt: skip
    for lane in LANES:
        toml += platform_table(sandbox, lane)
    (FOLDER / "takedown.toml").write_text("\n".join(toml) + "\n", encoding="utf-8")


def make_key(path: Path) -> str:
    """Write an OpenSSH Ed25519 key; returns its public line."""
    key = Ed25519PrivateKey.generate()
    write_secret(path, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def planned() -> str:
    takedown("plan", expect=(0, 3), quiet_lines=40)
    return max((str(one["plan"]) for one in data("plan", "list")["items"]), key=lambda name: int(name[2:]))


def resolve_unknowns(sandbox: Sandbox) -> None:
    """Mail whose fate is uncertain is for people: the imitated officer asks the platform and writes the answer down."""
    uncertain = data("unknown", "list")["items"]
    if not uncertain:
        return
    say(
        f"{len(uncertain)} sendings are uncertain: the line broke after the last byte, and nobody here knows. They are never "
        "sent again by a timer. An officer asks the platform, and settles each with what it answered:"
    )
    takedown("unknown", "list", quiet_lines=12)
    taken = {row["reference"]: row["id"] for row in read_journal(sandbox.journal_path) if row["event"] == "accepted"}
    for shown, one in enumerate(uncertain):
        answer = taken.get(one["our_reference"])
        evidence = FOLDER / "answer.txt"
        evidence.write_text(f"Asked by telephone about {one['our_reference']}: {answer or 'never arrived'}.\n", encoding="utf-8")
        words = ["--sent", answer, "--evidence", "answer.txt"] if answer else ["--not-sent", "--key", f"{APPROVER}.key"]
        step = ("unknown", "resolve", str(one["request"]), *words)
        if shown < 2:
            takedown(*step, who=APPROVER)
        elif call(*step, "--quiet", who=APPROVER, capture=True).returncode != 0:
            raise Stopped("the demo stops: an uncertain sending could not be settled")


def file_by_hand(sandbox: Sandbox) -> None:
    """Take each packet, file it at the stand-in's portal, type its number back."""
    filed = 0
    while items := data("portal", "next").get("items"):
        packet = items[0]
        filled = {"reference": packet["reference"], "fields": packet["fields"]}
        number = post(sandbox.url(str(packet["platform"])) + "/portal", filled)
        step = ("portal", "done", str(packet["request"]), "--ref", number)
        if filed < 2:
            takedown(*step)
        elif call(*step, "--quiet", capture=True).returncode != 0:
            raise Stopped("the demo stops: a packet could not be finished")
        filed += 1
    print(f"{filed} packets were filed.")


def post(url: str, packet: object) -> str:
    body = json.dumps(packet).encode()
    request = urllib.request.Request(url, body, {"content-type": "application/json"})  # noqa: S310 -- the stand-in's own address
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return str(json.load(answer)["reference"])


def compare(sandbox: Sandbox) -> int:
    """Hold the platforms' own journal against the ledger: lost, doubled, falsely called sent."""
    took: dict[str, int] = {}
    for row in read_journal(sandbox.journal_path):
        if row["event"] == "accepted":
            took[row["reference"]] = took.get(row["reference"], 0) + 1
    rows = data("case", "list", "--all")["items"]
    delivered = sum(1 for row in rows if row["delivery"] == "sent")
    returned = sum(1 for row in rows if row["delivery"] == "returned")
    blocked = sum(1 for row in rows if row["claimed"] in {"removed", "restricted"})
    doubled = sum(1 for count in took.values() if count > 1)
    say("The stand-ins' own journal against the ledger:")
    print(f"  requests taken {len(took)}, taken twice {doubled}; cases delivered {delivered} of {len(rows)}, blocked {blocked}")
    mails, believed = forged(sandbox)
    print(
        f"  letters that came back {returned}; mails in a platform's name that were forged {mails}, of these believed {believed}"
    )
    settled = delivered + returned == len(rows) and returned == len(turns().bounced)
    return 0 if not doubled and settled and not believed and blocked == sum(lane.blocked for lane in LANES) else 1


def forged(sandbox: Sandbox) -> tuple[int, int]:
    """How many mails the sandbox forged, and how many of them the desk believed."""
    names = {row["name"] for row in read_journal(sandbox.journal_path) if row["event"] == "mailed" and row["kind"] == "forgery"}
    rows = data("inbox", "list")["items"]
    believed = [row for row in rows if row["claims"] and row["message_id"].strip("<>").partition("@")[0] in names]
    return len(names), len(believed)


if __name__ == "__main__":
    sys.exit(main())
