"""May this command be done, and what happens then? One function per command; none of them changes anything outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.booking.domain.asked import part
from services.booking.domain.decisions import (
    appointments,
    attendance,
    booking,
    cancelling,
    customers,
    moving,
    passes,
    payments,
    schedules,
    series,
    sessions,
    settling,
    standing,
    waitlist,
)
from services.booking.domain.refusals import Refused
from services.booking.domain.results import Result
from services.booking.domain.world import Draft, World
from shared.messages import booking as msg
from shared.messages.booking import BookingCommand

_DECISIONS: dict[type[Any], Callable[[Draft, Any], Result]] = {
    msg.BookSession: booking.book_session,
    msg.ConfirmHold: booking.confirm_hold,
    msg.BookSlot: appointments.book_slot,
    msg.RescheduleToSlot: appointments.reschedule_to_slot,
    msg.CancelBooking: cancelling.cancel_booking,
    msg.RescheduleBooking: moving.reschedule_booking,
    msg.JoinWaitlist: waitlist.join_waitlist,
    msg.LeaveWaitlist: waitlist.leave_waitlist,
    msg.AnswerOffer: waitlist.answer_offer,
    msg.RequestStanding: standing.request_standing,
    msg.WithdrawStanding: standing.withdraw_standing,
    msg.MarkAttendance: attendance.mark_attendance,
    msg.DecideApproval: attendance.decide_approval,
    msg.RecordPayment: payments.record_payment,
    msg.ChangeSession: sessions.change_session,
    msg.CancelSession: sessions.cancel_session,
    msg.SettleSession: settling.settle_session,
    msg.EditSchedule: schedules.edit_schedule,
    msg.BookSeries: series.book_series,
    msg.SellPass: passes.sell_pass,
    msg.PausePass: passes.pause_pass,
    msg.UpdateCustomer: customers.update_customer,
    msg.LinkIdentity: customers.link_identity,
    msg.EraseCustomer: customers.erase_customer,
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What follows from a command: what its asker is shown, and a draft with all that happens (perhaps nothing)."""

    result: Result
    draft: Draft


def decide(world: World, command: BookingCommand, now: datetime) -> Decided:
    """What becomes of `command` in this world. Deciding again decides the same: ids follow from the command's.

    What was due in the session before `now` happens first, also when the command is refused then.
    """
    draft = Draft(world, command.tenant_id, command.command_id, now)
    session_id = part(command, "session_id")
    if session_id is not None and not isinstance(command, msg.SettleSession):
        state = draft.session(session_id)
        if state is not None and state.due_at is not None and state.due_at <= now:
            due = Draft(world, command.tenant_id, settling.lapse_id(state), now)
            settling.settle(due, session_id)
            draft = due.followed_by(command.command_id)
    result = _DECISIONS[type(command)](draft, command)
    if isinstance(result, Refused):
        draft.roll_back()
    elif session_id is not None and draft.events:
        after = draft.session(session_id)
        if after is not None and after.queue:
            waitlist.serve(
                draft, session_id
            )  # a place that was taken may end offers, one that came free makes them
    return Decided(result, draft)
