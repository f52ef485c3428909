"""Starting the Twilio emulator by hand: it says where it is, or what is wrong with its file."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import aiohttp

from tests.unit.devkit.twilio_world import config


async def run(path: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "devkit.twilio", "--config", str(path)), stderr=asyncio.subprocess.PIPE
    )


async def test_it_starts_from_a_file_and_stops_on_interrupt(tmp_path: Path, unused_tcp_port: int) -> None:
    values = config("http://127.0.0.1:9", port=unused_tcp_port).model_dump(mode="json")
    path = tmp_path / "emulator.json"
    path.write_text(json.dumps(values | {"auth_token": "hidden-1"}))
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
    path.write_text('{"numbers": []}')
    for wrong, reason in [(path, b"numbers"), (tmp_path / "absent.json", b"Cannot read")]:
        process = await run(wrong)
        _, said = await process.communicate()
        assert process.returncode == 2
        assert reason in said
        assert b"Traceback" not in said
