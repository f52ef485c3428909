"""What dialogues on real servers share: a studio in booking, customers who chat with it, and what the tables say then.

The studio lies where it is ten in the morning, so that "tomorrow at 19:00" is as far away whenever the tests run.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from nats.aio.msg import Msg

from services.agent.app import AgentService
from services.agent.reply import reply_id
from services.booking.app import BookingService
from services.booking.audit import audit
from services.booking.seed import seed
from services.notifier.app import Notifier
from shared import ids, subjects
from shared.bus import HEADER_FROM, HEADER_ID, Bus
from shared.db import Database
from shared.messages.conversation import ChoiceContent, Content, MessageSent, TextBody, TextContent
from shared.settings import Settings
from tests.integration.agent.conftest import Customer, Gateway
from tests.integration.conftest import eventually
from tests.integration.notifier.conftest import until

_TEN = 10
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def zone_at_ten() -> str:
    """A zone in which it is between ten and eleven in the morning now."""
    ahead = (_TEN - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def document(slug: str, zone: str, language: str) -> dict[str, object]:
    """Daily classes, a class with one place, and massages by appointment; to cancel Pilates within two days costs €5."""
    daily = {"rrule": "FREQ=DAILY"}
    all_back = {"at_least": "0h", "refund_basis_points": 10000}
    late = {"late_cancel_fee": {"fixed": 500}, "late_within": "48h", "tiers": [all_back]}
    return {
        "tenants": [
            {
                "slug": slug,
                "name": "Casa Test",
                "timezone": zone,
                "currency": "EUR",
                "language": language,
                "address": "Rua das Flores 10",
                "phone": "+351 210 000 000",
                "opening_hours": "7:00–21:00",
                "staff": [
                    {"key": "ana", "name": "Ana Costa"},
                    {"key": "rui", "name": "Rui Silva"},
                    {
                        "key": "lena",
                        "name": "Lena Brandt",
                        "availability": {"weekly": {day: ["09:00-18:00"] for day in _DAYS}},
                    },
                ],
                "services": [
                    {"key": "vinyasa", "name": "Vinyasa Yoga", "duration_minutes": 60, "price": 1500, "capacity": 20,
                     "staff": ["ana"], "description": "Mats are there."},
                    {"key": "yin", "name": "Yin Yoga", "duration_minutes": 75, "price": 1200, "capacity": 20,
                     "staff": ["rui"]},
                    {"key": "pilates", "name": "Pilates", "duration_minutes": 50, "price": 1800, "capacity": 12,
                     "staff": ["rui"], "policy": {"cancellation": [late]}},
                    {"key": "zumba", "name": "Zumba", "duration_minutes": 50, "price": 1000, "capacity": 1,
                     "staff": ["ana"], "policy": {"waitlist": {"promote_without_asking": False}}},
                    {"key": "massage", "name": "Massage", "kind": "appointment", "duration_minutes": 60,
                     "price": 5000, "staff": ["lena"], "policy": {"slot_minutes": 30}},
                ],
                "schedules": [
                    {"key": "v", "service": "vinyasa", "staff": "ana", "starts": "19:00", **daily},
                    {"key": "y1", "service": "yin", "staff": "rui", "starts": "09:00", **daily},
                    {"key": "y2", "service": "yin", "staff": "rui", "starts": "20:30", **daily},
                    {"key": "p", "service": "pilates", "staff": "rui", "starts": "18:00", **daily},
                    {"key": "z", "service": "zumba", "staff": "ana", "starts": "12:00", **daily},
                ],
            }
        ]
    }  # fmt: skip


class FrontDoor(Gateway):
    """A stand-in for the gateway that confirms to whoever sent."""

    async def _on_sent(self, msg: Msg) -> None:
        await super()._on_sent(msg)
        sender = (msg.headers or {}).get(HEADER_FROM)
        if sender and sender != "agent":
            line = f"{self.tenant_id}/{(msg.headers or {})[HEADER_ID]}"
            await self.bus.send(subjects.receipts(sender), line.encode())


@dataclass
class Studio:
    """One tenant on real servers."""

    slug: str
    zone: ZoneInfo
    db: Database
    door: FrontDoor

    @property
    def today(self) -> date:
        """The day it is there."""
        return datetime.now(self.zone).date()

    def customer(self) -> Chat:
        """Somebody nobody has met."""
        return Chat(self.door, f"3519{uuid4().int % 10**8:08d}", studio=self)

    async def breaches(self) -> tuple[str, ...]:
        """What `usher audit` would tell of it."""
        return tuple(str(breach) for breach in await audit(self.db, self.slug))

    def when(self, starts_at: datetime) -> str:
        """`+1 19:00` is tomorrow at seven."""
        local = starts_at.astimezone(self.zone)
        return f"{(local.date() - self.today).days:+d} {local:%H:%M}"


@dataclass
class Chat(Customer):
    """Somebody who chats, and what the tables know of them."""

    studio: Studio = field(kw_only=True)

    @property
    def customer_id(self) -> UUID:
        """As booking knows them."""
        return ids.customer_id_of(self.gateway.tenant_id, "whatsapp", self.user_id)

    async def ask(self, text: str) -> TextBody | None:
        """Type something; the agent's answer, None when it says nothing."""
        return await self._answer(TextContent(text=text))

    async def asked(self, *texts: str) -> TextBody:
        """Type these one after the other; the answer to the last, which there must be."""
        for text in texts[:-1]:
            await self.ask(text)
        answer = await self.ask(texts[-1])
        assert answer is not None, f"nothing was said to {texts[-1]!r}"
        return answer

    async def tap(self, shown: TextBody, number: int) -> TextBody | None:
        """Tap one of the buttons; the answer."""
        choice = shown.choices[number]
        return await self._answer(ChoiceContent(choice_id=choice.choice_id, title=choice.title))

    async def told(self, purpose: str, number: int = 1) -> MessageSent:
        """The last of so many messages for this purpose, once they have come and the agent knows of them."""
        sent = self.gateway.sent[self.conversation_id]
        await eventually(lambda: sum(one.purpose == purpose for one in sent) >= number)
        found = [one for one in sent if one.purpose == purpose]
        assert len(found) == number
        await until(lambda: self._known(found[-1].message_id))
        return found[-1]

    async def notify(self, purpose: str, text: str) -> None:
        """What the notifier sends them, once the agent knows of it."""
        message = MessageSent(
            tenant_id=self.gateway.tenant_id,
            message_id=uuid4(),
            conversation_id=self.conversation_id,
            to=self.message(TextContent(text="")).sender,
            purpose=purpose,
            body=TextBody(text=text),
        )
        await self.gateway.bus.publish(
            subjects.outbound("whatsapp", message.tenant_id, message.conversation_id),
            message.encode(),
            msg_id=str(message.message_id),
            headers={HEADER_ID: str(message.message_id), HEADER_FROM: "notifier"},
        )
        await until(lambda: self._known(message.message_id))

    async def bookings(self) -> list[str]:
        """Such as `Vinyasa Yoga +1 19:00 x2 confirmed €30.00`, the earliest first."""
        rows = await self._fetch(
            "SELECT v.name, s.starts_at, b.party_size, b.status, b.total, b.fee FROM booking.bookings b"
            " JOIN booking.sessions s ON s.tenant_id = b.tenant_id AND s.id = b.session_id"
            " JOIN booking.services v ON v.tenant_id = s.tenant_id AND v.id = s.service_id"
            " WHERE b.customer_id = $1 ORDER BY s.starts_at, b.booked_at",
            self.customer_id,
        )
        return [
            f"{r['name']} {self.studio.when(r['starts_at'])} x{r['party_size']} {r['status']} €{r['total'] / 100:.2f}"
            + (f" fee €{r['fee'] / 100:.2f}" if r["fee"] else "")
            for r in rows
        ]

    async def waits(self) -> list[str]:
        """Such as `Zumba +1 12:00 x1 waiting`."""
        rows = await self._fetch(
            "SELECT v.name, s.starts_at, w.party_size, w.status FROM booking.waitlist_entries w"
            " JOIN booking.sessions s ON s.tenant_id = w.tenant_id AND s.id = w.session_id"
            " JOIN booking.services v ON v.tenant_id = s.tenant_id AND v.id = s.service_id"
            " WHERE w.customer_id = $1 ORDER BY w.joined_at",
            self.customer_id,
        )
        return [
            f"{r['name']} {self.studio.when(r['starts_at'])} x{r['party_size']} {r['status']}" for r in rows
        ]

    async def preferences(self) -> dict[str, str]:
        """What the agent remembers of them."""
        rows = await self._fetch(
            "SELECT key, value FROM agent.preferences WHERE customer_id = $1", self.customer_id
        )
        return {row["key"]: row["value"] for row in rows}

    async def handoffs(self) -> list[str]:
        """Why a person was called."""
        rows = await self._fetch(
            "SELECT reason FROM agent.handoffs WHERE conversation_id = $1 AND ended_at IS NULL",
            self.conversation_id,
        )
        return [row["reason"] for row in rows]

    async def tools(self) -> set[str]:
        """The tools that were called in this conversation, as it is stored."""
        rows = await self._fetch(
            "SELECT messages::text AS said FROM agent.turns WHERE conversation_id = $1", self.conversation_id
        )
        return {name for row in rows for name in re.findall(r'"tool_name":\s*"(\w+)"', str(row["said"]))}

    async def _answer(self, content: Content) -> TextBody | None:
        message = await self.send(self.message(content))
        await until(self._all_delivered)
        answer = reply_id(message.message_id, 0)
        bodies = [m.body for m in self.gateway.sent[self.conversation_id] if m.message_id == answer]
        assert all(isinstance(body, TextBody) for body in bodies)
        return next((body for body in bodies if isinstance(body, TextBody)), None)

    async def _all_delivered(self) -> bool:
        return not await self._fetch("SELECT 1 AS one FROM agent.outbox LIMIT 1")

    async def _known(self, message_id: UUID) -> bool:
        return bool(await self._fetch("SELECT 1 AS one FROM agent.turns WHERE message_id = $1", message_id))

    async def _fetch(self, statement: str, *arguments: object) -> list[dict[str, Any]]:
        async with self.studio.db.tenant(self.gateway.tenant_id) as connection:
            return [dict(row) for row in await connection.fetch(statement, *arguments)]


@dataclass
class Town:
    """All three services running, and a studio for each language that has been asked for."""

    settings: Settings
    db: Database
    bus: Bus
    studios: dict[str, Studio] = field(default_factory=dict)

    async def studio(self, language: str) -> Studio:
        """The studio whose customers speak this; the business itself keeps its texts in English."""
        if language not in self.studios:
            slug, zone = f"dialogues-{language}-{uuid4().hex[:8]}", zone_at_ten()
            await seed(document(slug, zone, "en"), self.settings)
            door = FrontDoor(self.bus, ids.tenant_id_of(slug))
            await door.open()
            self.studios[language] = Studio(slug, ZoneInfo(zone), self.db, door)
        return self.studios[language]


@asynccontextmanager
async def town(settings: Settings) -> AsyncIterator[Town]:
    """Booking, agent and notifier in this process; at the end, the audit finds nothing in any studio."""
    # Nobody builds receipts in most dialogues: asked for again and again, they would take the machine's time.
    settings = settings.model_copy(update={"debounce_seconds": 0.0, "resend_after_seconds": 10.0})
    async with AsyncExitStack() as stack:
        db = await Database.open(settings.database_url or "", size=2, name="dialogues")
        stack.push_async_callback(db.close)
        bus = await Bus.connect(settings.nats_url or "", "probe")
        stack.push_async_callback(bus.close)
        await bus.start()
        for service in (BookingService(settings), AgentService(settings), Notifier(settings)):
            await service.start()
            stack.push_async_callback(service.stop)
        place = Town(settings, db, bus)
        yield place
        for studio in place.studios.values():
            await until(partial(_quiet, studio))
            assert await studio.breaches() == ()


async def _quiet(studio: Studio) -> bool:
    """Whether all that was to be sent has been."""
    async with studio.db.tenant(studio.door.tenant_id) as connection:
        left = await connection.fetchval(
            "SELECT (SELECT count(*) FROM agent.outbox) + (SELECT count(*) FROM booking.outbox)"
            " + (SELECT count(*) FROM notifier.outbox WHERE subject LIKE 'out.%')"
        )
    return bool(left == 0)
