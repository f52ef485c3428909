"""A small HTTP/1.1 load client: ready-made requests over keep-alive connections, one at a time on each.

aiohttp's own client would be slower than the handlers under test; this one only counts status lines.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class Load:
    """What came back: responses per second and the count of each status."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        """All responses by the time from the first request to the last response."""
        return sum(self.statuses.values()) / self.seconds if self.seconds else 0.0


def post(host: str, port: int, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """One POST as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}:{port}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as the last one is answered (bodies here are short and have a length)."""

    def __init__(self, requests: Iterator[bytes], load: Load, done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._load = load
        self._done = done
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # TCP gives a Transport
        self._next()

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(data, 0, end)
            after = end + 4 + (int(found[1]) if found else 0)
            if len(data) < after:
                break
            self._load.statuses[int(data[9:12])] += 1
            data = data[after:]
            self._next()
        self._buffer = data

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is not None:
            self._transport.write(request)
            return
        if not self._done.done():
            self._done.set_result(None)
        self._transport.close()


async def run(host: str, port: int, requests: Sequence[bytes], connections: int) -> Load:
    """Send all requests over `connections` connections and wait for their answers."""
    ready = iter(requests)
    load = Load()
    loop = asyncio.get_running_loop()
    futures = [loop.create_future() for _ in range(connections)]
    started = time.perf_counter()
    for done in futures:
        await loop.create_connection(lambda done=done: _Connection(ready, load, done), host, port)  # type: ignore[misc]
    await asyncio.gather(*futures)
    load.seconds = time.perf_counter() - started
    return load
