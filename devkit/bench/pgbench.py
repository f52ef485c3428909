"""What would one transaction per booking do? pgbench with the writes of our own bookings, row for row."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit
from uuid import UUID

import asyncpg

from usher.embedded.binaries import postgres_folder

CLIENTS = 16
SECONDS = 5

# Each statement writes what `services.booking.store` writes for one booking. What ours reads besides (the customer's
# other bookings) the peer need not read.
_WRITES = """
\\set n random(1, :sessions)
BEGIN;
SELECT set_config('app.tenants', '{tenant}', true);
SELECT gen_random_uuid() AS customer, gen_random_uuid() AS booking \\gset
UPDATE booking.sessions SET seats_taken = seats_taken + 1, version = version + 1, due_at = ends_at
  WHERE tenant_id = '{tenant}' AND id = md5('{kind}' || :n)::uuid AND seats_taken < capacity;
INSERT INTO booking.customers AS c (tenant_id, id, version, name, phone) VALUES ('{tenant}', :customer, 1, 'Load', NULL)
  ON CONFLICT (tenant_id, id) DO UPDATE SET version = excluded.version, name = coalesce(excluded.name, c.name),
  phone = coalesce(excluded.phone, c.phone) WHERE c.version = excluded.version - 1;
INSERT INTO booking.customer_identities (tenant_id, customer_id, channel, user_id)
  VALUES ('{tenant}', :customer, 'whatsapp', :customer) ON CONFLICT DO NOTHING;
INSERT INTO booking.bookings (tenant_id, id, session_id, customer_id, party_size, price, total, currency, status,
  reference, contact, booked_at, expires_at, cancelled_at)
  VALUES ('{tenant}', :booking, md5('{kind}' || :n)::uuid, :customer, 1, 1500, 1500, 'EUR', 'confirmed',
  'BENCH1', '{contact}', now(), NULL, NULL);
INSERT INTO booking.command_outcomes (tenant_id, command_id, outcome)
  VALUES ('{tenant}', :booking, '{outcome}') ON CONFLICT DO NOTHING;
INSERT INTO booking.outbox (tenant_id, id, subject, payload, next_attempt_at)
  VALUES ('{tenant}', :booking, '{subject}', '{event}', now() + interval '1 hour') ON CONFLICT DO NOTHING;
COMMIT;
"""

_OURS = """
SELECT b.contact, c.outcome, o.subject, convert_from(o.payload, 'UTF8') AS event
FROM booking.bookings b
JOIN booking.command_outcomes c ON c.tenant_id = b.tenant_id AND c.command_id = b.id
JOIN booking.outbox o ON o.tenant_id = b.tenant_id AND o.id = b.id
WHERE b.tenant_id = $1 LIMIT 1
"""


@dataclass(frozen=True)
class Sample:
    """One booking as our service wrote it: contact and outcome (JSON), the event's subject and JSON."""

    contact: str
    outcome: str
    subject: str
    event: str


async def sample(owner_url: str, tenant_id: UUID) -> Sample:
    """Any booking of this tenant's. Raises LookupError when there is none."""
    connection = await asyncpg.connect(owner_url)
    try:
        row = await connection.fetchrow(_OURS, tenant_id)
    finally:
        await connection.close()
    if row is None:
        raise LookupError("no booking with its outcome and its event: did the service write any?")
    return Sample(**dict(row))


def bookings_per_second(url: str, tenant_id: UUID, kind: str, sessions: int, like: Sample) -> float:
    """The same, without us: `SECONDS` of `CLIENTS` connections on the sessions `md5(kind || n)`."""
    texts = {name: _quoted(text) for name, text in vars(like).items()}
    script = _WRITES.format(tenant=tenant_id, kind=kind, **texts)
    parts = urlsplit(url)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.sql"
        path.write_text(script)
        done = subprocess.run(
            [
                str(postgres_folder() / "pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2",
                "-T", str(SECONDS), "-D", f"sessions={sessions}", "-f", str(path),
                "-h", parts.hostname or "", "-p", str(parts.port), "-U", unquote(parts.username or ""), parts.path[1:],
            ],
            env={"PGPASSWORD": unquote(parts.password or "")},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or not found:
        raise RuntimeError(f"pgbench failed: {done.stderr[-500:]}")
    return float(found.group(1))


def _quoted(text: str) -> str:
    # With a space after each colon, or pgbench would take `:null` for one of its variables.
    plain = json.dumps(json.loads(text), ensure_ascii=False) if text.startswith("{") else text
    return plain.replace("'", "''")
