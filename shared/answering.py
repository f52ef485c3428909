"""How is a query answered? On the side, so that a slow one holds up nobody, and by an error at once when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Generic, Protocol, TypeVar

from faststream.nats import NatsMessage
from pydantic import BaseModel, ValidationError
from structlog.typing import FilteringBoundLogger

from shared.errors import Transient, outline
from shared.messages.envelope import Message
from shared.tasks import spawn

HEADER_ERROR: Final = "Usher-Error"
_AT_ONCE: Final = 64

Query = TypeVar("Query", bound=Message)
Handler = Callable[[Query], Awaitable[BaseModel]]


class Send(Protocol):
    """`Bus.send`: subject, payload, headers. Raises `Transient` when the bus is away."""

    def __call__(
        self, subject: str, payload: bytes, headers: Mapping[str, str] | None = None
    ) -> Awaitable[None]:
        """Send without waiting for anything."""
        ...


class Answering(Generic[Query]):
    """Answers the queries of one name, up to 64 at once; further ones wait where they are.

    FastStream would do so too (`max_workers`), by a queue, a task group and a reply with headers of its own: a tenth of
    booking's time.
    """

    def __init__(
        self,
        name: str,
        question: type[Query],
        handler: Handler[Query],
        send: Send,
        log: FilteringBoundLogger,
    ) -> None:
        self._name = name
        self._question = question
        self._handler = handler
        self._send = send
        self._log = log
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    async def begin(self, message: NatsMessage) -> None:
        """Answer this message soon; returns when it has a place."""
        await self._places.acquire()
        task = spawn(self._reply(message), name=f"answer {self._name}")
        self._under_way.add(task)
        task.add_done_callback(self._done)

    async def finish(self) -> None:
        """Wait for the answers under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._places.release()

    async def _reply(self, message: NatsMessage) -> None:
        payload, headers = await self._answer(message.body)
        if message.reply_to:
            try:
                await self._send(message.reply_to, payload, headers)
            except Transient:
                return  # whoever asked asks again

    async def _answer(self, body: bytes) -> tuple[bytes, Mapping[str, str] | None]:
        try:
            result = await self._handler(self._question.model_validate_json(body))
            return result.model_dump_json(exclude_none=True).encode(), None
        except ValidationError as error:
            return b"{}", {HEADER_ERROR: f"{self._name}: {error.error_count()} invalid fields"}
        except Exception as error:  # noqa: BLE001  # the border of the service: the asker is told, the log keeps it
            self._log.warning("query_failed", query=self._name, error=outline(error))
            return b"{}", {HEADER_ERROR: f"{self._name} failed: {type(error).__name__}"}
