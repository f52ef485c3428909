"""What the customer has booked: shown, cancelled, paid for."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from services.agent.offline import say
from services.agent.offline.history import Exchange, Json
from services.agent.offline.offers import CANCEL, Option
from services.agent.offline.picked import contradicts, is_named
from services.agent.offline.scene import Scene
from services.agent.offline.script import Calls, Results, Script, ask
from services.agent.offline.wanted import (
    has_time,
)
from services.agent.reply import Reply


def show(scene: Scene) -> Script:
    """The bookings, and what is left on passes when that is asked for."""
    balances = scene.heard.has("balance") or None
    answer = yield from ask("my_bookings", balances=balances)
    if answer is None:
        return Reply(text=scene.words("lost"), stuck=True)
    if balances:
        return Reply(text=_balances(answer.get("balances") or {}, scene))
    said = scene.said
    named = (
        _fitting(answer.get("bookings", []), scene) if said.service or said.staff or has_time(said) else []
    )
    if named:
        return say.mine(named, (), scene.words)
    return say.mine(answer.get("bookings", []), answer.get("waiting", []), scene.words)


def _balances(balances: Json, scene: Scene) -> str:
    lines = [str(item["line"]) for item in balances.get("passes", ())]
    if balances.get("owed_minor"):
        lines.append(scene.words("owed", price=balances["owed"]))
    return "\n".join(lines) or scene.words("no_passes")


def pay_link(scene: Scene) -> Script:
    """Where to pay, once more."""
    answer = yield from ask("my_bookings")
    unpaid = [booking for booking in (answer or {}).get("bookings", []) if booking.get("pay_link")]
    if not unpaid:
        return Reply(text=scene.words("nothing_to_pay"))
    return Reply(text="\n".join(scene.words("pay_here", what=b["line"], link=b["pay_link"]) for b in unpaid))


def ask_cancel(scene: Scene) -> Script:
    """Which booking, on which terms? Nothing is cancelled yet."""
    answer = yield from ask("my_bookings", terms=True)
    if answer is None:
        return Reply(text=scene.words("lost"), stuck=True)
    mine = answer.get("bookings", [])
    named = yield from of_service(mine, scene)
    if mine and not named:
        told = say.mine(mine, (), scene.words)
        return told.model_copy(update={"text": f"{scene.words('not_booked')} {told.text}"})
    bookings = meant(named, scene)
    waiting = answer.get("waiting", []) if not bookings else []
    return say.which_to_cancel(bookings, waiting, scene.words)


def of_service(bookings: Sequence[Json], scene: Scene) -> Generator[Calls, Results, list[Json]]:
    """Those of the service that was named, by whatever name the business knows it; all when none was."""
    said = scene.said.service
    if not said or any(is_named(said, str(booking["service"])) for booking in bookings):
        return list(bookings)
    answer = yield from ask("business_info", what=said)
    known = answer is not None and not answer.get("problem")
    names = {service["name"] for service in (answer or {}).get("services", ())} if known else set()
    return [booking for booking in bookings if booking["service"] in names]


def cancel(scene: Scene, option: Option) -> Script:
    """Cancel what the customer said yes to."""
    answer = yield from ask("cancel", booking_id=option.id)
    if answer is None:
        return Reply(text=scene.words("lost"), stuck=True)
    if answer.get("code") in ("fee_changed", "not_shown", "not_agreed"):
        fresh = yield from ask("my_bookings", terms=True)
        bookings = [b for b in (fresh or {}).get("bookings", []) if b["booking_id"] == option.id]
        return say.which_to_cancel(bookings, (), scene.words)
    return say.done_or_why(answer, scene.words)


def meant(bookings: Sequence[Json], scene: Scene) -> list[Json]:
    """The bookings that "cancel my yoga tomorrow" (or the reminder just sent) can mean; all when none fits."""
    said = scene.said
    fitting = _fitting(bookings, scene)
    told = [b for b in fitting if any(_in(b, exchange) for exchange in scene.past[-1:])]
    tells = said.service or said.staff or has_time(said)
    return (told if told and not tells else fitting) or list(bookings)


def _fitting(bookings: Sequence[Json], scene: Scene) -> list[Json]:
    """The bookings that nothing said speaks against; a service none of them has (a synonym) does not count."""
    said = replace(scene.said, party_size=None, shift_days=None)
    for tried in (said, replace(said, service=None)):
        options = [Option(CANCEL, booking["booking_id"], 1, "", booking) for booking in bookings]
        fitting = [option.view for option in options if not contradicts(tried, option)]
        if fitting:
            return fitting
    return []


def _in(booking: Json, exchange: Exchange) -> bool:
    """Whether a notice speaks of this booking."""
    text = exchange.text
    clock, day = str(booking["clock"]), str(booking["day"])
    return (
        exchange.notice
        and str(booking["service"]) in text
        and clock in text
        and (day in text or exchange.text.count(clock) == 1)
    )


def receipt(scene: Scene) -> Script:
    """The receipt, once more; of the booking named, else the newest."""
    words = scene.words
    booking_id = None
    if scene.said.service or has_time(scene.said):
        mine = yield from ask("my_bookings", past=True)
        found = meant((mine or {}).get("bookings", []), scene)
        booking_id = found[-1]["booking_id"] if found else None
    answer = yield from ask("get_receipt", booking_id=booking_id)
    if answer is None:
        return Reply(text=words("lost"), stuck=True)
    return Reply(text=words(f"receipt.{answer.get('status', 'none')}"))
