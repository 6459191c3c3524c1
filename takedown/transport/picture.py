"""A picture of a page exactly as a probe received it: Chromium draws those bytes, without a network and without scripts.

The page is not asked for a second time, so the picture is of what was judged, and the browser reaches nobody: it is offline,
every request of it is refused, its proxy is a closed door, and the page stands in a sandboxed frame under a policy that loads
nothing. What styles and images would have come from elsewhere are missing. The frame around it says which page, when, from
where, with which status, and the sha256 of its bytes.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass, field
from html import escape
from typing import Any

from takedown.contract import MissingExtra, TakedownError

NAMES = ("chromium", "chromium-browser", "google-chrome")
SIZE = {"width": 1280, "height": 1600}
SECONDS = 20.0
CLOSED_DOOR = "http://127.0.0.1:9"
"""The discard port: what would get past everything else is sent there."""
PAGE = """<!doctype html><html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<style>body{{margin:0;font:14px/1.5 monospace;background:#fff;color:#000}}dl{{margin:0;padding:12px 16px;border-bottom:3px solid
#000;display:grid;grid-template-columns:10em 1fr}}dd{{margin:0;overflow-wrap:anywhere}}iframe{{border:0;width:100%;height:1380px}}
</style></head><body><dl>{facts}</dl><iframe sandbox="" srcdoc="{body}"></iframe></body></html>"""


async def _refused(route: Any) -> None:
    await route.abort()


class NoBrowser(TakedownError):
    """There is no browser to take pictures with: {what}."""

    code, exit = "TD-0303", 2
    why, do = "observe.pictures asks for them", 'install Chromium, set observe.browser to it, or set observe.pictures = "none"'


@dataclass
class Camera:
    """Takes pictures with a browser that `open` starts and `aclose` ends. `browser`: its path; empty: it is looked for."""

    browser: str = ""
    _play: Any = field(default=None, init=False)
    _running: Any = field(default=None, init=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def open(self) -> None:
        """Start the browser. Raises MissingExtra, NoBrowser."""
        try:
            from playwright.async_api import Error, async_playwright
        except ImportError as error:
            raise MissingExtra(what="A picture of a page", extra="capture") from error
        path = self.browser or next(filter(None, map(shutil.which, NAMES)), "")
        if not path:
            raise NoBrowser(what=f"none of {', '.join(NAMES)} is installed")
        self._play = await async_playwright().start()
        try:
            self._running = await self._play.chromium.launch(
                executable_path=path, chromium_sandbox=os.geteuid() != 0, proxy={"server": CLOSED_DOOR},
                args=["--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"], timeout=SECONDS * 1000,
            )  # fmt: skip
        except Error as error:
            await self.aclose()
            raise NoBrowser(what=str(error).partition("\n")[0][:200]) from None

    async def take(self, body: bytes, media_type: str, facts: dict[str, str]) -> bytes | str:
        """A PNG of the bytes under a frame of facts; or, in a phrase, why there is none. The camera is open."""
        from playwright.async_api import Error

        async with self._lock:
            try:
                async with asyncio.timeout(SECONDS):
                    return await self._take(framed(body, media_type, facts))
            except (Error, TimeoutError) as error:
                return f"no picture: {type(error).__name__}"

    async def _take(self, html: str) -> bytes:
        context = await self._running.new_context(viewport=SIZE, java_script_enabled=False, offline=True, accept_downloads=False)
        try:
            page = await context.new_page()
            await page.route("**/*", _refused)
            await page.set_content(html, wait_until="load")
            return bytes(await page.screenshot(type="png"))
        finally:
            await context.close()

    async def aclose(self) -> None:
        if self._running is not None:
            await self._running.close()
        if self._play is not None:
            await self._play.stop()
        self._running = self._play = None


def framed(body: bytes, media_type: str, facts: dict[str, str]) -> str:
    """The bytes in a frame of their own, below what is known of them. What is no HTML is shown as text."""
    kind, _, rest = media_type.lower().partition(";")
    charset = rest.partition("charset=")[2].strip(" \"'") or "utf-8"
    try:
        text = body.decode(charset, "replace")
    except LookupError:
        text = body.decode("utf-8", "replace")
    inner = text if "html" in kind else f"<pre style='white-space:pre-wrap'>{escape(text)}</pre>"
    told = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    return PAGE.format(facts=told, body=escape(inner))
