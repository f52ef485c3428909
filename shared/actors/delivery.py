"""One message as a handler sees it, whichever stream it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from shared.bus import HEADER_FROM, HEADER_ID, Bus
from shared.errors import Poison


@dataclass(slots=True)
class Delivery:
    """A delivered message. `tokens` are its subject without the partition: `kind.owner.tenant.key…`.

    Jobs (`job.owner.kind.tenant`) are in no partition (-1) and in no order: each is its own key.
    """

    bus: Bus
    msg: Msg
    partition: int
    tokens: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        kind, *rest = self.msg.subject.split(".")
        self.tokens = (kind, *rest) if self.partition < 0 else (kind, *rest[1:])

    @property
    def data(self) -> bytes:
        """The message body."""
        return self.msg.data

    @property
    def headers(self) -> Mapping[str, str]:
        """The message headers (empty when there are none)."""
        return self.msg.headers or {}

    @property
    def subject(self) -> str:
        """The subject as it was published."""
        return ".".join(self.tokens)

    @property
    def name(self) -> str:
        """A command's or event's name (the last token), or a job's kind."""
        return self.tokens[-1] if self.partition >= 0 else self.tokens[2]

    @property
    def tenant_id(self) -> UUID:
        """The tenant named in the subject. Raises `Poison` when it is none."""
        try:
            return UUID(self.tokens[2 if self.partition >= 0 else 3])
        except (ValueError, IndexError) as error:
            raise Poison(f"no tenant in subject {self.subject}") from error

    @property
    def key(self) -> str:
        """What the stream is ordered by: conversation, session, entity."""
        return self.tokens[3] if self.partition >= 0 else self.message_id

    @property
    def message_id(self) -> str:
        """The id that stays the same however often the message is delivered or published again."""
        return (
            self.headers.get(HEADER_ID) or f"{self.msg.metadata.stream}:{self.msg.metadata.sequence.stream}"
        )

    @property
    def sequence(self) -> int:
        """Its place in the stream: the same when delivered again, another when published again."""
        return int(self.msg.metadata.sequence.stream)

    @property
    def sender(self) -> str:
        """The service whose outbox holds this message until it is confirmed (empty: none)."""
        return self.headers.get(HEADER_FROM, "")

    async def ack(self) -> None:
        """Say it is handled. Losing this only causes a repeat."""
        await self._say(b"+ACK")

    async def in_progress(self) -> None:
        """Ask for more time."""
        await self._say(b"+WPI")

    async def _say(self, word: bytes) -> None:
        try:
            await self.bus.nc.publish(self.msg.reply, word)
        except (NatsError, OSError):
            return
