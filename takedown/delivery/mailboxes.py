"""The mailboxes of the configuration as servers to read from: our own, and the one that heads are mailed to."""

from __future__ import annotations

from takedown.desk import Desk
from takedown.planning.destinations import SANDBOX, check_url, is_loopback
from takedown.secrets import secret
from takedown.settings import MailboxSection
from takedown.transport.imap import ImapServer


def server_of(desk: Desk, box: MailboxSection, what: str, *, readonly: bool = False) -> ImapServer:
    """A table of the configuration as a server. `what`: the mailbox in words. Raises Unreachable, CredentialsMissing."""
    if desk.settings.environment == "sandbox":
        check_url(f"http://{box.host}:{box.port}", "imap", SANDBOX)
    password = secret(desk.config, box.password_file, box.password_command, f"the password of {what}")
    return ImapServer(box.host, box.port, box.user, password, box.folder, is_loopback(box.host), readonly, desk.config.ca_file)
