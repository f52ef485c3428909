"""The bus: one connection with safe settings, and the few ways of talking that services may use.

FastStream carries the connection and the queries; ordered streams and jobs are read by `shared.pull` (FastStream's
defaults drop a message on an exception and stall when a durable is gone: docs/adr/0004).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from faststream.nats import NatsBroker, NatsMessage
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.js import JetStreamContext
from pydantic import BaseModel

from shared import streams, subjects
from shared.answering import HEADER_ERROR, Answering, Handler, Query
from shared.errors import Transient, Unanswered, UsherError
from shared.messages.envelope import Message
from shared.telemetry import get_logger, trace_headers

HEADER_ID = "Usher-Id"
HEADER_FROM = "Usher-From"
HEADER_REPLY = "Usher-Reply"
MSG_ID = "Nats-Msg-Id"

Answer = TypeVar("Answer", bound=BaseModel)


class QueryFailed(UsherError):
    """The service that was asked could not answer."""


class Bus:
    """A service's connection to NATS. Reconnects for ever; everything said on it may be lost and is said again."""

    def __init__(self, broker: NatsBroker, service: str) -> None:
        self.broker = broker
        self.service = service
        self.log = get_logger(service)
        self.reconnect_listeners: set[Callable[[], None]] = set()  # called after each reconnect
        self._waiting: dict[str, asyncio.Future[bytes]] = {}
        self._inbox = ""
        self._asked = 0
        self._js: JetStreamContext | None = None
        self._provisioning = asyncio.Lock()
        self._provisions = 0
        self._answering: list[Callable[[], Awaitable[None]]] = []  # each waits for its answers under way

    @classmethod
    async def connect(cls, url: str, service: str) -> Bus:
        """Connect (waiting for the server when it is away) and see that the streams exist."""
        holder: list[Bus] = []

        async def on_reconnect() -> None:
            for bus in holder:
                bus._on_reconnect()

        async def on_error(error: Exception) -> None:
            get_logger(service).debug("bus_error", error=str(error))

        broker = NatsBroker(
            url,
            name=f"usher-{service}",
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.25,  # type: ignore[arg-type]  # nats-py takes seconds as a float
            connect_timeout=2,
            ping_interval=5,
            max_outstanding_pings=2,
            pending_size=8 * 1024 * 1024,
            error_cb=on_error,
            reconnected_cb=on_reconnect,
            logger=None,
            apply_types=False,
        )
        await broker.connect()
        bus = cls(broker, service)
        holder.append(bus)
        bus._inbox = bus.nc.new_inbox()
        await bus.nc.subscribe(f"{bus._inbox}.*", cb=bus._on_answer)
        await bus.provision()
        return bus

    @property
    def nc(self) -> Client:
        """The nats-py client."""
        connection: Client = self.broker.connection
        return connection

    @property
    def js(self) -> JetStreamContext:
        """The JetStream context."""
        if self._js is None:
            self._js = self.nc.jetstream(timeout=3)
        return self._js

    @property
    def connected(self) -> bool:
        """True while the server is reachable."""
        return bool(self.nc.is_connected)

    async def start(self) -> None:
        """Start the queries registered by `answer`."""
        await self.broker.start()

    async def close(self) -> None:
        """Let running handlers finish, then disconnect (at once when the server is away)."""
        await asyncio.gather(*(finish() for finish in self._answering))
        try:
            await self.broker.stop()
        except (NatsError, OSError):
            await self.nc.close()

    async def provision(self) -> None:
        """Create missing streams (after the store was lost, for example), waiting until JetStream answers."""
        asked_at = self._provisions
        async with self._provisioning:
            while self._provisions == asked_at:  # else somebody else did it while we waited
                try:
                    await streams.ensure_streams(self.js)
                    self._provisions += 1
                except (NatsError, TimeoutError, OSError) as error:
                    self.log.warning("streams_not_ready", error=str(error) or type(error).__name__)
                    await asyncio.sleep(0.25)

    # --- durable: streams -------------------------------------------------------------------------

    async def publish(
        self, subject: str, payload: bytes, *, msg_id: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Store a message in its stream. Raises `Transient` when the server did not say that it did."""
        try:
            await self.js.publish(
                subject, payload, headers={MSG_ID: msg_id, **trace_headers(), **(headers or {})}
            )
        except (NatsError, TimeoutError, OSError) as error:
            raise Transient(f"NATS did not store a message: {error or type(error).__name__}") from error

    async def send(self, subject: str, payload: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send without waiting for anything. What is lost is noticed by whoever keeps the message."""
        try:
            await self.nc.publish(subject, payload, headers=dict(headers) if headers else None)
        except (NatsError, OSError) as error:
            raise Transient(f"NATS is away: {error}") from error

    async def send_all(
        self, messages: Iterable[tuple[str, bytes, UUID]], headers: Mapping[str, str], attempt: int = 0
    ) -> None:
        """`send` many (subject, payload, message id) for the `attempt`th time, with these headers and those that follow
        from the id. All of them are our own: tokens, ids, nothing with a line's end.

        nats-py takes a tenth of the gateway's time to check and write each on its own: written here at once, as long as
        there is a connection. Whatever is unusual goes its way.
        """
        nc, wire = self.nc, list[bytes]()
        as_usual, most = nc.is_connected and not nc.is_draining_pubs, nc.max_payload
        begin = "".join(["NATS/1.0\r\n", *(f"{name}: {value}\r\n" for name, value in headers.items())])
        for subject, payload, message_id in messages:
            if not as_usual or len(payload) > most or not _is_subject(subject):
                await self._write(wire)  # what came before goes before
                wire.clear()
                ids = {MSG_ID: f"{message_id}:{attempt}", HEADER_ID: str(message_id)}
                await self.send(subject, payload, {**headers, **ids})
                continue
            name = str(message_id)
            head = f"{begin}{MSG_ID}: {name}:{attempt}\r\n{HEADER_ID}: {name}\r\n\r\n"
            size = len(head)
            wire += (f"HPUB {subject}  {size} {size + len(payload)}\r\n{head}".encode(), payload, b"\r\n")
        await self._write(wire)

    async def _write(self, wire: Sequence[bytes]) -> None:
        if not wire:
            return
        try:
            await self.nc._send_command(b"".join(wire))
            await self.nc._flush_pending()
        except (NatsError, OSError) as error:
            raise Transient(f"NATS is away: {error}") from error

    # --- asking -----------------------------------------------------------------------------------

    async def ask(
        self,
        subject: str,
        message: Message,
        answer: type[Answer],
        *,
        ask_id: UUID,
        every: float,
        deadline: float,
    ) -> Answer:
        """Put a command or job into its stream and wait for the outcome, asking again with the same id.

        `every` and `deadline` are seconds. Raises `Unanswered` after `deadline`: the outcome is then unknown, and
        asking again later with the same `ask_id` gives it.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + deadline
        self._asked += 1
        token = f"{self._asked}"
        future: asyncio.Future[bytes] = loop.create_future()
        self._waiting[token] = future
        payload = message.encode()
        attempt = 0
        try:
            while (left := until - loop.time()) > 0:
                headers = {
                    **trace_headers(),
                    MSG_ID: f"{ask_id}:{token}:{attempt}",
                    HEADER_REPLY: f"{self._inbox}.{token}",
                    HEADER_ID: str(ask_id),
                }
                attempt += 1
                try:
                    await self.nc.publish(subject, payload, headers=headers)
                    done, _ = await asyncio.wait({future}, timeout=min(every, left))
                    if done:
                        return answer.model_validate_json(future.result())
                except (NatsError, OSError):
                    await asyncio.sleep(min(0.25, max(left, 0.01)))
        finally:
            del self._waiting[token]
        raise Unanswered(f"No outcome of {message.name} within {deadline:g} s.")

    async def query(
        self, subject: str, message: Message, answer: type[Answer], *, timeout: float = 3.0
    ) -> Answer:
        """Ask a service for a read. Raises `Unanswered`, or `QueryFailed` when it refused the question."""
        try:
            reply = await self.nc.request(
                subject, message.encode(), timeout=timeout, headers=trace_headers() or None
            )
        except (NoRespondersError, TimeoutError, NatsError, OSError) as error:
            raise Unanswered(f"{subject} did not answer: {error or type(error).__name__}") from error
        if reply.headers and HEADER_ERROR in reply.headers:
            raise QueryFailed(reply.headers[HEADER_ERROR])
        return answer.model_validate_json(reply.data)

    def answer(self, name: str, question: type[Query], handler: Handler[Query]) -> None:
        """Answer the queries called `name` of this service; instances share them. Call before `start`.

        A question that cannot be read, or that fails, is answered with an error at once, so nobody waits in vain.
        """
        answering = Answering(name, question, handler, self.send, self.log)
        self._answering.append(answering.finish)
        subscriber = self.broker.subscriber(
            subjects.query(self.service, name), queue=self.service, title=name, decoder=_whole, no_reply=True
        )
        subscriber(answering.begin)

    async def reply_to(self, headers: Mapping[str, str] | None, payload: bytes) -> None:
        """Answer an `ask` whose message had these headers (does nothing when nobody waits for it)."""
        if headers and (subject := headers.get(HEADER_REPLY)):
            await self.send(subject, payload)

    async def _on_answer(self, msg: Msg) -> None:
        future = self._waiting.get(msg.subject.rsplit(".", 1)[1])
        if future is not None and not future.done():
            future.set_result(msg.data)

    def _on_reconnect(self) -> None:
        self.log.info("bus_reconnected")
        for listener in list(self.reconnect_listeners):
            listener()

    @property
    def server(self) -> str:
        """Host and port in use, without credentials."""
        url = self.nc.connected_url
        return urlsplit(url.geturl()).netloc.rsplit("@", 1)[-1] if url else "-"


async def _whole(message: NatsMessage) -> NatsMessage:
    # FastStream's own decoding errors would leave the asker without an answer.
    return message


def _is_subject(text: str) -> bool:
    return bool(text) and " " not in text and text.isprintable()


def decode_json(data: bytes) -> object:
    """Parse JSON bytes. Raises `ValueError`, also on input nested too deeply."""
    return orjson.loads(data)
