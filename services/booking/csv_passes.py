"""Which passes does a CSV file bring from another system? A pure plan with opening balances, and a thin way to do it.

Columns, in any order: `phone` or `external_id` (the owner, who must be there already), `product` (the key of one of our
products), `pass` (its id in the old system; else owner, product and `valid_from` say which it is), `credits` (left of a
pack), `valid_from`, `valid_until` (dates), `code` and `value` (of a gift card; minor units). The same file again changes
nothing: a pass that is there keeps its balance. What comes in was paid elsewhere, so no money is booked for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from services.booking import statements as sql
from services.booking.csv_import import SYNONYMS, Existing, ImportRefused, load_existing, owner_of
from services.booking.csv_table import Problem, Row, read_sheet
from services.booking.domain.decisions.passes import Product
from services.booking.domain.money import pass_postings
from services.booking.domain.money.ledger import Transaction
from services.booking.domain.money.membership import last_day
from services.booking.domain.money.passes import (
    GiftCard,
    Membership,
    MembershipTerms,
    Pack,
    PackTerms,
    pack_valid_to,
)
from services.booking.domain.money.postings import Cause
from services.booking.domain.pass_state import PassState, canonical_code, document_of
from services.booking.people import ADD
from services.booking.people_extras import load_products
from shared.db import Connection, Database
from shared.ids import derive

COLUMNS: Final = frozenset(
    {"phone", "external_id", "product", "pass", "credits", "valid_from", "valid_until", "code", "value"}
)
_REASON = "imported"
_MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class Stock:
    """What is there: customers, products by key, ids and codes of passes; today at the business."""

    existing: Existing
    products: Mapping[str, Product]
    currency: str
    today: date
    pass_ids: frozenset[UUID] = frozenset()
    codes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PassStep:
    """A pass to add, and the transaction that opens its balance (a membership has none)."""

    line: int
    state: PassState
    opening: Transaction | None

    def __str__(self) -> str:
        held = self.state.held
        left = (
            held.credits_left if isinstance(held, Pack) else held.left if isinstance(held, GiftCard) else None
        )
        return f"line {self.line}: add {self.state.name}{'' if left is None else f' with {left} left'}"


@dataclass(frozen=True, slots=True)
class PassPlan:
    """What an import of passes would do; `unchanged` are there already."""

    steps: tuple[PassStep, ...] = ()
    problems: tuple[Problem, ...] = ()
    unchanged: int = 0

    def describe(self) -> list[str]:
        """One line for each step and mistake, in the file's order, and the sums."""
        lines = sorted([(s.line, str(s)) for s in self.steps] + [(p.line, str(p)) for p in self.problems])
        sums = f"{len(self.steps)} to add, {self.unchanged} as they are, {len(self.problems)} wrong"
        return [*(text for _, text in lines), sums]


@dataclass(slots=True)
class _Planning:
    steps: list[PassStep] = field(default_factory=list)
    lines: dict[UUID, int] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    unchanged: int = 0


def plan_passes(
    data: str | bytes, stock: Stock, *, tenant_id: UUID, now: datetime, region: str | None = None
) -> PassPlan:
    """What importing this file would do. `region`: where phone numbers without `+` belong."""
    sheet = read_sheet(data, COLUMNS, SYNONYMS)
    problems = list(sheet.problems)
    planning = _Planning()
    for row in sheet.rows:
        try:
            _add(row, stock, planning, tenant_id, now, region)
        except _Wrong as wrong:
            problems.append(Problem(row.line, wrong.column, str(wrong)))
    return PassPlan(tuple(planning.steps), tuple(sorted(problems)), planning.unchanged)


class _Wrong(ValueError):
    """A line's mistake, and its column."""

    def __init__(self, column: str, text: str) -> None:
        super().__init__(text)
        self.column = column


def _add(
    row: Row, stock: Stock, planning: _Planning, tenant_id: UUID, now: datetime, region: str | None
) -> None:
    owner = owner_of(row, stock.existing, tenant_id, region)
    if isinstance(owner, Problem):
        raise _Wrong(owner.column, owner.text)
    product = stock.products.get(row.cells.get("product", ""))
    if product is None:
        raise _Wrong("product", f"Name one of {', '.join(sorted(stock.products)) or 'no products yet'}.")
    first = _day(row, "valid_from") or stock.today
    ref = row.cells.get("pass")
    pass_id = (
        derive("imported pass", tenant_id, ref)
        if ref
        else derive("imported pass", tenant_id, owner, row.cells["product"], row.cells.get("valid_from", ""))
    )
    if pass_id in planning.lines:
        raise _Wrong("pass", f"This is the same pass as on line {planning.lines[pass_id]}.")
    planning.lines[pass_id] = row.line
    if pass_id in stock.pass_ids:
        planning.unchanged += 1
        return
    cause = Cause(pass_id, now, owner, pass_id=pass_id, reason=_REASON)
    step = _step(row, stock, product, first, cause, owner)
    code = step.state.code
    if code is not None and (code in stock.codes or code in planning.codes):
        raise _Wrong("code", "Another gift card has this code.")
    planning.codes.update({code} if code else ())
    planning.steps.append(step)


def _step(row: Row, stock: Stock, product: Product, first: date, cause: Cause, owner: UUID) -> PassStep:
    terms, pass_id, until = product.terms, cause.id, _day(row, "valid_until")
    if until is not None and until < first:
        raise _Wrong("valid_until", "It ends before it begins.")
    opening: Transaction | None = None
    code: str | None = None
    held: Pack | Membership | GiftCard
    if isinstance(terms, PackTerms):
        left = _number(row, "credits")
        terms = terms.model_copy(update={"price": 0, "credits": left})  # nothing was paid for them here
        held = Pack(pass_id, owner, terms, left, first, until or pack_valid_to(terms, first))
        opening = pass_postings.pack_sold(cause, left, 0, stock.currency, "cash")
    elif isinstance(terms, MembershipTerms):
        held = Membership(pass_id, owner, terms, first, ended_on=until)
    else:
        value = _number(row, "value")
        code = canonical_code(row.cells.get("code", ""))
        if code is None:
            raise _Wrong("code", "A gift card needs its code: 6 to 40 letters and digits.")
        ends = until or (None if terms.valid_months is None else last_day(first, terms.valid_months))
        held = GiftCard(pass_id, stock.currency, value, ends)
        opening = pass_postings.gift_card_sold(cause, value, 0, stock.currency, "cash")
    state = PassState(held, owner, product.name, terms, product.product_id, code, version=1)
    return PassStep(row.line, state, opening)


def _day(row: Row, column: str) -> date | None:
    text = row.cells.get(column)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _Wrong(column, "Write the date as 2026-11-23.") from error


def _number(row: Row, column: str) -> int:
    text = row.cells.get(column, "")
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:12]) <= _MOST:
        raise _Wrong(column, "How much is left? Write a whole number above 0.")
    return int(text)


LOAD_KNOWN: Final = "SELECT id, code FROM booking.passes WHERE tenant_id = $1"


async def load_stock(connection: Connection, tenant_id: UUID, now: datetime) -> Stock:
    """The tenant's customers, products and passes, for a plan. Raises NoSuchTenant."""
    existing = await load_existing(connection, tenant_id)
    products, currency, today = await load_products(connection, tenant_id, now)
    rows = await connection.fetch(LOAD_KNOWN, tenant_id)
    codes = frozenset(row["code"] for row in rows if row["code"] is not None)
    return Stock(existing, products, currency, today, frozenset(row["id"] for row in rows), codes)


async def apply_passes(
    connection: Connection, tenant_id: UUID, plan: PassPlan, now: datetime, *, skip_bad: bool = False
) -> None:
    """Carry the plan out in the caller's transaction. Raises ImportRefused when it has mistakes, unless `skip_bad`."""
    if plan.problems and not skip_bad:
        raise ImportRefused
    if not plan.steps:
        return
    states = [step.state for step in plan.steps]
    await connection.executemany(
        ADD,
        [
            (tenant_id, s.pass_id, s.owner_id, s.product_id, s.name, s.kind,
             document_of(s).model_dump_json(exclude_none=True), s.code, s.version, now)
            for s in states
        ],
    )  # fmt: skip
    entries = [
        (tenant_id, t.id, line, t.at, t.kind, e.account, e.unit, e.amount, t.customer_id, t.booking_id, t.pass_id,
         t.reason or None)
        for t in (step.opening for step in plan.steps) if t is not None
        for line, e in enumerate(t.entries)
    ]  # fmt: skip
    if entries:
        await connection.execute(sql.POST, *zip(*entries, strict=True))


async def import_passes(
    db: Database,
    tenant_id: UUID,
    data: str | bytes,
    *,
    now: datetime,
    region: str | None = None,
    dry_run: bool = False,
    skip_bad: bool = False,
) -> PassPlan:
    """Plan and carry out in one transaction: all of the file or, on a mistake, none of it (unless `skip_bad`)."""
    async with db.tenant(tenant_id) as connection:
        stock = await load_stock(connection, tenant_id, now)
        plan = plan_passes(data, stock, tenant_id=tenant_id, now=now, region=region)
        if not dry_run:
            await apply_passes(connection, tenant_id, plan, now, skip_bad=skip_bad)
    return plan
