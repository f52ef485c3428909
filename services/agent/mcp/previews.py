"""What is shown before something is done over MCP? What it is, when, and what it costs, as booking says now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import JsonValue

from services.agent.tools import Ports, Shown, ToolCall, TurnContext
from services.agent.tools.details import SESSION_DETAILS
from services.agent.tools.mine import MY_BOOKINGS
from services.agent.tools.outcome import WriteAnswer
from services.agent.tools.quoting import QUOTE
from services.agent.tools.slot_ids import slot_of
from shared.errors import UsherError
from shared.messages.booking import RefusalCode

NOTE = (
    "Nothing has been done. Show this to the person; only after their yes, call again with the same arguments and this "
    "quote_token."
)

NOT_FOUND = RefusalCode.NOT_FOUND.value


class CannotQuote(UsherError):
    """It cannot be done, so there is nothing to agree to; says why, with booking's code if it has one."""

    def __init__(self, sentence: str, code: str | None = None) -> None:
        super().__init__(sentence)
        self.code = code


class Preview(WriteAnswer):
    """`quoted`: nothing was done yet. `shown` is what to show; the same call with `quote_token` does it, for ten minutes."""

    status: Literal["done", "refused", "quoted"]  # type: ignore[assignment]  # one more than without a conversation
    quote_token: str | None = None
    expires_in_seconds: int | None = None
    shown: dict[str, JsonValue] | None = None
    note: str | None = None


async def preview(
    tool: str, arguments: Mapping[str, Any], ports: Ports, context: TurnContext, call: ToolCall
) -> tuple[dict[str, JsonValue], Shown]:
    """What to show before this call, and what a yes to it agrees to. Raises `CannotQuote`."""
    match tool:
        case "book":
            wish = {k: v for k, v in arguments.items() if k != "attendees"}
            answer = await QUOTE.call(ports, context, wish, call)
            return await _priced(answer, arguments, ports, context, call)
        case "cancel":
            answer = await QUOTE.call(ports, context, {"booking_id": arguments["booking_id"]}, call)
            return answer, _fees(answer)
        case "reschedule":
            return await _move(arguments, ports, context, call), Shown()
        case "answer_offer":
            return await _offer(arguments, ports, context, call), Shown()
        case _:
            raise CannotQuote(f"{tool} needs no quote.")


def quoted_by(answer: Mapping[str, Any]) -> tuple[str, Shown] | None:
    """The tool that a result of `quote` is for, and what it shows; None when it quotes nothing."""
    if answer.get("quote"):
        return "book", _totals(answer)
    terms = answer.get("terms")
    if terms and terms.get("allowed", True):
        return "cancel", _fees(answer)
    return None


async def _priced(
    answer: dict[str, JsonValue],
    arguments: Mapping[str, Any],
    ports: Ports,
    context: TurnContext,
    call: ToolCall,
) -> tuple[dict[str, JsonValue], Shown]:
    if not answer.get("quote"):
        raise _refused(answer, "It cannot be booked.")
    shown = {**answer, **await _place(arguments, ports, context, call)}
    return shown, _totals(answer)


async def _place(
    arguments: Mapping[str, Any], ports: Ports, context: TurnContext, call: ToolCall
) -> dict[str, JsonValue]:
    """What and when: the session, or the slot's start."""
    if arguments.get("session_id"):
        found = await SESSION_DETAILS.call(ports, context, {"session_id": arguments["session_id"]}, call)
        if found.get("session") is None:
            raise CannotQuote("There is no such session.", NOT_FOUND)
        return {"session": found["session"]}
    slot = slot_of(str(arguments["slot_id"]))
    catalogue = await ports.bookings.catalogue(context.tenant_id)
    service = next((s.name for s in catalogue.services if s.service_id == slot.service_id), None)
    staff = next((p.name for p in catalogue.staff if p.staff_id == slot.staff_id), None)
    if service is None:
        raise CannotQuote("There is no such slot.", NOT_FOUND)
    return {"slot": {"service": service, "staff": staff, "starts_at": slot.starts_at.isoformat()}}


async def _move(
    arguments: Mapping[str, Any], ports: Ports, context: TurnContext, call: ToolCall
) -> dict[str, JsonValue]:
    mine = await MY_BOOKINGS.call(ports, context, {}, call)
    booking = _one(mine.get("bookings"), "booking_id", arguments.get("booking_id"))
    if booking is None:
        raise CannotQuote("I cannot find that booking among theirs.", NOT_FOUND)
    return {"booking": booking, **await _place(arguments, ports, context, call)}


async def _offer(
    arguments: Mapping[str, Any], ports: Ports, context: TurnContext, call: ToolCall
) -> dict[str, JsonValue]:
    mine = await MY_BOOKINGS.call(ports, context, {}, call)
    entry = _one(mine.get("waiting"), "entry_id", arguments.get("entry_id"))
    if entry is None:
        raise CannotQuote("There is no such offer any more.", RefusalCode.OFFER_EXPIRED.value)
    return {"entry": entry}


def _refused(answer: Mapping[str, Any], otherwise: str) -> CannotQuote:
    return CannotQuote(str(answer.get("sentence") or otherwise), answer.get("code"))


def _one(lines: JsonValue, field: str, wanted: object) -> JsonValue:
    found = (
        [each for each in lines if isinstance(each, dict) and each.get(field) == str(wanted)]
        if isinstance(lines, list)
        else []
    )
    return found[0] if found else None


def _totals(answer: Mapping[str, Any]) -> Shown:
    quote = answer["quote"]
    used = quote.get("credits", 0)
    return Shown(totals=frozenset({quote["total_minor"]}), credits=frozenset({used} if used else ()))


def _fees(answer: Mapping[str, Any]) -> Shown:
    terms = answer.get("terms")
    if not terms or not terms.get("allowed", True):
        raise _refused(answer, "This booking cannot be cancelled.")
    return Shown(fees=frozenset({terms["fee_minor"]}))
