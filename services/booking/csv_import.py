"""Which customers does a CSV file bring, and what of them is new? A pure plan, and a thin way to carry it out.

Columns, in any order (all optional, but a line needs a phone or an external id): `phone` (E.164, or national with a
region), `external_id` (the id in the system it comes from), `name`, `language`, `timezone`, `tier`, `notes`,
`consent` (yes, no, or the date it was given), `blocked` (yes, no). An empty cell changes nothing. The same file again
changes nothing: a customer is known by external id or phone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

import orjson

from services.booking.csv_table import Problem, Row, read_sheet
from services.booking.domain import person
from shared.db import Connection, Database
from shared.errors import UsherError
from shared.ids import customer_id_of, derive

EXTERNAL: Final = "external"
"""The channel under which another system's ids of customers are kept. Nobody writes from it."""

COLUMNS: Final = frozenset(
    {"phone", "external_id", "name", "language", "timezone", "tier", "notes", "consent", "blocked"}
)
SYNONYMS: Final = {
    "full_name": "name", "mobile": "phone", "phone_number": "phone", "id": "external_id", "locale": "language",
    "time_zone": "timezone", "marketing_consent": "consent",
}  # fmt: skip

_TEXTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "name": ("full_name", person.full_name),
    "language": ("language", person.language),
    "timezone": ("timezone", person.timezone),
    "tier": ("tier", person.tier),
    "notes": ("notes", person.notes),
}
_YES, _NO = frozenset({"yes", "y", "true", "1"}), frozenset({"no", "n", "false", "0"})


class ImportRefused(UsherError):
    """The file has mistakes, so nothing was imported: mend them, or leave these lines out (`--skip-bad`)."""


@dataclass(frozen=True, slots=True)
class Known:
    """A stored customer, as far as an import may change them."""

    customer_id: UUID
    phone: str | None = None
    full_name: str | None = None
    language: str | None = None
    timezone: str | None = None
    tier: str | None = None
    notes: str | None = None
    marketing_consent_at: datetime | None = None
    blocked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Existing:
    """The tenant's customers. `merged`: ids that lead to another customer now."""

    customers: Mapping[UUID, Known] = field(default_factory=dict)
    by_external_id: Mapping[str, UUID] = field(default_factory=dict)
    by_phone: Mapping[str, UUID] = field(default_factory=dict)
    merged: Mapping[UUID, UUID] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One customer to add or change. `values`: the columns that get a new value, with what they were before."""

    line: int
    customer_id: UUID
    new: bool
    values: Mapping[str, tuple[object, object]]
    external_id: str | None = None  # to be kept from now on

    def __str__(self) -> str:
        what = ", ".join(f"{name}: {_said(old)} → {_said(new)}" for name, (old, new) in self.values.items())
        if self.external_id is not None:
            what = f"{what}{', ' if what else ''}external_id: {self.external_id}"
        return f"line {self.line}: {'add' if self.new else 'change'} {what}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do: steps, mistakes, and how many lines bring nothing new. `describe` is the dry run."""

    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()
    unchanged: int = 0

    @property
    def added(self) -> int:
        """Customers that would be new."""
        return sum(step.new for step in self.steps)

    @property
    def changed(self) -> int:
        """Customers that would change."""
        return len(self.steps) - self.added

    def describe(self) -> list[str]:
        """One line for each step and mistake, in the file's order, and the sums."""
        lines = sorted([(s.line, str(s)) for s in self.steps] + [(p.line, str(p)) for p in self.problems])
        sums = f"{self.added} to add, {self.changed} to change, {self.unchanged} as they are, {len(self.problems)} wrong"
        return [*(text for _, text in lines), sums]


def plan_customers(
    data: str | bytes, existing: Existing, *, tenant_id: UUID, now: datetime, region: str | None = None
) -> Plan:
    """What importing this file would do. `region` (ISO 3166, `PT`): where phone numbers without `+` belong."""
    sheet = read_sheet(data, COLUMNS, SYNONYMS)
    problems = list(sheet.problems)
    steps: list[Step] = []
    unchanged = 0
    lines: dict[object, int] = {}
    for row in sheet.rows:
        values, wrong = _read(row, now, region)
        if wrong:
            problems += wrong
            continue
        found = _who(row, values.get("phone"), existing, tenant_id)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        names = (found, values.get("phone"), (row.cells.get("external_id"),))  # any of them says who it is
        before = next((lines[name] for name in names if name in lines), None)
        if before is not None:
            text = f"This is the same customer as on line {before}: keep one of the two."
            problems.append(Problem(row.line, "", text))
            continue
        lines.update({name: row.line for name in names if name not in (None, (None,))})
        step = _step(row, found, values, existing)
        steps += [step] if step is not None else []
        unchanged += step is None
    return Plan(tuple(steps), tuple(sorted(problems)), unchanged)


def _read(row: Row, now: datetime, region: str | None) -> tuple[dict[str, object], list[Problem]]:
    values: dict[str, object] = {}
    problems: list[Problem] = []
    for column, text in row.cells.items():
        try:
            if column in _TEXTS:
                name, check = _TEXTS[column]
                values[name] = check(text)
            elif column == "phone":
                values["phone"] = person.phone(text, region)
            elif column == "external_id" and len(text) > 200:
                raise ValueError("An external id has at most 200 characters.")
            elif column in ("consent", "blocked"):
                values["marketing_consent_at" if column == "consent" else "blocked_at"] = _since(text, now)
        except ValueError as error:
            problems.append(Problem(row.line, column, str(error)))
    if "phone" not in row.cells and "external_id" not in row.cells:
        problems.append(Problem(row.line, "", "A customer needs a phone or an external_id."))
    return values, problems


def _since(text: str, now: datetime) -> datetime | None:
    if text.lower() in _YES:
        return now
    if text.lower() in _NO:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("Write yes, no, or the date as 2026-11-23.") from error
    since = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if since > now:
        raise ValueError("This date is still to come.")
    return since


def _who(row: Row, phone: object, existing: Existing, tenant_id: UUID) -> UUID | Problem:
    """The customer a line is about. One with a phone gets the id under which they will write on WhatsApp."""
    external_id = row.cells.get("external_id")
    outside = existing.by_external_id.get(external_id) if external_id else None
    by_phone = None
    if isinstance(phone, str):
        by_phone = customer_id_of(tenant_id, "whatsapp", phone.removeprefix("+"))
        by_phone = existing.merged.get(by_phone, by_phone)
        if by_phone not in existing.customers:
            by_phone = existing.by_phone.get(phone, by_phone)
    if outside is not None and by_phone in existing.customers and by_phone != outside:
        return Problem(
            row.line, "phone", "This phone is another customer's than this external_id: which is it?"
        )
    if outside is not None:
        return outside
    return by_phone or derive("imported customer", tenant_id, external_id)


def owner_of(row: Row, existing: Existing, tenant_id: UUID, region: str | None = None) -> UUID | Problem:
    """The stored customer that a line about something else names by `phone` or `external_id`."""
    text = row.cells.get("phone")
    if text is None and "external_id" not in row.cells:
        return Problem(row.line, "phone", "Whose is it? Give a phone or an external_id.")
    try:
        phone = None if text is None else person.phone(text, region)
    except ValueError as error:
        return Problem(row.line, "phone", str(error))
    found = _who(row, phone, existing, tenant_id)
    if not isinstance(found, Problem) and found not in existing.customers:
        column = "phone" if text is not None else "external_id"
        return Problem(row.line, column, "There is no such customer: import the customers first.")
    return found


def _step(row: Row, customer_id: UUID, values: Mapping[str, object], existing: Existing) -> Step | None:
    known = existing.customers.get(customer_id)
    changes: dict[str, tuple[object, object]] = {}
    for name, value in values.items():
        before = getattr(known, name) if known is not None else None
        since = name in ("marketing_consent_at", "blocked_at")
        if before != value and not (since and before is not None and value is not None):
            changes[name] = (before, value)  # who consents (or is blocked) already keeps the moment it began
    external_id = row.cells.get("external_id")
    fresh = external_id if external_id and external_id not in existing.by_external_id else None
    if known is not None and not changes and fresh is None:
        return None
    return Step(row.line, customer_id, known is None, changes, fresh)


def _said(value: object) -> str:
    if value is None:
        return "nothing"
    return f"{value:%Y-%m-%d}" if isinstance(value, datetime) else str(value)


LOAD_EXISTING: Final = """
SELECT id, phone, full_name, language, timezone, tier, notes, marketing_consent_at, blocked_at, merged_into
FROM booking.customers WHERE tenant_id = $1 AND erased_at IS NULL
"""

LOAD_EXTERNAL: Final = """
SELECT user_id, customer_id FROM booking.customer_identities WHERE tenant_id = $1 AND channel = $2
"""

# What a step does not name stays as it is.
PUT_CUSTOMERS: Final = """
INSERT INTO booking.customers AS c (tenant_id, id, version, phone, full_name, language, timezone, tier, notes,
                                    marketing_consent_at, blocked_at)
SELECT $1, w.id, 1, d ->> 'phone', d ->> 'full_name', d ->> 'language', d ->> 'timezone', d ->> 'tier', d ->> 'notes',
       (d ->> 'marketing_consent_at')::timestamptz, (d ->> 'blocked_at')::timestamptz
FROM unnest($2::uuid[], $3::jsonb[]) AS w (id, d) ORDER BY w.id
ON CONFLICT (tenant_id, id) DO UPDATE SET
    version = c.version + 1,
    phone = coalesce(excluded.phone, c.phone), full_name = coalesce(excluded.full_name, c.full_name),
    language = coalesce(excluded.language, c.language), timezone = coalesce(excluded.timezone, c.timezone),
    tier = coalesce(excluded.tier, c.tier), notes = coalesce(excluded.notes, c.notes),
    marketing_consent_at = coalesce(excluded.marketing_consent_at, c.marketing_consent_at),
    blocked_at = coalesce(excluded.blocked_at, c.blocked_at)
"""

WITHDRAW: Final = """
UPDATE booking.customers c SET
    marketing_consent_at = CASE WHEN w.consent THEN NULL ELSE c.marketing_consent_at END,
    blocked_at = CASE WHEN w.blocked THEN NULL ELSE c.blocked_at END,
    blocked_reason = CASE WHEN w.blocked THEN NULL ELSE c.blocked_reason END
FROM unnest($2::uuid[], $3::bool[], $4::bool[]) AS w (id, consent, blocked)
WHERE c.tenant_id = $1 AND c.id = w.id
"""

PUT_EXTERNAL: Final = """
INSERT INTO booking.customer_identities (tenant_id, channel, user_id, customer_id)
SELECT $1, $2, w.user_id, w.id FROM unnest($3::text[], $4::uuid[]) AS w (user_id, id) ON CONFLICT DO NOTHING
"""


async def load_existing(connection: Connection, tenant_id: UUID) -> Existing:
    """The tenant's customers, for a plan."""
    customers: dict[UUID, Known] = {}
    merged: dict[UUID, UUID] = {}
    for row in await connection.fetch(LOAD_EXISTING, tenant_id):
        if row["merged_into"] is not None:
            merged[row["id"]] = row["merged_into"]
        else:
            values = {name: row[name] for name in Known.__dataclass_fields__ if name != "customer_id"}
            customers[row["id"]] = Known(row["id"], **values)
    external = await connection.fetch(LOAD_EXTERNAL, tenant_id, EXTERNAL)
    by_phone = {known.phone: known.customer_id for known in customers.values() if known.phone}
    return Existing(customers, {row["user_id"]: row["customer_id"] for row in external}, by_phone, merged)


async def apply(connection: Connection, tenant_id: UUID, plan: Plan, *, skip_bad: bool = False) -> None:
    """Carry the plan out in the caller's transaction. Raises ImportRefused when it has mistakes, unless `skip_bad`."""
    if plan.problems and not skip_bad:
        raise ImportRefused
    steps = plan.steps
    documents = [orjson.dumps({n: new for n, (_, new) in s.values.items()}).decode() for s in steps]
    await connection.execute(PUT_CUSTOMERS, tenant_id, [s.customer_id for s in steps], documents)
    gone = [s for s in steps if _withdraws(s, "marketing_consent_at") or _withdraws(s, "blocked_at")]
    consent, blocked = ([_withdraws(s, n) for s in gone] for n in ("marketing_consent_at", "blocked_at"))
    await connection.execute(WITHDRAW, tenant_id, [s.customer_id for s in gone], consent, blocked)
    outside = _with_external(steps)
    await connection.execute(PUT_EXTERNAL, tenant_id, EXTERNAL, list(outside), list(outside.values()))


async def import_customers(
    db: Database,
    tenant_id: UUID,
    data: str | bytes,
    *,
    now: datetime,
    region: str | None = None,
    dry_run: bool = False,
    skip_bad: bool = False,
) -> Plan:
    """Plan and carry out in one transaction: all of the file or, on a mistake, none of it (unless `skip_bad`).

    `dry_run` only plans. Returns the plan either way; raises ImportRefused after nothing was written.
    """
    async with db.tenant(tenant_id) as connection:
        plan = plan_customers(
            data, await load_existing(connection, tenant_id), tenant_id=tenant_id, now=now, region=region
        )
        if not dry_run:
            await apply(connection, tenant_id, plan, skip_bad=skip_bad)
    return plan


def _withdraws(step: Step, name: str) -> bool:
    return name in step.values and step.values[name][1] is None


def _with_external(steps: Iterable[Step]) -> dict[str, UUID]:
    return {s.external_id: s.customer_id for s in steps if s.external_id is not None}
