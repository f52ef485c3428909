"""Booking commands per second through the bus, against pgbench doing the same writes in one transaction each."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

import asyncpg
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

from devkit.bench.report import Figure
from shared import ids, subjects
from shared.bus import HEADER_ID, HEADER_REPLY, MSG_ID
from shared.messages.booking import BookSession, CommandOutcome, Contact
from shared.messages.conversation import ChannelAddress
from shared.settings import Settings
from usher.embedded.binaries import postgres_folder

COMMANDS = 20_000
IN_FLIGHT = 256
PGBENCH_CLIENTS = 16
PGBENCH_SECONDS = 5
ROUNDS = 3
CAPACITY = 100_000_000
TENANT = ids.tenant_id_of("bench")

_WRITES = """
\\set n random(1, :sessions)
BEGIN;
SELECT set_config('app.tenants', '{tenant}', true);
SELECT gen_random_uuid() AS customer, gen_random_uuid() AS booking \\gset
INSERT INTO booking.customers (tenant_id, id, name) VALUES ('{tenant}', :customer, 'Load') ON CONFLICT DO NOTHING;
INSERT INTO booking.customer_identities (tenant_id, channel, user_id, customer_id)
  VALUES ('{tenant}', 'whatsapp', :customer, :customer) ON CONFLICT DO NOTHING;
UPDATE booking.sessions SET seats_taken = seats_taken + 1, version = version + 1
  WHERE tenant_id = '{tenant}' AND id = md5('{kind}' || :n)::uuid AND seats_taken < capacity;
INSERT INTO booking.bookings (tenant_id, id, session_id, customer_id, party_size, price, total, currency, status,
  reference, contact, booked_at)
  VALUES ('{tenant}', :booking, md5('{kind}' || :n)::uuid, :customer, 1, 1500, 1500, 'EUR', 'confirmed',
  'BENCH1', '{contact}', now());
INSERT INTO booking.command_outcomes (tenant_id, command_id, outcome) VALUES ('{tenant}', gen_random_uuid(), '{outcome}');
INSERT INTO booking.outbox (tenant_id, id, subject, payload, next_attempt_at)
  VALUES ('{tenant}', gen_random_uuid(), 'evt.bench', '{event}', now() + interval '1 hour');
COMMIT;
"""


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
            for _ in range(ROUNDS):
                ours.append(await self._round(client, name, sessions))
                peers.append(await asyncio.to_thread(self._pgbench, name, sessions))
        finally:
            await client.close()
        await self._check(name)
        return Figure(
            name,
            median(ours),
            "commands/s",
            median(peers),
            f"pgbench, the same writes, one transaction per booking, {PGBENCH_CLIENTS} connections",
            note=f"{what}; {COMMANDS:,} book commands a round through NATS, {IN_FLIGHT} in flight, from publishing to "
            f"answer; {ROUNDS} rounds, interleaved with {PGBENCH_SECONDS} s of pgbench each; medians",
        )

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

    def _pgbench(self, name: str, sessions: int) -> float:
        # With a space after each colon, or pgbench would take `:null` for one of its variables.
        contact = json.dumps(
            sample_command(0, UUID(int=1)).contact.model_dump(mode="json", exclude_none=True)
        )
        script = _WRITES.format(
            tenant=TENANT, kind=f"peer-{name}", contact=contact, outcome=contact, event="x" * 900
        )
        url = urlsplit(self.settings.database_url or "")
        with TemporaryDirectory() as folder:
            path = Path(folder) / "book.sql"
            path.write_text(script)
            done = subprocess.run(
                [
                    str(postgres_folder() / "pgbench"), "-n", "-M", "prepared", "-c", str(PGBENCH_CLIENTS), "-j", "2",
                    "-T", str(PGBENCH_SECONDS), "-D", f"sessions={sessions}", "-f", str(path),
                    "-h", url.hostname or "", "-p", str(url.port), "-U", unquote(url.username or ""), url.path[1:],
                ],
                env={"PGPASSWORD": unquote(url.password or "")},
                capture_output=True,
                text=True,
                check=False,
            )  # fmt: skip
        found = re.search(r"tps = ([\d.]+)", done.stdout)
        if done.returncode or not found:
            raise RuntimeError(f"pgbench failed: {done.stderr[-500:]}")
        return float(found.group(1))


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
