"""The tool `my_bookings`: what has the customer booked, where do they wait, what is left on their passes?"""

from __future__ import annotations

import asyncio

from pydantic import Field

from services.agent.tools.asked import language_of
from services.agent.tools.outcome import terms_of
from services.agent.tools.render import (
    BookingLine,
    TermsLine,
    WaitingLine,
    booking_line,
    instant_text,
    waiting_line,
)
from services.agent.tools.spec import Args, Ports, Result, ToolCall, ToolSpec, TurnContext
from shared.messages.booking import Balances, BookingView, MyBalances, MyBookings, QuoteCancellation
from shared.money import format_money

_SHOWN = 20
_WITH_TERMS = 10


class MineArgs(Args):
    """Arguments of `my_bookings`."""

    past: bool = Field(False, description="Also earlier and cancelled ones, newest first.")
    terms: bool = Field(
        False, description="With what cancelling each would cost: needed before anything is cancelled."
    )
    balances: bool = Field(False, description="With what is left on passes and what is owed.")


class PassLine(Result):
    """A pack, membership or gift card; `left` are credits (pack) or minor units (gift card)."""

    name: str
    kind: str
    left: int | None = None
    valid_until: str | None = None
    paused: bool = False
    line: str


class BalanceLine(Result):
    """What the customer owes and has left."""

    owed: str
    owed_minor: int
    passes: tuple[PassLine, ...] = ()


class BookingsAnswer(Result):
    """The customer's bookings, soonest first (earlier ones: newest first), and their places in queues."""

    bookings: tuple[BookingLine, ...] = ()
    waiting: tuple[WaitingLine, ...] = ()
    balances: BalanceLine | None = None


async def my_bookings(ports: Ports, context: TurnContext, args: MineArgs, _call: ToolCall) -> BookingsAnswer:
    """List what the customer of this conversation has."""
    catalogue = await ports.bookings.catalogue(context.tenant_id)
    language, timezone = language_of(context, catalogue), catalogue.business.timezone
    who = {"tenant_id": context.tenant_id, "customer_id": context.contact.customer_id}
    mine = await ports.bookings.mine(MyBookings(**who, past=args.past))
    views = mine.bookings if not args.past else tuple(reversed(mine.bookings))
    views = views[:_SHOWN]
    terms = await _terms(ports, context, views, language) if args.terms else {}
    balances = await ports.bookings.balances(MyBalances(**who)) if args.balances else None
    return BookingsAnswer(
        bookings=tuple(booking_line(view, language, terms.get(str(view.booking_id))) for view in views),
        waiting=tuple(waiting_line(entry, language) for entry in mine.waiting),
        balances=_balance_line(balances, timezone, language) if balances else None,
    )


async def _terms(
    ports: Ports, context: TurnContext, views: tuple[BookingView, ...], language: str
) -> dict[str, TermsLine]:
    """What cancelling each booking that is still to come costs."""
    coming = [view for view in views if view.session.ends_at > context.now][:_WITH_TERMS]
    quoted = await asyncio.gather(
        *(
            ports.bookings.quote_cancellation(
                QuoteCancellation(
                    tenant_id=context.tenant_id,
                    customer_id=context.contact.customer_id,
                    booking_id=view.booking_id,
                )
            )
            for view in coming
        )
    )
    return {
        str(view.booking_id): terms_of(each.model_copy(update={"booking": view}), language)
        for view, each in zip(coming, quoted, strict=True)
    }


def _balance_line(balances: Balances, timezone: str, language: str) -> BalanceLine:
    passes = []
    for held in balances.passes:
        until = instant_text(held.valid_until, timezone, language) if held.valid_until else None
        is_money = held.kind == "gift_card" and held.left is not None
        left = format_money(held.left or 0, balances.currency, language) if is_money else held.left
        line = held.name if left is None else f"{held.name}: {left}"
        passes.append(
            PassLine(
                name=held.name,
                kind=held.kind,
                left=held.left,
                valid_until=until,
                paused=held.paused,
                line=f"{line} (– {until})" if until else line,
            )
        )
    owed = format_money(balances.owed, balances.currency, language)
    return BalanceLine(owed=owed, owed_minor=balances.owed, passes=tuple(passes))


MY_BOOKINGS: ToolSpec[MineArgs] = ToolSpec(
    name="my_bookings",
    description="List this customer's bookings that are still to come and the queues they wait in, with ids; if asked, "
    "earlier bookings, what cancelling each would cost, and passes.",
    args=MineArgs,
    result=BookingsAnswer,
    run=my_bookings,
)
