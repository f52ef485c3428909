"""The tools of the waiting list: `join_waitlist`, `leave_waitlist`, `answer_offer`."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from services.agent.tools.outcome import WriteAnswer, refused, told
from services.agent.tools.quoting import SESSION_ID
from services.agent.tools.spec import Args, Ports, ToolCall, ToolSpec, TurnContext
from shared.messages.booking import AnswerOffer, JoinWaitlist, LeaveWaitlist, MyBookings, RefusalCode

_ENTRY_ID = "The id of a place in a queue: `waiting` of my_bookings, or of an offer that was sent."
_NOT_WAITING = "There is no such place in a queue any more."


class JoinArgs(Args):
    """Arguments of `join_waitlist`."""

    session_id: UUID = Field(description=SESSION_ID + " It must be full.")
    party_size: int = Field(1, ge=1, le=100, description="How many places.")


class LeaveArgs(Args):
    """Arguments of `leave_waitlist`."""

    entry_id: UUID = Field(description=_ENTRY_ID)


class OfferArgs(Args):
    """Arguments of `answer_offer`."""

    entry_id: UUID = Field(description=_ENTRY_ID)
    accept: bool = Field(description="Whether the customer takes the place.")


async def join_waitlist(ports: Ports, context: TurnContext, args: JoinArgs, call: ToolCall) -> WriteAnswer:
    """Queue for a full session."""
    outcome = await ports.bookings.do(
        JoinWaitlist(
            tenant_id=context.tenant_id,
            command_id=call.command_id,
            session_id=args.session_id,
            contact=context.contact,
            party_size=args.party_size,
        )
    )
    return await told(ports, context, outcome, args.party_size)


async def leave_waitlist(ports: Ports, context: TurnContext, args: LeaveArgs, call: ToolCall) -> WriteAnswer:
    """Leave a queue."""
    session_id = await _session_of(ports, context, args.entry_id, call)
    if session_id is None:
        return refused(RefusalCode.NOT_FOUND, _NOT_WAITING)
    outcome = await ports.bookings.do(
        LeaveWaitlist(
            tenant_id=context.tenant_id,
            command_id=call.command_id,
            session_id=session_id,
            entry_id=args.entry_id,
            customer_id=context.contact.customer_id,
        )
    )
    return await told(ports, context, outcome)


async def answer_offer(ports: Ports, context: TurnContext, args: OfferArgs, call: ToolCall) -> WriteAnswer:
    """Take or decline the place that came free."""
    session_id = await _session_of(ports, context, args.entry_id, call)
    if session_id is None:
        return refused(RefusalCode.OFFER_EXPIRED, _NOT_WAITING)
    outcome = await ports.bookings.do(
        AnswerOffer(
            tenant_id=context.tenant_id,
            command_id=call.command_id,
            session_id=session_id,
            entry_id=args.entry_id,
            customer_id=context.contact.customer_id,
            accept=args.accept,
        )
    )
    return await told(ports, context, outcome)


async def _session_of(ports: Ports, context: TurnContext, entry_id: UUID, call: ToolCall) -> UUID | None:
    """The session of one of the customer's places in a queue. Kept, as for bookings (`booking.session_of`)."""

    async def look_up() -> str | None:
        mine = await ports.bookings.mine(
            MyBookings(tenant_id=context.tenant_id, customer_id=context.contact.customer_id)
        )
        sessions = [e.session.session_id for e in mine.waiting if e.entry_id == entry_id]
        return str(sessions[0]) if sessions else None

    found = await call.recall("session", look_up)
    return UUID(found) if found else None


JOIN_WAITLIST: ToolSpec[JoinArgs] = ToolSpec(
    name="join_waitlist",
    description="Put this customer on the waiting list of a full session that they asked to wait for. They are written to "
    "when a place comes free. Tell them when it is done.",
    args=JoinArgs,
    result=WriteAnswer,
    run=join_waitlist,
    writes=True,
)

LEAVE_WAITLIST: ToolSpec[LeaveArgs] = ToolSpec(
    name="leave_waitlist",
    description="Take this customer off a waiting list, because they asked for it. Tell them when it is done.",
    args=LeaveArgs,
    result=WriteAnswer,
    run=leave_waitlist,
    writes=True,
)

ANSWER_OFFER: ToolSpec[OfferArgs] = ToolSpec(
    name="answer_offer",
    description="Take or decline a place that this customer was offered from the waiting list, as they answered. A place "
    "that is taken is confirmed by the system: do not repeat it. Tell them when they declined.",
    args=OfferArgs,
    result=WriteAnswer,
    run=answer_offer,
    writes=True,
    agreed=True,
)
