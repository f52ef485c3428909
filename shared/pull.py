"""Reading a stream's partition: a standing pull request whose messages are taken in whatever number has arrived.

Survives everything: a server restart, a consumer or stream that was deleted, a store that was lost whole.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque

import orjson
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from shared.bus import Bus

_EXPIRES_SECONDS = 5  # shorter than `FROZEN_AFTER_MS`: a frozen instance's request must not swallow messages
_HEARTBEAT_SECONDS = 2.0
_SILENCE_SECONDS = 5.0
_AGAIN_SECONDS = 0.25
_WITH_DOMAIN = 11  # parts of an address for acknowledgements, at least


class PullConsumer:
    """One durable consumer. `take()` waits for messages and returns all that are there, in stream order."""

    def __init__(
        self,
        bus: Bus,
        stream: str,
        durable: str,
        filter_subject: str,
        *,
        batch: int = 512,
        ack_wait: float = 30.0,
        ack_policy: AckPolicy = AckPolicy.EXPLICIT,
    ) -> None:
        self._bus = bus
        self._stream = stream
        self._durable = durable
        self._batch = batch
        self._config = ConsumerConfig(
            durable_name=durable,
            filter_subject=filter_subject,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=ack_policy,
            ack_wait=ack_wait,
            max_ack_pending=4 * batch,
            max_deliver=-1,
            inactive_threshold=0,
        )
        self._buffer: deque[Msg] = deque()
        self._woken = asyncio.Event()
        self._credit = 0  # messages the server may still send on the standing request
        self._broken = False
        self._inbox = ""
        self._next = 0  # the consumer's number of the next message, where it counts what it delivers for us
        self._missed = False  # something went elsewhere: what comes behind it must not be taken before it

    async def open(self, *, takeover: bool) -> None:
        """Create the consumer if it is missing and begin. `takeover`: what the last owner did not acknowledge
        comes again first, in order (ADR-60 of NATS)."""
        await self._ensure(takeover=takeover)
        await self._begin(counts=takeover)
        self._bus.reconnect_listeners.add(self._reconnected)

    async def close(self) -> None:
        """Stop receiving; what was taken and not acknowledged goes to the next owner."""
        self._bus.reconnect_listeners.discard(self._reconnected)
        await self._end()

    async def _begin(self, *, counts: bool) -> None:
        # One acknowledgement of several messages covers those, too, that went elsewhere: to a request that an owner before
        # us left standing, or with a connection. So those are numbered: from one on, after a reset.
        self._next = 1 if counts and self._config.ack_policy is AckPolicy.ALL else 0
        self._inbox = self._bus.nc.new_inbox()
        self._subscription = await self._bus.nc.subscribe(
            self._inbox, cb=self._on_message, pending_msgs_limit=-1, pending_bytes_limit=-1
        )
        await self._request()

    async def _end(self) -> None:
        try:
            await self._subscription.unsubscribe()
        except (NatsError, OSError):
            return  # the connection is away, and the subscription with it

    async def take(self, most: int | None = None) -> list[Msg]:
        """At least one message, at most `most` (default: all that have arrived)."""
        while not self._buffer:
            if self._broken:
                await self._recover()
            elif self._credit <= 0:
                await self._request()
            if not self._buffer and not self._broken:
                await self._wait()
        count = min(len(self._buffer), most or len(self._buffer))
        taken = [self._buffer.popleft() for _ in range(count)]
        if self._credit <= 0 and len(self._buffer) < self._batch:
            await self._request()
        return taken

    async def _wait(self) -> None:
        self._woken.clear()
        try:
            async with asyncio.timeout(_SILENCE_SECONDS):  # heartbeats come more often
                await self._woken.wait()
        except TimeoutError:
            self._broken = True

    async def _recover(self) -> None:
        self._broken = False
        try:
            if self._config.ack_policy is AckPolicy.ALL:
                await self._again()
            else:
                await self._ensure(takeover=False)
                await self._request()
        except (NatsError, TimeoutError, OSError) as error:
            self._broken = True
            reason = str(error) or type(error).__name__
            self._bus.log.info("consumer_recovering", durable=self._durable, error=reason)
            await asyncio.sleep(_AGAIN_SECONDS)
            if self._bus.connected:
                await self._bus.provision()

    async def _again(self) -> None:
        """Read on from the first message that is not acknowledged."""
        await self._end()
        if self._missed:  # whoever gets them still asks: but for a few seconds only
            await asyncio.sleep(_AGAIN_SECONDS)
        self._missed = False
        self._buffer.clear()
        await self._ensure(takeover=True)
        await self._begin(counts=True)

    def _reconnected(self) -> None:
        # The server forgot our standing request with the old connection.
        self._broken = True
        self._woken.set()

    async def _ensure(self, *, takeover: bool) -> None:
        js = self._bus.js
        await js.add_consumer(self._stream, config=self._config)
        until = time.monotonic() + _EXPIRES_SECONDS + _AGAIN_SECONDS
        while takeover:
            reset = await js.reset_consumer(self._stream, self._durable)
            # A frozen owner's request would be served before ours. One that is gone has none: nobody waits in vain.
            if not reset.info.num_waiting or time.monotonic() > until:
                return
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _request(self) -> None:
        self._credit = self._batch
        body = orjson.dumps(
            {
                "batch": self._batch,
                "expires": int(_EXPIRES_SECONDS * 1e9),
                "idle_heartbeat": int(_HEARTBEAT_SECONDS * 1e9),
            }
        )
        try:
            await self._bus.nc.publish(
                f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._durable}", body, reply=self._inbox
            )
        except (NatsError, OSError):
            self._broken = True

    async def _on_message(self, msg: Msg) -> None:
        if msg.reply.startswith("$JS.ACK"):
            if self._next and not self._follows(msg):
                return
            self._credit -= 1
            self._buffer.append(msg)
            self._woken.set()
            return
        headers = msg.headers or {}
        status = headers.get("Status", "")
        if status == "100":  # heartbeat: the server is there; wake the silence timer
            self._woken.set()
        elif status in ("404", "408") or headers.get("Description") == "Batch Completed":  # it has run out
            self._credit = 0
            self._woken.set()
        else:  # 409 consumer deleted or server shutting down, 503 no responders
            self._credit = 0
            self._broken = True
            self._woken.set()

    def _follows(self, msg: Msg) -> bool:
        """Whether nothing is missing between the last message and this one; else it is all read again."""
        if _place(msg.reply) == self._next:
            self._next += 1
            return True
        if not self._missed:
            self._bus.log.info("messages_elsewhere", durable=self._durable, expected=self._next)
        self._broken = self._missed = True
        self._woken.set()
        return False


def _place(reply: str) -> int:
    """The consumer's number of a delivery, by its address for acknowledgements (with a domain and an account, or none)."""
    parts = reply.split(".")
    return int(parts[6 if len(parts) < _WITH_DOMAIN else 8])
