"""Starting the emulator by hand: it says where the phone is, or what is wrong with its file."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import aiohttp

from tests.unit.devkit.conftest import config


async def run(path: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "devkit.whatsapp", "--config", str(path)), stderr=asyncio.subprocess.PIPE
    )


def config_file(folder: Path, **changes: object) -> Path:
    values = config("http://127.0.0.1:9/", **changes).model_dump(mode="json")
    path = folder / "emulator.json"
    path.write_text(json.dumps(values | {"app_secret": "hidden-1", "access_token": "hidden-2"}))
    return path


async def test_it_starts_from_a_file_and_stops_on_interrupt(tmp_path: Path, unused_tcp_port: int) -> None:
    process = await run(config_file(tmp_path, port=unused_tcp_port))
    assert process.stderr is not None
    async with asyncio.timeout(30):
        said = (await process.stderr.readline()).decode()
        url = f"http://127.0.0.1:{unused_tcp_port}/"
        assert url in said
        async with aiohttp.ClientSession() as session, session.get(url + "health") as answer:
            assert answer.status == 200
        os.kill(process.pid, signal.SIGINT)
        assert await process.wait() == 0
        assert b"hidden" not in said.encode() + await process.stderr.read()


async def test_a_file_that_does_not_fit_is_explained_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text('{"businesses": []}')
    for wrong, reason in [(path, b"businesses"), (tmp_path / "absent.json", b"Cannot read")]:
        process = await run(wrong)
        _, said = await process.communicate()
        assert process.returncode == 2
        assert reason in said
        assert b"Traceback" not in said


async def test_a_taken_port_is_explained_in_a_sentence(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    process = await run(config_file(tmp_path, port=server.sockets[0].getsockname()[1]))
    _, said = await process.communicate()
    server.close()
    assert process.returncode == 2
    assert b"Choose another port" in said
