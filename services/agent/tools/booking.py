"""The tools that hold, give back and list places: `book_session`, `cancel_booking`, `my_bookings`."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from services.agent.tools.render import BookingLine, SessionLine, booking_line, session_line
from services.agent.tools.spec import Args, Bookings, Result, ToolCall, ToolSpec, TurnContext
from shared.messages.booking import (
    BookSession,
    CancelBooking,
    CommandOutcome,
    MyBookings,
    RefusalCode,
)


class BookArgs(Args):
    """Arguments of `book_session`."""

    session_id: UUID = Field(description="The id of a session from an earlier `find_sessions` result.")
    party_size: int = Field(1, ge=1, le=100, description="How many places, as shown to the customer.")


class CancelArgs(Args):
    """Arguments of `cancel_booking`."""

    booking_id: UUID = Field(description="The id of a booking from an earlier `my_bookings` result.")


class NoArgs(Args):
    """A tool without arguments."""


class WriteAnswer(Result):
    """What became of it. After `done` the customer is told by the system itself: say nothing more about it.

    After `refused`, `sentence` says why and `alternatives` are sessions that have room.
    """

    status: Literal["done", "refused"]
    booking: BookingLine | None = None
    code: RefusalCode | None = None
    sentence: str | None = None
    alternatives: tuple[SessionLine, ...] = ()
    party_size: int = 1


class BookingsAnswer(Result):
    """The customer's bookings, soonest first."""

    bookings: tuple[BookingLine, ...] = ()


_NOT_YOURS = "I cannot find that booking among yours."


async def book_session(
    bookings: Bookings, context: TurnContext, args: BookArgs, call: ToolCall
) -> WriteAnswer:
    """Book for the customer of this conversation."""
    outcome = await bookings.do(
        BookSession(
            tenant_id=context.tenant_id,
            command_id=call.command_id,
            session_id=args.session_id,
            contact=context.contact,
            party_size=args.party_size,
        )
    )
    return await _told(bookings, context, outcome, args.party_size)


async def cancel_booking(
    bookings: Bookings, context: TurnContext, args: CancelArgs, call: ToolCall
) -> WriteAnswer:
    """Cancel a booking of the customer of this conversation."""

    async def look_up() -> str | None:
        mine = await bookings.mine(_mine(context))
        sessions = [b.session.session_id for b in mine.bookings if b.booking_id == args.booking_id]
        return str(sessions[0]) if sessions else None

    # Kept, because once the command is done the booking is no longer listed, and a repeat must send the same
    # command.
    session_id = await call.recall("session", look_up)
    if session_id is None:
        return WriteAnswer(status="refused", code=RefusalCode.NOT_FOUND, sentence=_NOT_YOURS)
    outcome = await bookings.do(
        CancelBooking(
            tenant_id=context.tenant_id,
            command_id=call.command_id,
            session_id=UUID(session_id),
            booking_id=args.booking_id,
            customer_id=context.contact.customer_id,
        )
    )
    return await _told(bookings, context, outcome, 1)


async def my_bookings(
    bookings: Bookings, context: TurnContext, _args: NoArgs, _call: ToolCall
) -> BookingsAnswer:
    """List the bookings of the customer of this conversation."""
    mine = await bookings.mine(_mine(context))
    language = (await bookings.catalogue(context.tenant_id)).business.language
    return BookingsAnswer(bookings=tuple(booking_line(booking, language) for booking in mine.bookings))


def _mine(context: TurnContext) -> MyBookings:
    return MyBookings(tenant_id=context.tenant_id, customer_id=context.contact.customer_id)


async def _told(
    bookings: Bookings, context: TurnContext, outcome: CommandOutcome, party_size: int
) -> WriteAnswer:
    language = (await bookings.catalogue(context.tenant_id)).business.language
    if outcome.refusal is not None:
        return WriteAnswer(
            status="refused",
            code=outcome.refusal.code,
            sentence=outcome.refusal.sentence,
            alternatives=tuple(
                session_line(move.session, language)
                for move in outcome.refusal.next
                if move.move == "book" and move.session is not None
            ),
            party_size=party_size,
        )
    booking = booking_line(outcome.booking, language) if outcome.booking else None
    return WriteAnswer(status="done", booking=booking, party_size=party_size)


BOOK_SESSION: ToolSpec[BookArgs] = ToolSpec(
    name="book_session",
    description="Book places in a session for this customer. Only after the customer said yes, in a later "
    "message, to what "
    "you had shown them (what, when, price, number of people). When it is done the customer gets the "
    "confirmation "
    "from the system: do not repeat it.",
    args=BookArgs,
    result=WriteAnswer,
    run=book_session,
    writes=True,
)

CANCEL_BOOKING: ToolSpec[CancelArgs] = ToolSpec(
    name="cancel_booking",
    description="Cancel a booking of this customer. Only after the customer said yes, in a later message, "
    "to cancelling "
    "exactly that booking. When it is done the customer is told by the system: do not repeat it.",
    args=CancelArgs,
    result=WriteAnswer,
    run=cancel_booking,
    writes=True,
)

MY_BOOKINGS: ToolSpec[NoArgs] = ToolSpec(
    name="my_bookings",
    description="List this customer's bookings that are still to come, with their ids.",
    args=NoArgs,
    result=BookingsAnswer,
    run=my_bookings,
)
