"""How fast are commands answered when so many are always under way? For throughput; `open_loop` is for latency."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.bus import HEADER_ID, HEADER_REPLY, MSG_ID
from shared.messages.booking import Command
from shared.subjects import command as subject_of

Encoded = tuple[str, bytes, str]
"""Subject, payload, command id."""


def encoded(command: Command) -> Encoded:
    """A booking command as it goes over the wire."""
    subject = subject_of("booking", command.tenant_id, command.key, command.name)
    return subject, command.encode(), str(command.command_id)


class Window:
    """Sends commands, `in_flight` of them unanswered at any time."""

    def __init__(self, client: Client, in_flight: int, *, patience: float = 300.0) -> None:
        """`patience`: seconds for all of them."""
        self._client = client
        self._in_flight = in_flight
        self._patience = patience
        self._inbox = client.new_inbox()
        self._commands: Sequence[Encoded] = ()
        self._next = 0
        self._open: set[int] = set()
        self._refused = 0
        self._done = asyncio.Event()

    async def run(self, commands: Sequence[Encoded]) -> float:
        """Seconds from the first publish to the last answer. Raises when one is refused or not answered."""
        self._commands, self._open = commands, set(range(len(commands)))
        subscription = await self._client.subscribe(f"{self._inbox}.*", cb=self._on_answer)
        started = time.perf_counter()
        for _ in range(self._in_flight):
            await self._send()
        try:
            async with asyncio.timeout(self._patience):
                await self._done.wait()
        except TimeoutError:
            raise RuntimeError(f"{len(self._open):,} of {len(commands):,} commands got no answer") from None
        finally:
            seconds = time.perf_counter() - started
            await subscription.unsubscribe()
        if self._refused:
            raise RuntimeError(f"{self._refused:,} of {len(commands):,} commands were refused")
        return seconds

    async def _send(self) -> None:
        if self._next < len(self._commands):
            n, self._next = self._next, self._next + 1
            subject, payload, command_id = self._commands[n]
            headers = {HEADER_ID: command_id, HEADER_REPLY: f"{self._inbox}.{n}", MSG_ID: command_id}
            await self._client.publish(subject, payload, headers=headers)

    async def _on_answer(self, msg: Msg) -> None:
        n = int(msg.subject.rsplit(".", 1)[1])
        if n not in self._open:
            return  # the same answer again: it came twice because the command did
        self._open.discard(n)
        self._refused += b'"refusal":{' in msg.data
        if self._open:
            await self._send()
        else:
            self._done.set()
