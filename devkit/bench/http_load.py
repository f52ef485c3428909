"""A small HTTP/1.1 load client: ready-made requests over keep-alive connections, one at a time on each.

aiohttp's own client would be slower than the handlers under test; this one only counts status lines.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


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

    def __init__(self, requests: asyncio.Queue[bytes], load: Load, done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._load = load
        self._done = done
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # TCP gives a Transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            length = 0
            if (at := head.find(b"content-length:")) >= 0:
                length = int(head[at + 15 :].split(b"\r\n", 1)[0])
            if len(self._buffer) < end + 4 + length:
                return
            self._load.statuses[int(head[9:12])] += 1
            self._buffer = self._buffer[end + 4 + length :]
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _next(self) -> None:
        if self._requests.empty():
            if not self._done.done():
                self._done.set_result(None)
            self._transport.close()
            return
        self._transport.write(self._requests.get_nowait())


async def run(host: str, port: int, requests: Sequence[bytes], connections: int) -> Load:
    """Send all requests over `connections` connections and wait for their answers."""
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    for request in requests:
        queue.put_nowait(request)
    load = Load()
    loop = asyncio.get_running_loop()
    futures = [loop.create_future() for _ in range(connections)]
    started = time.perf_counter()
    for done in futures:
        await loop.create_connection(lambda done=done: _Connection(queue, load, done), host, port)  # type: ignore[misc]
    await asyncio.gather(*futures)
    load.seconds = time.perf_counter() - started
    return load
