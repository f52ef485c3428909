"""A real browser for tests: headless Chromium, driven by its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

HARMLESS = ("/favicon.ico", "WebSocket is closed before the connection is established")
"""What a browser says of a page that is well: there is no icon, or somebody else was to be connected meanwhile."""
COMPLAINTS = ("Runtime.exceptionThrown", "Log.entryAdded")
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def found() -> str | None:
    """The browser's command, when there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Tab:
    """One page of the browser."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self._ws = ws
        self._asked = 0
        self.session: str | None = None
        self.complaints: list[str] = []  # errors and warnings of the page's console

    async def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """A command and its result."""
        self._asked += 1
        request: dict[str, Any] = {"id": self._asked, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        await self._ws.send_json(request)
        while True:
            answer = await self._ws.receive_json(timeout=30)
            if answer.get("id") == self._asked:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            complaint = str(answer.get("params"))
            if answer.get("method") in COMPLAINTS and not any(each in complaint for each in HARMLESS):
                self.complaints.append(complaint)

    async def run(self, script: str) -> Any:
        """The value of a JavaScript expression (awaited when it is a promise)."""
        answer = await self.ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def until(self, script: str, seconds: float = 20.0) -> Any:
        """The first truthy value of an expression."""
        async with asyncio.timeout(seconds):
            while not (value := await self.run(script)):
                await asyncio.sleep(0.02)
        return value

    async def go(self, url: str) -> None:
        """Load a page."""
        await self.ask("Page.navigate", url=url)
        await self.until(f"location.href === {url!r} && document.readyState === 'complete'")

    async def type(self, text: str) -> None:
        """Type into what has the focus, then press Enter."""
        await self.ask("Input.insertText", text=text)
        for kind in ("keyDown", "keyUp"):
            await self.ask(
                "Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13
            )

    async def screenshot(self, path: Path) -> None:
        """What is seen now, as PNG."""
        answer = await self.ask("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(answer["data"]))


@asynccontextmanager
async def browser(command: str, folder: Path) -> AsyncIterator[Tab]:
    """A browser with an empty profile in `folder`, and its one tab."""
    process = await asyncio.create_subprocess_exec(
        command,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--window-size=900,720",
        "--remote-debugging-port=0",
        f"--user-data-dir={folder}",
        "about:blank",
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stderr is not None
        async with asyncio.timeout(30):
            while b"DevTools listening on " not in (line := await process.stderr.readline()):
                assert line, "the browser ended"
        draining = asyncio.create_task(_drain(process.stderr))
        url = line.decode().split(" on ", 1)[1].strip()
        async with aiohttp.ClientSession() as http, http.ws_connect(url, max_msg_size=0) as ws:
            tab = Tab(ws)
            target = (await tab.ask("Target.createTarget", url="about:blank"))["targetId"]
            tab.session = (await tab.ask("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
            for domain in ("Page", "Runtime", "Log"):
                await tab.ask(f"{domain}.enable")
            yield tab
        draining.cancel()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _drain(stream: asyncio.StreamReader) -> None:
    while await stream.readline():
        pass
