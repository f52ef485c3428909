"""What a bench writes is what it measured, in the shape others read."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from aiohttp import web

from devkit.bench import http_load
from devkit.bench.report import Figure, write_json, write_page

FIGURE = Figure("hot_session", 4000.0, "commands/s", 1000.0, "pgbench", note="three rounds")


def test_the_json_names_value_unit_peer_and_ratio(tmp_path: Path) -> None:
    write_json([FIGURE], tmp_path / "build" / "bench.json")

    assert json.loads((tmp_path / "build" / "bench.json").read_text()) == {
        "hot_session": {"value": 4000.0, "unit": "commands/s", "peer": 1000.0, "ratio": 4.0}
    }


def test_the_page_names_machine_date_and_peer(tmp_path: Path) -> None:
    write_page([FIGURE], tmp_path / "benchmarks.md", date(2026, 11, 22))

    page = (tmp_path / "benchmarks.md").read_text()
    assert "2026-11-22" in page
    assert "| hot_session | 4,000 commands/s | 1,000 commands/s | 4.00 | pgbench |" in page
    assert "three rounds" in page


def test_a_peer_of_nothing_gives_no_ratio() -> None:
    assert Figure("x", 1.0, "s", 0.0, "nothing").ratio == 0.0


async def test_the_load_client_counts_every_answer_once() -> None:
    seen: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        seen.append(await request.read())
        return web.Response(status=200 if len(seen) % 2 else 503, text="body")

    app = web.Application()
    app.router.add_post("/here", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = int(runner.addresses[0][1])
    requests = [http_load.post("127.0.0.1", port, "/here", f"{n}".encode(), {}) for n in range(20)]

    load = await http_load.run("127.0.0.1", port, requests, connections=3)

    assert load.statuses == {200: 10, 503: 10}
    assert sorted(seen) == sorted(f"{n}".encode() for n in range(20))
    assert load.per_second > 0
    await runner.cleanup()


async def test_the_load_client_says_when_nobody_listens(unused_tcp_port: int) -> None:
    with pytest.raises(OSError, match="Connect call failed"):
        await http_load.run("127.0.0.1", unused_tcp_port, [b""], connections=1)
