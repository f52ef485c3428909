"""What rules does a service have? One frozen document per service: the seed's part, the column, and the domain's value."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from services.booking.domain.money.policy import CancellationPolicy
from services.booking.domain.money.rules import Pricing


class Part(BaseModel):
    """A frozen part of a policy document; unknown names are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WaitlistPolicy(Part):
    """How free places go to those who wait. Minutes are relative to the offer or to the session's start.

    `in_order`: each in turn has `claim_minutes` to take a held place. In the last `broadcast_minutes` before the start
    everybody who fits is told at once and the first to answer gets it (0: never). Nothing is offered in the last
    `closes_minutes`.
    """

    enabled: bool = True
    claim_minutes: int = Field(30, ge=1)
    closes_minutes: int = Field(20, ge=0)
    broadcast_minutes: int = Field(60, ge=0)
    promote_without_asking: bool = True  # where nothing is to be paid


class CustomerLimits(Part):
    """What one customer may have of a service. None: no limit."""

    party_size: int | None = Field(None, ge=1)
    active: int | None = Field(None, ge=1)
    per_day: int | None = Field(None, ge=1)
    per_week: int | None = Field(None, ge=1)


class Question(Part):
    """An intake question."""

    key: str = Field(pattern=r"^[a-z0-9_]{1,40}$")
    text: str = Field(min_length=1, max_length=200)
    required: bool = False


class MinimumAttendance(Part):
    """A session with fewer seats taken this long before its start is cancelled by itself."""

    seats: int = Field(ge=1)
    hours_before: int = Field(2, ge=0)


class ServicePolicy(Part):
    """The rules of one service. Every deadline is relative to the session's start, so it follows a moved session."""

    minimum_notice_minutes: int = Field(0, ge=0)
    horizon_days: int | None = Field(None, ge=1)
    hold_minutes: int = Field(10, ge=1, le=24 * 60)
    pricing: Pricing = Pricing()
    cancellation: tuple[
        CancellationPolicy, ...
    ] = ()  # none: the default tiers; several: the kindest that fits
    payment_minutes: int = Field(15, ge=1)  # how long a place waits for its payment
    approval: bool = False
    approval_hours: int = Field(24, ge=1)
    overlap: bool = False  # whether a customer may hold another booking at the same time
    waitlist: WaitlistPolicy = WaitlistPolicy()
    limits: CustomerLimits = CustomerLimits()
    minimum: MinimumAttendance | None = None
    held_back: int = Field(0, ge=0)
    mark_attended: bool = True  # at the end, those nobody marked
    questions: tuple[Question, ...] = ()
    slot_minutes: int = Field(15, ge=5, le=24 * 60)


DEFAULT_POLICY = ServicePolicy()
