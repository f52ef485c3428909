"""What does one command about customers or passes need that no other does? Read for it alone, in its transaction."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from services.booking.domain import person
from services.booking.domain.decisions.customers import Clash, Linking
from services.booking.domain.decisions.passes import Pausing, Product, Selling
from services.booking.domain.local import local_times
from services.booking.domain.money.passes import PassTerms
from services.booking.domain.pass_state import CODE_LETTERS
from services.booking.statements import SEATED
from shared.db import Queries
from shared.errors import UsherError
from shared.ids import customer_id_of
from shared.messages.booking import LinkIdentity, PausePass, SellPass

_CODE_LENGTH = 16  # 80 bits: nobody finds one by trying
_TERMS: TypeAdapter[PassTerms] = TypeAdapter(PassTerms)


class NoSuchTenant(UsherError):
    """There is no such tenant: seed it first."""


LOAD_PRODUCT: Final = """
SELECT t.timezone, t.currency, o.id, o.name, o.price, o.terms
FROM booking.tenants t
LEFT JOIN booking.pass_products o ON o.tenant_id = t.tenant_id AND o.key = $2 AND o.active
WHERE t.tenant_id = $1
"""

LOAD_PRODUCTS: Final = """
SELECT key, id, name, price, terms FROM booking.pass_products WHERE tenant_id = $1 AND active ORDER BY key
"""

LOAD_BOOKED: Final = f"""
SELECT s.starts_at FROM booking.bookings b
JOIN booking.sessions s ON s.tenant_id = b.tenant_id AND s.id = b.session_id
WHERE b.tenant_id = $1 AND b.customer_id = $2 AND b.pass_id = $3 AND b.status IN {SEATED} ORDER BY s.starts_at
"""  # noqa: S608

LOAD_OWNER: Final = """
SELECT coalesce(c.merged_into, c.id) FROM booking.customers c
LEFT JOIN booking.customer_identities i
    ON i.tenant_id = c.tenant_id AND i.customer_id = c.id AND i.channel = $2 AND i.user_id = ANY($3::text[])
WHERE c.tenant_id = $1 AND c.erased_at IS NULL AND (i.customer_id IS NOT NULL OR c.id = $4)
ORDER BY i.customer_id IS NULL LIMIT 1
"""

LOAD_CLASHES: Final = f"""
SELECT t.timezone, t.language, v.name AS ours, s.starts_at, s.ends_at, w.name AS theirs,
       z.starts_at AS other_starts_at, z.ends_at AS other_ends_at
FROM booking.bookings b
JOIN booking.sessions s ON s.tenant_id = b.tenant_id AND s.id = b.session_id AND s.ends_at > now()
JOIN booking.services v ON v.tenant_id = s.tenant_id AND v.id = s.service_id
JOIN booking.bookings o ON o.tenant_id = b.tenant_id AND o.customer_id = $3 AND o.status IN {SEATED}
JOIN booking.sessions z ON z.tenant_id = o.tenant_id AND z.id = o.session_id
JOIN booking.services w ON w.tenant_id = z.tenant_id AND w.id = z.service_id
JOIN booking.tenants t ON t.tenant_id = b.tenant_id
WHERE b.tenant_id = $1 AND b.customer_id = $2 AND b.status IN {SEATED}
  AND (s.id = z.id OR (s.starts_at < z.ends_at AND z.starts_at < s.ends_at
       AND NOT coalesce((v.policy ->> 'overlap')::boolean, false)
       AND NOT coalesce((w.policy ->> 'overlap')::boolean, false)))
ORDER BY s.starts_at, z.starts_at, b.id
"""  # noqa: S608


def new_code() -> str:
    """A gift card code that nobody can guess, in its stored spelling."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(_CODE_LENGTH))


async def load_selling(connection: Queries, tenant_id: UUID, command: SellPass) -> Selling:
    """The extras of `SellPass`. Each try gets a fresh code: only the one that is committed counts."""
    row = await connection.fetchrow(LOAD_PRODUCT, tenant_id, command.product)
    if row is None:
        raise NoSuchTenant
    product = None
    if row["id"] is not None:
        product = Product(row["id"], row["name"], row["price"], _TERMS.validate_json(row["terms"]))
    return Selling(product, row["timezone"], row["currency"], new_code())


async def load_products(
    connection: Queries, tenant_id: UUID, now: datetime
) -> tuple[dict[str, Product], str, date]:
    """The passes for sale by key, the business's currency, and its today. Raises NoSuchTenant."""
    tenant = await connection.fetchrow(
        "SELECT timezone, currency FROM booking.tenants WHERE tenant_id = $1", tenant_id
    )
    if tenant is None:
        raise NoSuchTenant
    products = {
        row["key"]: Product(row["id"], row["name"], row["price"], _TERMS.validate_json(row["terms"]))
        for row in await connection.fetch(LOAD_PRODUCTS, tenant_id)
    }
    return products, tenant["currency"], now.astimezone(ZoneInfo(tenant["timezone"])).date()


async def load_pausing(connection: Queries, tenant_id: UUID, command: PausePass) -> Pausing:
    """The extras of `PausePass`."""
    zone = await connection.fetchval("SELECT timezone FROM booking.tenants WHERE tenant_id = $1", tenant_id)
    rows = await connection.fetch(LOAD_BOOKED, tenant_id, command.customer_id, command.pass_id)
    return Pausing(zone or "UTC", tuple(row["starts_at"] for row in rows))


async def load_linking(connection: Queries, tenant_id: UUID, command: LinkIdentity) -> Linking:
    """The extras of `LinkIdentity`: whom the identity belongs to, and what the two have booked that clashes."""
    try:
        channel, user_id = person.identity(command.channel, command.user_id)
    except ValueError:
        return Linking(None)  # refused anyway
    met = customer_id_of(tenant_id, channel, user_id)
    spellings = sorted({user_id, command.user_id})
    owner = await connection.fetchval(LOAD_OWNER, tenant_id, channel, spellings, met)
    if owner is None or owner == command.customer_id:
        return Linking(owner)
    return Linking(owner, await clashes(connection, tenant_id, command.customer_id, owner))


async def clashes(connection: Queries, tenant_id: UUID, ours: UUID, theirs: UUID) -> tuple[Clash, ...]:
    """Places of two customers, not over yet, that one person cannot have both."""
    found = []
    for row in await connection.fetch(LOAD_CLASHES, tenant_id, ours, theirs):
        zone, language = row["timezone"], row["language"]
        one = f"{row['ours']}, {local_times(row['starts_at'], row['ends_at'], zone, language)}"
        other = (
            f"{row['theirs']}, {local_times(row['other_starts_at'], row['other_ends_at'], zone, language)}"
        )
        found.append(Clash(one, other))
    return tuple(found)
