"""What happens on one page's socket? It says who it is and what it has, gets what it missed, and then both talk.

What a visitor says is confirmed (`stored`) only when it is on disk; what could not be stored the page sends again, with
the same id.
"""

from __future__ import annotations

import asyncio
from typing import Final, assert_never
from urllib.parse import quote
from uuid import UUID

from aiohttp import WSMsgType, web

from services.gateway.channels import MessageIn, NotAuthentic, RawRequest
from services.gateway.channels.webchat import Frame, SaidChoice, SaidText, file_of, kept
from services.gateway.domain.account import ChannelAccount
from services.gateway.store.deliveries import Conversation
from services.gateway.store.webchat import Mark
from services.gateway.webchat import frames, identity
from services.gateway.webchat.hub import deliver
from services.gateway.webchat.identity import Visitor
from services.gateway.webchat.surroundings import Surroundings
from shared import ids
from shared.db import is_transient
from shared.messages.conversation import MessageSent
from shared.telemetry import get_logger

MOST_MISSED: Final = 200
"""Messages a page gets when it comes back; what lies before it asks for (`older`)."""
MOST_OLDER: Final = 50
"""Messages of one answer to `older`."""
MOST_BAD_FRAMES: Final = 20
"""A page that sends more is cut off."""
NOT_AUTHENTIC: Final = 4401
"""The close code of a socket whose token was refused: the page needs another one."""
TRY_LATER_SECONDS: Final = 2.0

log = get_logger("gateway")


class Socket:
    """An open socket; a `hub.Page` from its hello on."""

    __slots__ = (
        "_account",
        "_around",
        "_bad",
        "_delivered",
        "_read",
        "_transport",
        "_visitor",
        "_ws",
        "again",
        "conversation",
        "position",
        "pump",
        "typing",
    )

    def __init__(
        self,
        around: Surroundings,
        account: ChannelAccount,
        ws: web.WebSocketResponse,
        transport: asyncio.WriteTransport | None,
    ) -> None:
        self._around = around
        self._account = account
        self._ws = ws
        self._transport = transport
        self._visitor = Visitor("")
        self._bad = 0
        self._delivered = 0
        self._read = 0
        self.conversation: Conversation = (account.tenant_id, account.tenant_id)
        self.position = 0
        self.pump: asyncio.Task[None] | None = None
        self.again = False
        self.typing = False

    async def run(self) -> None:
        """Until either side closes."""
        hello = await self._hello()
        if hello is None:
            return
        user_id = self._visitor.id
        tenant_id, account_id = self._account.tenant_id, self._account.account_id
        self.conversation = (
            tenant_id,
            ids.conversation_id_of(tenant_id, self._around.channel.name, account_id, user_id),
        )
        try:
            if not await self._arrive(hello.last):
                return
            await self._listen()
        finally:
            self._around.hub.leave(self)

    async def send(self, frame: Frame) -> bool:
        """Send; False when the page is gone. One that does not read is cut off: what it missed is in the table."""
        try:
            async with asyncio.timeout(self._around.limits.write_seconds):
                await self._ws.send_str(frames.encode(frame))
        except TimeoutError:
            self.abort()
            return False
        except (ConnectionError, RuntimeError):  # closing, or closed
            return False
        return not self._ws.closed

    def abort(self) -> None:
        """Cut the connection off without waiting for anything."""
        if self._transport is not None:
            self._transport.abort()

    async def close(self) -> None:
        """Tell the page that we go away: it comes back, to another instance perhaps."""
        await self._ws.close(code=1012, message=b"restart")

    # --- the beginning ----------------------------------------------------------------------------------

    async def _hello(self) -> frames.Hello | None:
        """The first frame; None when it did not come, or does not say who this is."""
        try:
            message = await self._ws.receive(timeout=self._around.limits.hello_seconds)
            hello = frames.read(message.data) if message.type is WSMsgType.TEXT else None
        except (TimeoutError, frames.BadFrame):
            hello = None
        if not isinstance(hello, frames.Hello):
            await self._refuse("hello_first", 1008)
            return None
        try:
            self._visitor = identity.read(self._account, hello.token, self._around.now())
        except NotAuthentic as error:
            log.info("webchat_refused", reason=str(error))
            await self._refuse("identity", NOT_AUTHENTIC)
            return None
        return hello

    async def _refuse(self, code: str, close_code: int) -> None:
        await self.send(frames.error(code))
        await self._ws.close(code=close_code, message=code.encode())

    async def _arrive(self, last: int | None) -> bool:
        """Welcome the page and send what it missed; False when that failed."""
        # Registered before the table is read, so that no nudge is missed; the pump begins when this is done.
        self.pump = asyncio.current_task()
        self._around.hub.join(self)
        try:
            arrived = await self._catch_up(last)
        finally:
            self.pump = None
        if arrived and self.again:
            self._around.hub.wake(self)
        return arrived

    async def _catch_up(self, last: int | None) -> bool:
        try:
            arrival = await self._around.store.arrive(self.conversation, last, MOST_MISSED)
        except Exception as error:
            if not is_transient(error):
                raise
            await self._refuse("try_later", 1013)
            return False
        self.position = min(last or 0, arrival.newest)
        now = self._around.now().isoformat()
        welcome: Frame = {"type": "welcome", "position": arrival.newest, "more": arrival.more, "now": now}
        if self._visitor.name:
            welcome["name"] = self._visitor.name
        if not await self.send(welcome):
            return False
        for row in arrival.messages:
            if not await deliver(self, row):
                return False
        return True

    # --- afterwards -------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        async for message in self._ws:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                frame = frames.read(message.data)
            except frames.BadFrame as error:
                await self.send(frames.error(error.code, error.frame_id))
                self._bad += 1
                if self._bad > MOST_BAD_FRAMES:
                    await self._ws.close(code=1008, message=b"too many bad frames")
                continue
            await self._on(frame)

    async def _on(self, frame: frames.FromPage) -> None:
        match frame:
            case SaidText() | SaidChoice():
                await self.send(await self._take(frame))
            case frames.Ack():
                self._acknowledge(frame)
            case frames.Older() | frames.Link():
                await self._ask(frame)
            case frames.Typing() | frames.Hello():
                pass
            case _:
                assert_never(frame)

    async def _take(self, said: SaidText | SaidChoice) -> Frame:
        """Bring what was said to the intake; what to answer."""
        around = self._around
        frame_id = str(said.id)
        wait = around.rates.take(
            (self._account.account_id, self._visitor.id), asyncio.get_running_loop().time()
        )
        if wait:
            return frames.error("slow_down", frame_id, wait)
        now, visitor = around.now(), self._visitor
        raw = kept(visitor.id, visitor.name, visitor.phone, now, said)
        [item] = around.channel.parse(RawRequest(raw, {}, now, account=self._account))
        assert isinstance(item, MessageIn)  # noqa: S101  # what `kept` writes is a message
        try:
            await around.receive(self._account, item)
        except Exception as error:
            if not is_transient(error):
                log.exception("webchat_not_stored", error=type(error).__name__)
            return frames.error("try_later", frame_id, TRY_LATER_SECONDS)
        return {"type": "stored", "id": frame_id}

    def _acknowledge(self, ack: frames.Ack) -> None:
        tenant_id, conversation_id = self.conversation
        until = min(ack.position, self.position)  # nobody has what was never sent
        if until > self._delivered and not ack.read:
            self._around.acks.note(Mark(tenant_id, conversation_id, self._delivered, until, "delivered"))
            self._delivered = until
        elif until > self._read and ack.read:
            self._around.acks.note(Mark(tenant_id, conversation_id, self._read, until, "read"))
            self._read = until

    async def _ask(self, frame: frames.Older | frames.Link) -> None:
        """Answer a question that costs a read."""
        frame_id = str(frame.id) if isinstance(frame, frames.Link) else None
        if wait := self._around.asks.take(self._visitor.id, asyncio.get_running_loop().time()):
            await self.send(frames.error("slow_down", frame_id, wait))
            return
        try:
            answer = await (
                self._older(frame.before) if isinstance(frame, frames.Older) else self._link(frame.id)
            )
        except Exception as error:
            if not is_transient(error):
                raise
            answer = frames.error("try_later", frame_id, TRY_LATER_SECONDS)
        await self.send(answer)

    async def _older(self, before: int) -> Frame:
        rows, more = await self._around.store.before(self.conversation, before, MOST_OLDER)
        messages = [frame for row in rows if (frame := frames.message(row)) is not None]
        return {"type": "older", "before": before, "messages": messages, "more": more}

    async def _link(self, delivery_id: UUID) -> Frame:
        payload = await self._around.store.payload(self.conversation, delivery_id)
        if payload is None or file_of(MessageSent.decode(payload)) is None:
            return frames.error("no_file", str(delivery_id))
        token = identity.file_token(self._account, delivery_id, self.conversation[1], self._around.now())
        url = f"/webchat/{quote(self._account.account_id, safe='')}/files/{delivery_id}?t={token}"
        return {"type": "link", "id": str(delivery_id), "url": url}
