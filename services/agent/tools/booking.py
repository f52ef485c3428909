"""The tools that take, give back and move places: `book`, `cancel`, `reschedule`."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.agent.tools.asked import language_of
from services.agent.tools.outcome import Price, WriteAnswer, price_of, refused, terms_of, told
from services.agent.tools.quoting import BOOKING_ID, SESSION_ID, SLOT_ID, Place, wish_of
from services.agent.tools.slot_ids import PATTERN, slot_of
from services.agent.tools.spec import Args, Ports, Shown, ToolCall, ToolSpec, TurnContext
from services.agent.tools.words import words_of
from shared.messages.booking import (
    BookSession,
    BookSlot,
    CancelBooking,
    MyBookings,
    QuoteCancellation,
    QuoteView,
    RefusalCode,
    RescheduleBooking,
    RescheduleToSlot,
)

Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]

NOT_YOURS = "I cannot find that booking among yours."
NOT_SHOWN = "The customer has not been shown what this costs. Show it, and ask again."


def _one_place(session_id: UUID | None, slot_id: str | None) -> None:
    if (session_id is None) == (slot_id is None):
        raise ValueError("give exactly one of session_id and slot_id")


class BookArgs(Place):
    """Arguments of `book`: exactly one of `session_id` and `slot_id`."""

    attendees: tuple[Name, ...] = Field(
        (), max_length=100, description="Names of who comes, if the customer gave them."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        _one_place(self.session_id, self.slot_id)
        return self


class CancelArgs(Args):
    """Arguments of `cancel`."""

    booking_id: UUID = Field(description=BOOKING_ID)


class RescheduleArgs(Args):
    """Arguments of `reschedule`: exactly one of `session_id` and `slot_id`, where it moves to."""

    booking_id: UUID = Field(description=BOOKING_ID)
    session_id: UUID | None = Field(None, description=SESSION_ID)
    slot_id: str | None = Field(None, pattern=PATTERN, description=SLOT_ID)

    @model_validator(mode="after")
    def _one(self) -> Self:
        _one_place(self.session_id, self.slot_id)
        return self


async def book(ports: Ports, context: TurnContext, args: BookArgs, call: ToolCall) -> WriteAnswer:
    """Book for the customer of this conversation, if it costs what they were shown."""
    language = language_of(context, await ports.bookings.catalogue(context.tenant_id))

    async def dearer() -> str | None:
        quoted = await ports.bookings.quote(wish_of(context, args))
        # A refusal is left to the command, whose outcome is for ever and names what else there is.
        if quoted.quote is None or covers(call.shown, quoted.quote):
            return None
        return price_of(quoted.quote, language).model_dump_json()

    # Kept, because once the command may have been sent a repeat must send it again, whatever it costs by then.
    price = await call.recall("price", dearer)
    if price is not None:
        now = Price.model_validate_json(price)
        return WriteAnswer(
            status="refused",
            code="price_changed",
            sentence=words_of(language).now_costs.format(now.line),
            quote=now,
            party_size=args.party_size,
        )
    outcome = await ports.bookings.do(_booking_of(context, args, call))
    return await told(ports, context, outcome, args.party_size)


def covers(shown: Shown, quote: QuoteView) -> bool:
    """Whether a customer who was shown this has agreed to that price: never more money, no credits unasked."""
    return quote.total <= max(shown.totals, default=-1) and (
        not quote.credits or quote.credits in shown.credits
    )


def _booking_of(context: TurnContext, args: BookArgs, call: ToolCall) -> BookSession | BookSlot:
    slot = slot_of(args.slot_id) if args.slot_id else None
    if slot is not None:
        return BookSlot(
            tenant_id=context.tenant_id,
            command_id=call.command_id,
            service_id=slot.service_id,
            staff_id=slot.staff_id,
            starts_at=slot.starts_at,
            contact=context.contact,
            party_size=args.party_size,
            attendees=args.attendees,
            method=args.pay_with,
            gift_code=args.gift_code,
            promo_code=args.promo_code,
        )
    if args.session_id is None:
        raise ValueError("neither a session nor a slot")
    return BookSession(
        tenant_id=context.tenant_id,
        command_id=call.command_id,
        session_id=args.session_id,
        contact=context.contact,
        party_size=args.party_size,
        attendees=args.attendees,
        method=args.pay_with,
        gift_code=args.gift_code,
        promo_code=args.promo_code,
    )


async def cancel(ports: Ports, context: TurnContext, args: CancelArgs, call: ToolCall) -> WriteAnswer:
    """Cancel a booking of the customer of this conversation, for no higher fee than they were shown."""
    session_id = await session_of(ports, context, args.booking_id, call)
    if session_id is None:
        return refused(RefusalCode.NOT_FOUND, NOT_YOURS)
    if not call.shown.fees:
        return refused("not_shown", NOT_SHOWN)
    outcome = await ports.bookings.do(
        CancelBooking(
            tenant_id=context.tenant_id,
            command_id=call.command_id,
            session_id=session_id,
            booking_id=args.booking_id,
            customer_id=context.contact.customer_id,
            fee_shown=max(call.shown.fees),
        )
    )
    answer = await told(ports, context, outcome)
    if answer.code != RefusalCode.FEE_CHANGED:
        return answer
    language = language_of(context, await ports.bookings.catalogue(context.tenant_id))
    quoted = await ports.bookings.quote_cancellation(
        QuoteCancellation(
            tenant_id=context.tenant_id,
            customer_id=context.contact.customer_id,
            booking_id=args.booking_id,
        )
    )
    return answer.model_copy(update={"terms": terms_of(quoted, language)})


async def reschedule(ports: Ports, context: TurnContext, args: RescheduleArgs, call: ToolCall) -> WriteAnswer:
    """Move a booking of the customer of this conversation, or leave it as it is."""
    from_session = await session_of(ports, context, args.booking_id, call)
    if from_session is None:
        return refused(RefusalCode.NOT_FOUND, NOT_YOURS)
    outcome = await ports.bookings.do(_move_of(context, args, from_session, call))
    return await told(ports, context, outcome, outcome.booking.party_size if outcome.booking else 1)


def _move_of(
    context: TurnContext, args: RescheduleArgs, from_session: UUID, call: ToolCall
) -> RescheduleBooking | RescheduleToSlot:
    slot = slot_of(args.slot_id) if args.slot_id else None
    if slot is not None:
        return RescheduleToSlot(
            tenant_id=context.tenant_id,
            command_id=call.command_id,
            booking_id=args.booking_id,
            from_session_id=from_session,
            customer_id=context.contact.customer_id,
            starts_at=slot.starts_at,
            staff_id=slot.staff_id,
        )
    if args.session_id is None:
        raise ValueError("neither a session nor a slot")
    return RescheduleBooking(
        tenant_id=context.tenant_id,
        command_id=call.command_id,
        session_id=args.session_id,
        booking_id=args.booking_id,
        from_session_id=from_session,
        customer_id=context.contact.customer_id,
    )


async def session_of(ports: Ports, context: TurnContext, booking_id: UUID, call: ToolCall) -> UUID | None:
    """The session of one of the customer's bookings; None when it is not theirs.

    Kept, because once the command is done the booking is listed no longer (or elsewhere), and a repeat must send the
    same command.
    """

    async def look_up() -> str | None:
        mine = await ports.bookings.mine(
            MyBookings(tenant_id=context.tenant_id, customer_id=context.contact.customer_id)
        )
        sessions = [b.session.session_id for b in mine.bookings if b.booking_id == booking_id]
        return str(sessions[0]) if sessions else None

    found = await call.recall("session", look_up)
    return UUID(found) if found else None


BOOK: ToolSpec[BookArgs] = ToolSpec(
    name="book",
    description="Book places in a session, or a free time (slot), for this customer. Only after the customer said yes, in a "
    "later message, to what you had shown them (what, when, price, number of people). When it is done the customer gets "
    "the confirmation from the system: do not repeat it.",
    args=BookArgs,
    result=WriteAnswer,
    run=book,
    writes=True,
    agreed=True,
)

CANCEL: ToolSpec[CancelArgs] = ToolSpec(
    name="cancel",
    description="Cancel a booking of this customer. Only after you had shown what cancelling costs (my_bookings with terms, "
    "or quote) and the customer said yes, in a later message, to cancelling exactly that booking. When it is done the "
    "customer is told by the system: do not repeat it.",
    args=CancelArgs,
    result=WriteAnswer,
    run=cancel,
    writes=True,
    agreed=True,
)

RESCHEDULE: ToolSpec[RescheduleArgs] = ToolSpec(
    name="reschedule",
    description="Move a booking of this customer to another session or slot: the new place first, then the old one is "
    "freed, or nothing changes. Only after the customer said yes, in a later message, to the new time that you had shown. "
    "When it is done the customer is told by the system: do not repeat it.",
    args=RescheduleArgs,
    result=WriteAnswer,
    run=reschedule,
    writes=True,
    agreed=True,
)
