"""Moving a booking: which one, where to, and is that what is wanted? "can I come an hour later?"."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import datetime, timedelta

from services.agent.language import Intent
from services.agent.offline import found as tell
from services.agent.offline import say
from services.agent.offline.acts.bookings import meant, of_service
from services.agent.offline.acts.find import find
from services.agent.offline.hearing import listen
from services.agent.offline.history import Json, thing
from services.agent.offline.offers import MOVE, MOVING, Option, asked_last
from services.agent.offline.scene import Scene
from services.agent.offline.script import Calls, Results, Script, ask
from services.agent.offline.wanted import (
    Searched,
    has_time,
    moved_minutes,
    said_time,
    searched,
    wants_shift,
)
from services.agent.reply import Reply

_RECALL = 3  # exchanges in which we still know which booking is being moved


def ask_move(scene: Scene) -> Script:
    """ "move my Thursday class to Friday": which booking, and where can it go? Nothing is moved yet."""
    which, target = _split(scene)
    answer = yield from ask("my_bookings")
    if answer is None:
        return Reply(text=scene.words("lost"), stuck=True)
    bookings = answer.get("bookings", [])
    if not bookings and has_time(scene.said) and searched(scene.past) is not None:
        return (yield from find(scene))  # nothing is booked yet: what was looked for is meant
    if not bookings:
        return Reply(text=scene.words("none_to_move"))
    named = yield from of_service(bookings, which)
    if not named:
        told = say.mine(bookings, (), scene.words)
        return told.model_copy(update={"text": f"{scene.words('not_booked')} {told.text}"})
    fitting = meant(named, which)
    if len(fitting) > 1:
        return say.which_to_move(fitting, scene.words)
    return (yield from move_to(target, fitting[0]))


def instead(scene: Scene) -> Script:
    """ "can I come on Tuesday instead?", out of nothing: of what is booked, else a new search."""
    answer = yield from ask("my_bookings")
    if (answer or {}).get("bookings"):
        return (yield from ask_move(scene))
    return (yield from find(scene))


def move_to(scene: Scene, booking: Json) -> Script:
    """Where the booking can go, by what the message says of the time; asks when it says none."""
    when = _target(scene, booking)
    if when is None and not scene.said.without:
        return Reply(text=scene.words("move_when", what=f"{booking['service']}, {booking['local']}"))
    answer = yield from _there(scene, booking, when)
    if answer is None:
        return Reply(text=scene.words("lost"), stuck=True)
    if answer.get("problem"):
        return tell.problem(answer, scene.words)
    party = int(booking.get("party_size", 1))
    views = [*answer.get("sessions", []), *answer.get("slots", [])]
    views = [view for view in views if view.get("session_id") != booking.get("session_id")]
    if views and answer.get("exact", True):
        return say.move_offer(booking, views[:6], scene.words)
    lead = (
        tell.nothing_then(answer, scene.words) if views else f"{tell.why_none(answer, party, scene.words)} "
    )
    near = views or answer.get("alternatives", [])
    if not near:
        wider = yield from _there(scene, booking, None)
        near = [*(wider or {}).get("sessions", []), *(wider or {}).get("slots", [])]
        near = [view for view in near if view.get("session_id") != booking.get("session_id")]
    if not near:
        return Reply(text=f"{lead.strip()} {scene.words('look_elsewhere')}")
    return say.move_offer(booking, near[:3], scene.words, lead)


def _there(scene: Scene, booking: Json, when: str | None) -> Generator[Calls, Results, Json | None]:
    answer = yield from _places(scene, booking, when)
    return tell.spared(answer, scene.said.without) if answer is not None else None


def _places(scene: Scene, booking: Json, when: str | None) -> Generator[Calls, Results, Json | None]:
    args: Json = {"what": booking["service"]}
    if when is not None:
        args["when"] = when
    if scene.said.staff:
        args["staff"] = scene.said.staff
    party = int(booking.get("party_size", 1))
    answer = yield from ask("find_sessions", **args, party_size=party if party > 1 else None)
    if answer is not None and answer.get("problem") == "by_appointment":
        return (yield from ask("find_slots", **args, for_booking_id=booking["booking_id"]))
    return answer


def _target(scene: Scene, booking: Json) -> str | None:
    """When it shall be instead, as a time that the tools understand."""
    heard, said = scene.heard, scene.said
    starts = datetime.fromisoformat(booking["starts"])
    minutes = moved_minutes(heard)
    if minutes is not None:
        return f"{starts + timedelta(minutes=minutes):%Y-%m-%d %H:%M}"
    day = starts.date().isoformat()
    own = Searched("", {}, {"searched_from": f"{day}T00:00", "searched_before": f"{day}T23:59"})
    before = searched(scene.past[-_RECALL:]) or own
    if has_time(said):
        return said_time(said, before if said.time_only else own, scene.facts.local_now, starts.time())
    if said.shift_days is not None:
        return f"{starts + timedelta(days=said.shift_days):%Y-%m-%d %H:%M}"
    shift = wants_shift(heard)
    if shift is not None:
        return f"{day} {'after' if shift.value == 'later' else 'before'} {starts:%H:%M}"
    return None


def _split(scene: Scene) -> tuple[Scene, Scene]:
    """What is said of the booking, and of where it shall go: "my Thursday class | to Friday"."""
    heard = scene.heard
    pattern = heard.cues.patterns.get("to_target")
    if pattern is None or len(heard.folded) != len(heard.text):
        return _without_time(scene), scene
    for match in reversed(list(pattern.finditer(heard.folded))):
        left, right = scene.part(heard.text[: match.start()]), scene.part(heard.text[match.end() :])
        if has_time(right.said) or right.said.shift_days is not None:
            return _with_day(left), right
    if moved_minutes(heard) is not None or wants_shift(heard) is not None or heard.has("instead"):
        return _without_time(scene), scene
    # "can you move my Thursday class?": the time is of the booking
    return scene, _without_time(scene)


def _with_day(scene: Scene) -> Scene:
    """The left part with the day at its end, which its last words alone may say better ("… von Donnerstag")."""
    words = scene.heard.text.split()
    for count in (1, 2):
        last = scene.part(" ".join(words[-count:])).said
        if has_time(scene.said) or not has_time(last):
            continue
        said = replace(
            scene.said,
            start=last.start,
            end=last.end,
            grain=last.grain,
            open=last.open,
            time_only=last.time_only,
        )
        return replace(scene, heard=replace(scene.heard, said=said))
    return scene


def _without_time(scene: Scene) -> Scene:
    said = replace(scene.said, start=None, end=None, grain=None, open=None, time_only=False, time_words=None)
    return replace(scene, heard=replace(scene.heard, said=said))


def being_moved(scene: Scene) -> Json | None:
    """The booking that the conversation is about to move, if it is."""
    for exchange in [e for e in reversed(scene.past) if not e.notice][:_RECALL]:
        ids = [shown.choice_id.split(":") for shown in exchange.choices]
        moved = {parts[1] for parts in ids if parts[0] == MOVE and len(parts) == 3}
        if len(moved) == 1:
            return thing(scene.past, "booking_id", moved.pop()) or None
        if any(parts[0] == MOVING for parts in ids):
            return None
        if (exchange.choice_id or "").startswith(f"{MOVING}:"):
            return thing(scene.past, "booking_id", (exchange.choice_id or "").split(":")[1]) or None
        asked = listen(exchange.said, scene.facts) if exchange.choice_id is None else None
        tools = {use.name for use in exchange.uses}
        if asked is not None and asked.said.intent is Intent.RESCHEDULE and "my_bookings" in tools:
            bookings = next((u.result for u in exchange.uses if u.name == "my_bookings" and u.result), {})
            before = scene.past[: list(scene.past).index(exchange)]
            which, _ = _split(Scene(before, asked, scene.facts))
            fitting = meant(bookings.get("bookings", []), which)
            return fitting[0] if len(fitting) == 1 else None
        if tools & {"book", "cancel", "reschedule", "find_sessions", "find_slots"}:
            return None
    return None


def just_booked(scene: Scene) -> Json | None:
    """The booking that was made in the exchange before: "actually, make it tuesday" moves it."""
    told = [exchange for exchange in scene.past if not exchange.notice][-1:]
    uses = [use for exchange in told for use in exchange.uses if use.name in ("book", "reschedule")]
    if len(uses) != 1 or (uses[0].result or {}).get("status") != "done":
        return None
    booking = (uses[0].result or {}).get("booking")
    return dict(booking) if booking else None


def chosen_to_move(scene: Scene, option: Option) -> Script:
    """ "the second one", after we asked which booking to move: on to where it shall go."""
    booking = option.view or None
    if booking is None:
        return Reply(text=scene.words("offer_gone"))
    last = asked_last(scene.past)
    asked = listen(last.said, scene.facts, scene.said.language) if last is not None else scene.heard
    _, target = _split(Scene(scene.past[:-1], asked, scene.facts))
    return (yield from move_to(replace(target, past=()), booking))


def move(scene: Scene, option: Option) -> Script:
    """Move what the customer said yes to."""
    there = {"slot_id": option.id} if option.is_slot else {"session_id": option.id}
    answer = yield from ask("reschedule", booking_id=option.of, **there)
    if answer is None:
        return Reply(text=scene.words("lost"), stuck=True)
    booking = thing(scene.past, "booking_id", option.of)
    if answer.get("status") != "done" and booking:
        if answer.get("code") in ("not_shown", "not_agreed") and option.view:
            return say.move_offer(booking, [option.view], scene.words)
        others = [*answer.get("alternatives", []), *answer.get("slots", [])]
        if others:
            return say.move_offer(booking, others[:3], scene.words, f"{say.why_not(answer, scene.words)} ")
    return say.done_or_why(answer, scene.words)
