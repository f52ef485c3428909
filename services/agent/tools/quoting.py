"""The tool `quote`: what would booking (or cancelling) cost this customer now, and why?"""

from __future__ import annotations

from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.agent.tools.asked import language_of
from services.agent.tools.outcome import Price, instead, price_of, terms_of
from services.agent.tools.render import BookingLine, SessionLine, SlotLine, TermsLine, booking_line
from services.agent.tools.slot_ids import PATTERN, slot_of
from services.agent.tools.spec import Args, Ports, Result, ToolCall, ToolSpec, TurnContext
from shared.messages.booking import Method, QuoteBooking, QuoteCancellation, RefusalCode

SESSION_ID = "The id of a session from an earlier result."
SLOT_ID = "The id of a free time (slot) from an earlier result."
BOOKING_ID = "The id of a booking from an earlier result."


class Payment(Args):
    """How it is to be paid, if the customer has said so."""

    pay_with: Method | None = Field(
        None,
        description="Only if the customer said how they pay. Omit: a valid pass, else as the business says.",
    )
    promo_code: str | None = Field(
        None, min_length=1, max_length=40, description="A code that the customer gave."
    )
    gift_code: str | None = Field(
        None, min_length=1, max_length=40, description="A gift card's code that the customer gave."
    )


class Place(Payment):
    """A session or a slot, for so many people: exactly one of the two."""

    session_id: UUID | None = Field(None, description=SESSION_ID)
    slot_id: str | None = Field(None, pattern=PATTERN, description=SLOT_ID)
    party_size: int = Field(1, ge=1, le=100, description="How many places, as shown to the customer.")


class QuoteArgs(Place):
    """Arguments of `quote`: exactly one of `session_id`, `slot_id`, `booking_id`."""

    booking_id: UUID | None = Field(None, description=BOOKING_ID + " Asks what cancelling it would cost.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(each is not None for each in (self.session_id, self.slot_id, self.booking_id)) != 1:
            raise ValueError("give exactly one of session_id, slot_id, booking_id")
        return self


class QuoteAnswer(Result):
    """What it costs now (`quote` to book, `terms` to cancel), or why it cannot be: `code`, `sentence`, what else there is."""

    about: Literal["booking", "cancellation"]
    party_size: int = 1
    session_id: UUID | None = None
    slot_id: str | None = None
    booking_id: UUID | None = None
    quote: Price | None = None
    terms: TermsLine | None = None
    booking: BookingLine | None = None
    code: RefusalCode | None = None
    sentence: str | None = None
    alternatives: tuple[SessionLine, ...] = ()
    slots: tuple[SlotLine, ...] = ()


async def quote(ports: Ports, context: TurnContext, args: QuoteArgs, _call: ToolCall) -> QuoteAnswer:
    """The price, or the terms of cancelling, as booking would decide now."""
    if args.booking_id is not None:
        return await _cancellation(ports, context, args.booking_id)
    language = language_of(context, await ports.bookings.catalogue(context.tenant_id))
    quoted = await ports.bookings.quote(wish_of(context, args))
    answer = QuoteAnswer(
        about="booking", party_size=args.party_size, session_id=args.session_id, slot_id=args.slot_id
    )
    if quoted.refusal is not None:
        refusal = quoted.refusal
        refused = {"code": refusal.code, "sentence": refusal.sentence, **instead(refusal, language)}
        return answer.model_copy(update=refused)
    price = price_of(quoted.quote, language) if quoted.quote else None
    return answer.model_copy(update={"quote": price})


def wish_of(context: TurnContext, place: Place) -> QuoteBooking:
    """The question what this place costs this customer. Raises `ValueError` for what is no slot."""
    slot = slot_of(place.slot_id) if place.slot_id else None
    return QuoteBooking(
        tenant_id=context.tenant_id,
        customer_id=context.contact.customer_id,
        session_id=place.session_id,
        service_id=slot.service_id if slot else None,
        starts_at=slot.starts_at if slot else None,
        staff_id=slot.staff_id if slot else None,
        party_size=place.party_size,
        method=place.pay_with,
        gift_code=place.gift_code,
        promo_code=place.promo_code,
    )


async def _cancellation(ports: Ports, context: TurnContext, booking_id: UUID) -> QuoteAnswer:
    language = language_of(context, await ports.bookings.catalogue(context.tenant_id))
    quoted = await ports.bookings.quote_cancellation(
        QuoteCancellation(
            tenant_id=context.tenant_id, customer_id=context.contact.customer_id, booking_id=booking_id
        )
    )
    terms = terms_of(quoted, language) if quoted.quote or quoted.booking else None
    refusal = quoted.refusal
    return QuoteAnswer(
        about="cancellation",
        booking_id=booking_id,
        terms=terms,
        booking=booking_line(quoted.booking, language, terms) if quoted.booking else None,
        code=refusal.code if refusal else None,
        sentence=refusal.sentence if refusal else None,
    )


QUOTE: ToolSpec[QuoteArgs] = ToolSpec(
    name="quote",
    description="What booking a session or slot would cost this customer now, with reasons (passes, codes, deposits); or, "
    "with booking_id, what cancelling that booking would cost and give back. Books and cancels nothing. Show the result "
    "before asking for a yes.",
    args=QuoteArgs,
    result=QuoteAnswer,
    run=quote,
)
