"""Booking commands per second through the bus, against pgbench doing the same writes in one transaction each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID, uuid4

import asyncpg
import nats
from nats.aio.client import Client

from devkit.bench import pgbench
from devkit.bench.names import md5_uuid
from devkit.bench.report import Figure
from devkit.bench.window import Window, encoded
from shared import ids
from shared.messages.booking import BookSession, Contact
from shared.messages.conversation import ChannelAddress
from shared.settings import Settings

COMMANDS = 20_000
WARM_UP = 5_000
IN_FLIGHT = 256
ROUNDS = 3
CAPACITY = 100_000_000
TENANT = ids.tenant_id_of("bench")
TARGETS = {"hot_session": 4.0, "thousand_sessions": 1.5}


@dataclass(frozen=True)
class Bench:
    """Where to measure: settings with the servers' URLs; only the booking service is running."""

    settings: Settings

    async def measure(self) -> list[Figure]:
        """`hot_session` and `thousand_sessions`."""
        await self._prepare()
        return [
            await self._figure("hot_session", 1, "all commands for one session"),
            await self._figure("thousand_sessions", 1000, "commands spread over 1,000 sessions"),
        ]

    async def _figure(self, name: str, sessions: int, what: str) -> Figure:
        ours: list[float] = []
        peers: list[float] = []
        client = await nats.connect(self.settings.nats_url or "", pending_size=64 * 1024 * 1024)
        try:
            await self._round(client, name, sessions, WARM_UP)
            like = await pgbench.sample(self.settings.database_owner_url or "", TENANT)
            await self._analyze()
            for _ in range(ROUNDS):
                ours.append(await self._round(client, name, sessions))
                peers.append(await asyncio.to_thread(self._peer, name, sessions, like))
        finally:
            await client.close()
        await self._check(name)
        return Figure(
            name,
            median(ours),
            "commands/s",
            median(peers),
            f"pgbench, the same writes, one transaction per booking, {pgbench.CLIENTS} connections",
            note=f"{what}; {COMMANDS:,} book commands a round through NATS, {IN_FLIGHT} in flight, from publishing to "
            f"answer; {ROUNDS} rounds, interleaved with {pgbench.SECONDS} s of pgbench each, after {WARM_UP:,} commands "
            "and ANALYZE; medians",
            ratio_at_least=TARGETS[name],
        )

    async def _round(self, client: Client, name: str, sessions: int, count: int = COMMANDS) -> float:
        """Commands per second."""
        wanted = [md5_uuid(f"{name}{n}") for n in range(1, sessions + 1)]
        commands = await asyncio.to_thread(
            lambda: [encoded(sample_command(n, wanted[n % sessions])) for n in range(count)]
        )
        return count / await Window(client, IN_FLIGHT).run(commands)

    def _peer(self, name: str, sessions: int, like: pgbench.Sample) -> float:
        return pgbench.bookings_per_second(
            self.settings.database_url or "", TENANT, f"peer-{name}", sessions, like
        )

    async def _analyze(self) -> None:
        """What the server does by itself within a minute: else it would plan for the empty tables of a minute ago."""
        connection = await asyncpg.connect(self.settings.database_owner_url)
        try:
            await connection.execute("ANALYZE")
        finally:
            await connection.close()

    async def _prepare(self) -> None:
        connection = await asyncpg.connect(self.settings.database_owner_url)
        try:
            starts = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)
            service = ids.derive("bench service")
            await connection.execute("SELECT set_config('app.tenants', $1, false)", str(TENANT))
            await connection.execute(
                "INSERT INTO booking.tenants (tenant_id, slug, name, timezone, currency, language)"
                " VALUES ($1, 'bench', 'Bench', 'Europe/Lisbon', 'EUR', 'en') ON CONFLICT DO NOTHING",
                TENANT,
            )
            await connection.execute(
                "INSERT INTO booking.services (tenant_id, id, name, duration_minutes, price, capacity)"
                " VALUES ($1, $2, 'Load', 60, 1500, 10) ON CONFLICT DO NOTHING",
                TENANT,
                service,
            )
            for kind, count in (("hot_session", 1), ("thousand_sessions", 1000)):
                for side in ("", "peer-"):
                    await connection.execute(
                        "INSERT INTO booking.sessions (tenant_id, id, service_id, starts_at, ends_at, capacity)"
                        " SELECT $1, md5($2::text || n)::uuid, $3, $4::timestamptz, $4::timestamptz + interval '1 hour', $5"
                        " FROM generate_series(1, $6::int) AS n ON CONFLICT DO NOTHING",
                        TENANT, side + kind, service, starts, CAPACITY, count,
                    )  # fmt: skip
            await connection.execute("ANALYZE booking.sessions")
        finally:
            await connection.close()

    async def _check(self, name: str) -> None:
        connection = await asyncpg.connect(self.settings.database_owner_url)
        try:
            wrong = await connection.fetchval(
                "SELECT count(*) FROM booking.sessions s WHERE tenant_id = $1 AND seats_taken <>"
                " (SELECT count(*) FROM booking.bookings b WHERE b.tenant_id = s.tenant_id AND b.session_id = s.id)",
                TENANT,
            )
            if wrong:
                raise RuntimeError(f"{name}: {wrong} sessions whose seats differ from their bookings")
        finally:
            await connection.close()


def sample_command(n: int, session_id: UUID) -> BookSession:
    """A booking by a customer nobody has met before."""
    user = uuid4()
    return BookSession(
        tenant_id=TENANT,
        command_id=uuid4(),
        session_id=session_id,
        contact=Contact(
            customer_id=user,
            conversation_id=uuid4(),
            address=ChannelAddress(channel="whatsapp", account_id="100", user_id=str(user), name=f"Load {n}"),
        ),
    )
