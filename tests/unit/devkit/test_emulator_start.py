"""Starting any emulator by hand: it says where it is, or what is wrong with its file."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

NOWHERE = "http://127.0.0.1:9/"


@dataclass(frozen=True)
class Emulator:
    """`python -m devkit.<name>`: the least that its file holds, secrets begin with "hidden"; `health`: where it says it
    runs."""

    name: str
    values: dict[str, object]
    health: str = "/health"

    async def run(self, path: Path) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", f"devkit.{self.name}", "--config", str(path)),
            stderr=asyncio.subprocess.PIPE,
        )

    def file(self, folder: Path, **changes: object) -> Path:
        path = folder / "emulator.json"
        path.write_text(json.dumps(self.values | changes))
        return path


NUMBER = {
    "phone_number_id": "100000001",
    "waba_id": "200000001",
    "display_phone_number": "351210000001",
    "name": "Studio",
}
EMULATORS = (
    Emulator(
        "whatsapp",
        {
            "businesses": [NUMBER],
            "gateway_webhook_url": NOWHERE,
            "app_secret": "hidden-1",
            "access_token": "hidden-2",
        },
    ),
    Emulator("telegram", {"bots": [{"token": "123456:hidden-1"}]}, "/_control/health"),
    Emulator(
        "twilio",
        {
            "account_sid": "AC" + "0" * 32,
            "auth_token": "hidden-1",
            "numbers": [{"number": "+351210000001", "webhook_url": NOWHERE}],
        },
    ),
    Emulator(
        "messenger",
        {
            "accounts": [{"account_id": "100000001", "page_token": "hidden-1", "webhook_url": NOWHERE}],
            "app_secret": "hidden-2",
        },
    ),
)


@pytest.fixture(params=EMULATORS, ids=lambda emulator: emulator.name)
def emulator(request: pytest.FixtureRequest) -> Emulator:
    """Each of them."""
    found: Emulator = request.param
    return found


async def test_it_starts_from_a_file_and_stops_on_interrupt(
    emulator: Emulator, tmp_path: Path, unused_tcp_port: int
) -> None:
    process = await emulator.run(emulator.file(tmp_path, port=unused_tcp_port))
    assert process.stderr is not None
    async with asyncio.timeout(30):
        said = (await process.stderr.readline()).decode()
        url = f"http://127.0.0.1:{unused_tcp_port}"
        assert url in said
        async with aiohttp.ClientSession() as session, session.get(url + emulator.health) as answer:
            assert answer.status == 200
        os.kill(process.pid, signal.SIGINT)
        assert await process.wait() == 0
        assert b"hidden" not in said.encode() + await process.stderr.read()


async def test_a_file_that_does_not_fit_is_explained_in_a_sentence(
    emulator: Emulator, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.json"
    first = next(key for key, value in emulator.values.items() if isinstance(value, list))
    path.write_text(json.dumps(emulator.values | {first: []}))
    for wrong, reason in [(path, first.encode()), (tmp_path / "absent.json", b"Cannot read")]:
        process = await emulator.run(wrong)
        _, said = await process.communicate()
        assert process.returncode == 2
        assert reason in said
        assert b"hidden" not in said
        assert b"Traceback" not in said


async def test_a_taken_port_is_explained_in_a_sentence(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    path = EMULATORS[0].file(tmp_path, port=server.sockets[0].getsockname()[1])
    process = await EMULATORS[0].run(path)
    _, said = await process.communicate()
    server.close()
    assert process.returncode == 2
    assert b"Choose another port" in said
