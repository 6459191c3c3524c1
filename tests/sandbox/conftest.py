from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from stand_in import HandClock, Open, Stand

from takedown.sandbox import Behaviour, Sandbox


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Open]:
    """Opens a sandbox whose one platform behaves as asked."""
    async with AsyncExitStack() as stack:

        async def opened(behaviour: Behaviour | None = None, **kwargs: Any) -> Stand:
            clock, pauses = HandClock(), list[float]()

            async def sleep(seconds: float) -> None:
                pauses.append(seconds)

            sandbox = Sandbox(
                tmp_path / "sandbox", {"chirp": behaviour or Behaviour()},
                **{"smtp_port": None, "clock": clock, "sleep": sleep, "scale": 1.0} | kwargs,
            )  # fmt: skip
            await stack.enter_async_context(sandbox)
            headers = {"Authorization": f"Bearer {sandbox.tokens['chirp']}"}
            client = await stack.enter_async_context(httpx.AsyncClient(headers=headers, trust_env=False))
            return Stand(sandbox, clock, client, pauses)

        yield opened
