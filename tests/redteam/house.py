"""A business on real servers with all its real doors open, and an agent whose model obeys whoever gets a word in.

WhatsApp's webhook (signed, over HTTP), its file server, the speech engine's port, the business's own MCP server and its
calendar file: what comes in by them is what any provider could send. Nothing is put into a message, a name or a table by hand.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg

from services.booking.app import BookingService
from services.booking.seed import seed
from services.gateway.app import build as build_gateway
from services.gateway.seed import seed as seed_account
from services.media.app import Media
from services.media.decode import Pcm
from services.media.transcribe.port import EngineDescription, Transcript
from shared import ids
from shared.settings import Settings
from tests.conftest import make_settings
from tests.integration.agent.real_studio import zone_at_ten
from tests.integration.gateway import bodies
from tests.integration.gateway.conftest import until
from tests.integration.gateway.graph import Graph, sha256_of
from tests.redteam.fooled import Fooled, Minds
from tests.redteam.gullible import Gullible
from usher.embedded import EmbeddedServers
from usher.embedded.ports import choose

Json = dict[str, Any]
VOICE = Path(__file__).parents[2] / "devkit" / "voices" / "yes-please.ogg"


class Ears:
    """A speech engine (the port) that hears what it is told."""

    name = "ears"

    def __init__(self) -> None:
        self.words = ""

    async def transcribe(
        self, pcm: Pcm, language: str | None = None, vocabulary: tuple[str, ...] = ()
    ) -> Transcript:
        """`words`, in any sound."""
        return Transcript(self.words if any(pcm.samples) else "", self.name, "en", None)

    def describe(self) -> EngineDescription:
        """As the port."""
        return EngineDescription(self.name, "1", "none", "all", None)

    async def close(self) -> None:
        """As the port."""


@dataclass
class House:
    """One business. `said` counts the messages of each person that were posted."""

    slug: str
    account: str
    settings: Settings
    http: aiohttp.ClientSession
    graph: Graph
    tables: asyncpg.Connection
    agent: Fooled
    ears: Ears
    said: dict[str, int] = field(default_factory=dict)

    @property
    def tenant_id(self) -> UUID:
        """The business's id."""
        return ids.tenant_id_of(self.slug)

    def conversation(self, person: str) -> UUID:
        """The conversation with this person."""
        return ids.conversation_id_of(self.tenant_id, "whatsapp", self.account, person)

    async def post(self, person: str, element: Json, name: str = "Mallory", **more: object) -> None:
        """WhatsApp posts this element of `messages[]`; waits until the turn has ended and its reply is delivered."""
        number = self.said[person] = self.said.get(person, 0) + 1
        at = str(int(datetime.now(UTC).timestamp()))
        item = {"from": person, "id": f"wamid.{person}.{number}", "timestamp": at, **element}
        value = bodies.value(self.account, messages=[item]) | more
        value["contacts"] = [{"profile": {"name": name}, "wa_id": person}]
        raw = bodies.body(value)
        url = f"http://127.0.0.1:{self.settings.http_port}/webhooks/whatsapp"
        headers = {"X-Hub-Signature-256": bodies.signature(raw)}
        async with self.http.post(url, data=raw, headers=headers) as response:
            assert response.status == 200, await response.text()
        await until(lambda: self._answered(person, number))

    async def say(self, person: str, words: str) -> None:
        """A text of this person."""
        await self.post(person, {"type": "text", "text": {"body": words}})

    async def customer(self) -> str:
        """Somebody who has written and has booked tomorrow's class, in words, with our own model."""
        person = f"3519{uuid4().int % 10**8:08d}"
        self.agent.minds.brain, self.agent.minds.guarded = None, True
        await self.say(person, "yoga tomorrow at 7pm")
        await self.say(person, "yes")
        assert [row["status"] for row in await self.bookings(person)] == ["confirmed"]
        return person

    def fool(self, brain: Gullible, *, guarded: bool = True) -> Gullible:
        """From now on this mind answers."""
        self.agent.minds.brain, self.agent.minds.guarded = brain, guarded
        return brain

    async def bookings(self, person: str) -> list[Json]:
        """Their bookings as they are stored."""
        rows = await self.tables.fetch(
            "SELECT * FROM booking.bookings WHERE tenant_id = $1 AND contact -> 'address' ->> 'user_id' = $2"
            " ORDER BY booked_at, id",
            self.tenant_id,
            person,
        )
        return [dict(row) for row in rows]

    async def everything(self) -> list[Json]:
        """All bookings, places in queues and seats of this business."""
        found: list[Json] = []
        for table, columns in (("bookings", "*"), ("waitlist_entries", "*"), ("sessions", "id, seats_taken")):
            rows = await self.tables.fetch(
                f"SELECT {columns} FROM booking.{table} WHERE tenant_id = $1 ORDER BY id",  # our names
                self.tenant_id,
            )
            found += [dict(row) for row in rows]
        return found

    async def heard(self, person: str) -> str:
        """What the agent was handed from this person, as the gateway keeps it."""
        rows = await self.tables.fetch(
            "SELECT payload FROM gateway.inbox WHERE tenant_id = $1 AND kind = 'message' AND subject LIKE '%' || $2",
            self.tenant_id,
            str(self.conversation(person)),
        )
        return "\n".join(bytes(row["payload"]).decode() for row in rows)

    def told(self, person: str) -> list[str]:
        """What WhatsApp was asked to show this person (JSON), in order."""
        return [json.dumps(one.body, ensure_ascii=False) for one in self.graph.taken if one.to == person]

    def sounds(self, words: str) -> Json:
        """A voice note in which this is heard, on WhatsApp's file server; the element that announces it."""
        data, media_id = VOICE.read_bytes(), str(uuid4().int % 10**12)
        self.ears.words, self.graph.files[media_id] = words, data
        audio = {
            "id": media_id,
            "mime_type": "audio/ogg; codecs=opus",
            "sha256": sha256_of(data),
            "voice": True,
        }
        return {"type": "audio", "audio": audio}

    def edited(self, person: str, words: str) -> Json:
        """The element that changes the last text of this person to these words."""
        original = f"wamid.{person}.{self.said[person]}"
        message = {"type": "text", "text": {"body": words}}
        return {"type": "edit", "edit": {"original_message_id": original, "message": message}}

    async def _answered(self, person: str, number: int) -> bool:
        done = await self.tables.fetchval(
            "SELECT count(*) FROM agent.turns WHERE conversation_id = $1 AND status = 'done'",
            self.conversation(person),
        )
        left = await self.tables.fetchval(
            "SELECT count(*) FROM agent.outbox WHERE tenant_id = $1", self.tenant_id
        )
        return bool(done == number and left == 0)


def document(slug: str, **yoga: object) -> Json:
    """Yoga daily at 19:00, where it is ten in the morning now; `yoga`: more about the class."""
    return {
        "tenants": [
            {
                "slug": slug,
                "name": "Casa Test",
                "timezone": zone_at_ten(),
                "currency": "EUR",
                "staff": [{"key": "ana", "name": "Ana"}],
                "services": [
                    {"key": "yoga", "name": "Yoga", "duration_minutes": 60, "price": 1500, "capacity": 500,
                     "staff": ["ana"]} | yoga,
                ],
                "schedules": [
                    {"key": "e", "service": "yoga", "staff": "ana", "rrule": "FREQ=DAILY", "starts": "19:00"},
                ],
            }
        ]
    }  # fmt: skip


@asynccontextmanager
async def opened(servers: EmbeddedServers) -> AsyncIterator[Callable[..., Any]]:
    """All services in this process; gives what opens a house: `await build(**about_yoga)`."""
    async with AsyncExitStack() as stack:
        graph, ears = Graph(), Ears()
        await graph.start()
        stack.push_async_callback(graph.stop)
        settings = make_settings(
            servers,
            http_port=choose(),
            channels="whatsapp",
            whatsapp_api_url=graph.url,
            debounce_seconds=0.0,
            turn_tool_calls=20,
            show_typing=False,
            resend_after_seconds=1.0,
            relay_interval_seconds=0.05,
            ownership_interval_seconds=0.1,
        )
        http = await stack.enter_async_context(aiohttp.ClientSession())
        tables = await asyncpg.connect(settings.database_owner_url)
        stack.push_async_callback(tables.close)
        await tables.execute("SET row_security = off")
        agent = Fooled(settings, Minds())
        gateway = build_gateway(settings)
        for service in (BookingService(settings), Media(settings, ears), agent, gateway):
            await service.start()
            stack.push_async_callback(service.stop)
        await until(lambda: _ready(gateway))

        async def build(**yoga: object) -> House:
            slug, account = f"house-{uuid4().hex[:12]}", str(uuid4().int)[:15]
            await seed(document(slug, **yoga), settings)
            number = {"phone_number_id": account, "waba_id": f"9{account}"}
            await seed_account({"tenants": [{"slug": slug, "whatsapp": number}]}, settings)
            return House(slug, account, settings, http, graph, tables, agent, ears)

        yield build


async def _ready(service: Any) -> bool:
    return all((await service.ready()).values())
