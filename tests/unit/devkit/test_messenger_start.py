"""Starting the Messenger emulator by hand: it says where it is, or what is wrong with its file."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import aiohttp

from tests.unit.devkit.messenger_world import PAGE


async def run(path: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "devkit.messenger", "--config", str(path)), stderr=asyncio.subprocess.PIPE
    )


async def test_it_starts_from_a_file_and_stops_on_interrupt(tmp_path: Path, unused_tcp_port: int) -> None:
    account = {"account_id": PAGE, "page_token": "hidden-1", "webhook_url": "http://127.0.0.1:9/x"}
    path = tmp_path / "emulator.json"
    path.write_text(json.dumps({"accounts": [account], "app_secret": "hidden-2", "port": unused_tcp_port}))
    process = await run(path)
    assert process.stderr is not None
    async with asyncio.timeout(30):
        said = (await process.stderr.readline()).decode()
        url = f"http://127.0.0.1:{unused_tcp_port}"
        assert url in said
        async with aiohttp.ClientSession() as session, session.get(url + "/health") as answer:
            assert answer.status == 200
        os.kill(process.pid, signal.SIGINT)
        assert await process.wait() == 0
        assert b"hidden" not in said.encode() + await process.stderr.read()


async def test_a_file_that_does_not_fit_is_explained_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text('{"accounts": []}')
    process = await run(path)
    _, said = await process.communicate()
    assert process.returncode == 2
    assert b"accounts" in said
    assert b"Traceback" not in said
