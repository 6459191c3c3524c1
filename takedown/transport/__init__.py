"""The one room with sockets: HTTP and SMTP, each telling exactly what is known of a sending."""

import sys

# httpx loads the command line of its own, with rich and pygments, wherever they happen to be installed: a fifth of a start.
# None in this place makes that import fail, which httpx expects.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
