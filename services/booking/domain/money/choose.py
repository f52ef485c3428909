"""Which of a customer's passes pay for these seats, or why does none? All of them, or no use at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from services.booking.domain.money.config import Ref
from services.booking.domain.money.passes import Membership, Pack, Use

Held = Pack | Membership


class NoPass(StrEnum):
    """Why a pass cannot be used, from what is nearest to working to what is farthest."""

    NO_CREDIT = "no_credit"
    PARALLEL_USE = "parallel_use"
    WEEK_USED_UP = "week_used_up"
    PERIOD_USED_UP = "period_used_up"
    PAUSED = "paused"
    BLOCKED = "blocked"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    NOT_VALID_FOR_SERVICE = "not_valid_for_service"
    NOT_OWNER = "not_owner"
    NONE_HELD = "no_pass"


_ORDER = {reason: rank for rank, reason in enumerate(NoPass)}


@dataclass(frozen=True, slots=True)
class PassRequest:
    """Seats in one session, to be paid by passes. Instants are aware; `zone` is the business's (IANA)."""

    customer_id: UUID
    service: Ref
    starts_at: datetime
    ends_at: datetime
    zone: str
    party_size: int = 1

    @property
    def day(self) -> date:
        """The business's day on which it starts: passes hold on days."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True)
class PassUse:
    """`credits` of a pack, or (0) one use of a membership: `seats` of the party."""

    pass_id: UUID
    seats: int
    credits: int


@dataclass(frozen=True, slots=True)
class PassesRefused:
    """No use: the most hopeful reason, and the one of each pass looked at."""

    reason: NoPass
    each: tuple[tuple[UUID, NoPass], ...] = ()


def choose_passes(passes: Iterable[Held], request: PassRequest) -> tuple[PassUse, ...] | PassesRefused:
    """Which passes pay for the whole party.

    A membership first (it costs nothing more, but is personal: one seat), then packs, the earliest to expire first.
    What counts is the day the session takes place, not the day it is booked.
    """
    uses: list[PassUse] = []
    refused: list[tuple[UUID, NoPass]] = []
    missing = request.party_size
    for held in sorted(passes, key=_preference):
        reason = why_not(held, request)
        if reason is not None:
            refused.append((held.pass_id, reason))
        elif isinstance(held, Pack) and missing:
            taken = min(held.credits_left, missing)
            uses.append(PassUse(held.pass_id, taken, taken))
            missing -= taken
        elif isinstance(held, Membership) and missing and not uses:
            uses.append(PassUse(held.pass_id, 1, 0))
            missing -= 1
    if not missing:
        return tuple(uses)
    reasons = [reason for _, reason in refused]
    if uses:  # some would do, but not for the whole party
        reasons.append(NoPass.NO_CREDIT)
    return PassesRefused(min(reasons, key=_ORDER.__getitem__, default=NoPass.NONE_HELD), tuple(refused))


def choose_for_order(
    passes: Iterable[Held], requests: Sequence[PassRequest]
) -> tuple[tuple[PassUse, ...], ...] | PassesRefused:
    """The uses for each line of one order, in order: what an earlier line takes is gone for a later one."""
    held = {one.pass_id: one for one in passes}
    chosen: list[tuple[PassUse, ...]] = []
    for request in requests:
        uses = choose_passes(held.values(), request)
        if isinstance(uses, PassesRefused):
            return uses
        for use in uses:
            held[use.pass_id] = _after(held[use.pass_id], use, request)
        chosen.append(uses)
    return tuple(chosen)


def why_not(held: Held, request: PassRequest) -> NoPass | None:
    """Why this pass cannot be used for a seat of this session; None: it can."""
    day = request.day
    if held.owner_id != request.customer_id:
        return NoPass.NOT_OWNER
    if held.terms.services and request.service not in held.terms.services:
        return NoPass.NOT_VALID_FOR_SERVICE
    if day < (held.valid_from if isinstance(held, Pack) else held.first_day):
        return NoPass.NOT_YET_VALID
    if isinstance(held, Pack) and held.valid_to is not None and day > held.valid_to:
        return NoPass.EXPIRED
    if isinstance(held, Membership) and held.period(day) is None:
        return NoPass.EXPIRED
    if any(day in days for days in held.blocked):
        return NoPass.BLOCKED
    if isinstance(held, Membership):
        return _membership_limit(held, request)
    return NoPass.NO_CREDIT if held.credits_left <= 0 else None


def _membership_limit(held: Membership, request: PassRequest) -> NoPass | None:
    terms, day, zone = held.terms, request.day, ZoneInfo(request.zone)
    if any(day in days for days in held.pauses):
        return NoPass.PAUSED
    days = [use.starts_at.astimezone(zone).date() for use in held.uses]
    period = held.period(day)
    in_period = sum(1 for used in days if period is not None and used in period)
    if terms.uses_per_period is not None and in_period >= terms.uses_per_period:
        return NoPass.PERIOD_USED_UP
    weeks = Counter(used.isocalendar()[:2] for used in days)
    if terms.uses_per_week is not None and weeks[day.isocalendar()[:2]] >= terms.uses_per_week:
        return NoPass.WEEK_USED_UP
    overlaps = any(u.starts_at < request.ends_at and request.starts_at < u.ends_at for u in held.uses)
    return NoPass.PARALLEL_USE if overlaps and not terms.parallel_use else None


def _preference(held: Held) -> tuple[bool, date, UUID]:
    """Memberships, then packs by their last day; the id makes the order the same for everybody."""
    ends = held.valid_to if isinstance(held, Pack) else None
    return isinstance(held, Pack), ends or date.max, held.pass_id


def _after(held: Held, use: PassUse, request: PassRequest) -> Held:
    if isinstance(held, Pack):
        return replace(held, credits_left=held.credits_left - use.credits)
    return replace(held, uses=(*held.uses, Use(request.starts_at, request.ends_at)))
