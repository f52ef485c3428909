"""What is one pass, as a decision sees it: what its owner holds, its balance, and the version that a change rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Literal, assert_never
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from services.booking.domain.money.membership import Days, end_of
from services.booking.domain.money.passes import GiftCard, Membership, Pack, PassTerms, Use
from shared.messages.booking import PassView

CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: nothing that is read for something else."""

Range = tuple[date, date]
_ALWAYS = (Days(date.min, date.max),)


@dataclass(frozen=True, slots=True)
class PassState:
    """A pack, membership or gift card. `version` counts its changes: one that was used meanwhile is decided again.

    `owner_id` is who bought it; None for a gift card nobody is known for. `product` are the terms it was sold under,
    with the price that was paid; `code` is a gift card's, as stored.
    """

    held: Pack | Membership | GiftCard
    owner_id: UUID | None
    name: str
    product: PassTerms
    product_id: UUID | None = None
    code: str | None = None
    version: int = 0

    @property
    def pass_id(self) -> UUID:
        """The pass's id."""
        return self.held.pass_id

    @property
    def kind(self) -> Literal["pack", "membership", "gift_card"]:
        """What it is."""
        return self.product.kind

    def changed(self, held: Pack | Membership | GiftCard) -> PassState:
        """The pass after a change: its version has grown by one, which is what the write is conditional on."""
        return replace(self, held=held, version=self.version + 1)

    def view(self, now: datetime, zone: str) -> PassView:
        """The pass as its owner sees it at `now`; `zone` is the business's (IANA), in whose days passes hold."""
        today = now.astimezone(ZoneInfo(zone)).date()
        left, until, paused = _shown(self.held, today, zone)
        return PassView(
            pass_id=self.pass_id, name=self.name, kind=self.kind, left=left, valid_until=until, paused=paused,
            code=None if self.code is None else spelled(self.code),
        )  # fmt: skip


def _shown(
    held: Pack | Membership | GiftCard, today: date, zone: str
) -> tuple[int | None, datetime | None, bool]:
    match held:
        case Pack():
            return held.credits_left, _end(held.valid_to, zone), any(today in days for days in held.blocked)
        case Membership():
            until = held.ends_at(max(today, held.first_day), zone)
            return None, until, any(today in days for days in (*held.pauses, *held.blocked))
        case GiftCard():
            return held.left, _end(held.valid_to, zone), held.blocked
        case _:
            assert_never(held)


class PassDocument(BaseModel):
    """The column `passes.terms`: all of a pass except its balance, which is a sum of ledger entries."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    product: PassTerms
    first_day: date | None = None
    last_day: date | None = None  # of a pack or gift card
    ended_on: date | None = None
    pauses: tuple[Range, ...] = ()
    blocked: tuple[Range, ...] = ()
    currency: str | None = None


def document_of(state: PassState) -> PassDocument:
    """What is stored of the pass."""
    held, product = state.held, state.product
    match held:
        case Pack():
            return PassDocument(
                product=product,
                first_day=held.valid_from,
                last_day=held.valid_to,
                blocked=_pairs(held.blocked),
            )
        case Membership():
            return PassDocument(
                product=product, first_day=held.first_day, ended_on=held.ended_on, pauses=_pairs(held.pauses),
                blocked=_pairs(held.blocked),
            )  # fmt: skip
        case GiftCard():
            return PassDocument(product=product, last_day=held.valid_to, currency=held.currency)
        case _:
            assert_never(held)


@dataclass(frozen=True, slots=True)
class PassRow:
    """A row of `passes` with what is computed for it: `left` from the ledger, `uses` from the bookings under it."""

    pass_id: UUID
    owner_id: UUID | None
    name: str
    document: PassDocument
    product_id: UUID | None
    code: str | None
    version: int
    status: str
    left: int = 0
    uses: tuple[Use, ...] = ()


def state_of(row: PassRow) -> PassState:
    """The pass that a row is. One with status `blocked` or `ended` is blocked on all days."""
    document, product = row.document, row.document.product
    owner = row.owner_id or row.pass_id  # nobody: then nobody's id matches it
    first = document.first_day or date.min
    usable = row.status == "active"
    blocked = _days(document.blocked) if usable else _ALWAYS
    held: Pack | Membership | GiftCard
    if product.kind == "pack":
        held = Pack(row.pass_id, owner, product, row.left, first, document.last_day, blocked)
    elif product.kind == "membership":
        pauses = _days(document.pauses)
        held = Membership(row.pass_id, owner, product, first, row.uses, document.ended_on, pauses, blocked)
    else:
        held = GiftCard(row.pass_id, document.currency or "", row.left, document.last_day, not usable)
    return PassState(held, row.owner_id, row.name, product, row.product_id, row.code, row.version)


def canonical_code(text: str) -> str | None:
    """A gift card's code as it is stored, from what a person typed (case, blanks, dashes, O for 0); None: no code."""
    letters = "".join(c for c in text.upper() if c.isalnum()).translate(str.maketrans("OIL", "011"))
    return letters if 6 <= len(letters) <= 40 and letters.isascii() else None


def spelled(code: str) -> str:
    """A code in groups of four, as it is shown."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def _end(day: date | None, zone: str) -> datetime | None:
    return None if day is None else end_of(day, zone).astimezone(UTC)


def _pairs(days: tuple[Days, ...]) -> tuple[Range, ...]:
    return tuple((each.first, each.last) for each in days)


def _days(pairs: tuple[Range, ...]) -> tuple[Days, ...]:
    return tuple(Days(first, last) for first, last in pairs)
