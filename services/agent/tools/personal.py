"""The tools about the customer themselves: `set_preference`, `get_receipt`, `talk_to_human`."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from services.agent.tools.asked import language_of
from services.agent.tools.booking import NOT_YOURS
from services.agent.tools.quoting import BOOKING_ID
from services.agent.tools.render import BookingLine, booking_line
from services.agent.tools.spec import (
    Args,
    HandoffReason,
    NotHere,
    Ports,
    PreferenceKey,
    Result,
    ToolCall,
    ToolSpec,
    TurnContext,
)
from shared.messages.booking import MyBookings
from shared.messages.receipts import SendReceipt

_NOTES = {
    "sent": "It is on its way by itself: one short sentence is enough.",
    "coming": "It is being made and comes by itself.",
    "none": "There is no receipt for it.",
}


class PreferenceArgs(Args):
    """Arguments of `set_preference`."""

    key: PreferenceKey = Field(description="What it is about.")
    value: str | None = Field(
        None,
        min_length=1,
        max_length=120,
        description="In the customer's own words, e.g. `evenings`. Omit to forget it.",
    )


class Kept(Result):
    """One thing that is remembered."""

    key: str
    value: str


class PreferenceAnswer(Result):
    """All that is remembered of this customer now."""

    status: Literal["done", "refused"]
    preferences: tuple[Kept, ...] = ()
    sentence: str | None = None


class ReceiptArgs(Args):
    """Arguments of `get_receipt`."""

    booking_id: UUID | None = Field(None, description=BOOKING_ID + " Omit for the newest one.")


class ReceiptAnswer(Result):
    """`sent`: the PDF comes by itself; `coming`: it is being made; `none`: there is none."""

    status: Literal["sent", "coming", "none"]
    booking: BookingLine | None = None
    note: str = ""


class HumanArgs(Args):
    """Arguments of `talk_to_human`."""

    reason: HandoffReason = Field("asked", description="`asked`: the customer wants a person.")
    note: str | None = Field(
        None, max_length=300, description="What it is about, for the person who takes over."
    )


class HumanAnswer(Result):
    """A person of the business takes over after this; `phone` to call meanwhile."""

    status: Literal["done", "refused"]
    phone: str | None = None
    note: str = ""


async def set_preference(
    ports: Ports, context: TurnContext, args: PreferenceArgs, _call: ToolCall
) -> PreferenceAnswer:
    """Remember or forget what the customer said they prefer."""
    try:
        await ports.preferences.set(context, args.key, args.value)
    except NotHere as here:
        return PreferenceAnswer(status="refused", sentence=str(here))
    kept = await ports.preferences.all(context)
    return PreferenceAnswer(status="done", preferences=tuple(Kept(key=p.key, value=p.value) for p in kept))


async def get_receipt(ports: Ports, context: TurnContext, args: ReceiptArgs, call: ToolCall) -> ReceiptAnswer:
    """Have the receipt of one of the customer's bookings sent again, into this conversation."""
    mine = await ports.bookings.mine(
        MyBookings(tenant_id=context.tenant_id, customer_id=context.contact.customer_id, past=True)
    )
    newest = sorted(mine.bookings, key=lambda booking: booking.booked_at, reverse=True)
    chosen = [b for b in newest if args.booking_id in (None, b.booking_id)]
    if not chosen:
        return ReceiptAnswer(status="none", note=NOT_YOURS)
    booking = chosen[0]
    sent = await ports.bookings.send_receipt(
        SendReceipt(
            tenant_id=context.tenant_id,
            request_id=call.command_id,
            booking_id=booking.booking_id,
            contact=context.contact,
        )
    )
    language = language_of(context, await ports.bookings.catalogue(context.tenant_id))
    return ReceiptAnswer(
        status=sent.status, booking=booking_line(booking, language), note=_NOTES[sent.status]
    )


async def talk_to_human(ports: Ports, context: TurnContext, args: HumanArgs, call: ToolCall) -> HumanAnswer:
    """Hand the conversation to a person of the business."""
    phone = (await ports.bookings.catalogue(context.tenant_id)).business.phone
    try:
        await ports.handoff.ask(context, args.reason, args.note, call.command_id)
    except NotHere as here:
        return HumanAnswer(status="refused", phone=phone, note=str(here))
    return HumanAnswer(
        status="done",
        phone=phone,
        note="Say that somebody will write here; the number is for what is urgent.",
    )


SET_PREFERENCE: ToolSpec[PreferenceArgs] = ToolSpec(
    name="set_preference",
    description="Remember (or forget) something this customer told about themselves: the teacher, service, level, days or "
    "times they prefer, how to call them. Only what they said themselves.",
    args=PreferenceArgs,
    result=PreferenceAnswer,
    run=set_preference,
    writes=True,
)

GET_RECEIPT: ToolSpec[ReceiptArgs] = ToolSpec(
    name="get_receipt",
    description="Send this customer the receipt (PDF) of one of their bookings again.",
    args=ReceiptArgs,
    result=ReceiptAnswer,
    run=get_receipt,
    writes=True,
)

TALK_TO_HUMAN: ToolSpec[HumanArgs] = ToolSpec(
    name="talk_to_human",
    description="Hand over to a person of the business: the customer asks for one, complains, or you cannot help.",
    args=HumanArgs,
    result=HumanAnswer,
    run=talk_to_human,
    writes=True,
)
