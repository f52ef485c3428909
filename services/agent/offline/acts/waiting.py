"""Queues for full classes: joining, leaving, the place in the queue, and the answer to an offered place."""

from __future__ import annotations

from services.agent.offline import found as tell
from services.agent.offline import say
from services.agent.offline.acts.bookings import meant
from services.agent.offline.acts.find import last_full, looked_up
from services.agent.offline.history import Json
from services.agent.offline.offers import WAIT, Option, asked_last, recent_offer
from services.agent.offline.scene import Scene
from services.agent.offline.script import Script, ask
from services.agent.offline.wanted import find_args, has_time
from services.agent.reply import Reply, ReplyChoice


def wait(scene: Scene) -> Script:
    """ "put me on the waiting list": for the class that is full, found first when it has not been shown."""
    said, words = scene.said, scene.words
    offer = recent_offer(scene.past)
    party = said.party_size or 1
    shown = [o for o in offer.options if o.kind == WAIT] if offer else []
    full = last_full(scene)
    if not (said.service or has_time(said)):
        if len(shown) == 1:
            return (yield from join(scene, shown[0]))
        if len(full) == 1:
            return (yield from join(scene, Option(WAIT, full[0]["session_id"], party, "", full[0])))
        if full:
            return say.which_to_wait(full, party, words)
        return Reply(text=words("wait_for_what"))
    args = find_args(scene.heard, scene.past, scene.facts.local_now)
    answer = yield from looked_up(scene, args)
    if answer is None:
        return Reply(text=words("lost"), stuck=True)
    full = answer.get("full", [])
    if len(full) == 1:
        why = tell.why_none(answer, party, words)
        return say.instead(why, (), party, words, full=full)
    if full:
        return say.which_to_wait(full, party, words)
    if answer.get("sessions") and not answer.get("problem"):
        lead = words("not_full")
        return say.offered(
            answer["sessions"], party, words, lead if len(answer["sessions"]) > 1 else f"{lead} "
        )
    return tell.found(answer, words)


def join(scene: Scene, option: Option) -> Script:
    """Queue for it, and say so."""
    words = scene.words
    answer = yield from ask("join_waitlist", session_id=option.id, party_size=option.party_size)
    if answer is None:
        return Reply(text=words("lost"), stuck=True)
    if answer.get("status") == "done":
        entry = answer.get("entry") or option.view
        return Reply(text=f"{words('joined')} {say.queued(entry, words)}" if entry else words("joined"))
    if answer.get("code") == "seats_free" and option.view:
        lead = words("not_full")
        return say.offered([option.view], option.party_size, words, f"{lead} ")
    return say.done_or_why(answer, words)


def place(scene: Scene) -> Script:
    """Where in the queue the customer is."""
    answer = yield from ask("my_bookings")
    waiting = (answer or {}).get("waiting", [])
    if not waiting:
        return Reply(text=scene.words("not_waiting"))
    return Reply(text="\n".join(say.queued(entry, scene.words) for entry in waiting))


def ask_leave(scene: Scene) -> Script:
    """Which queue shall be left? Nothing is left yet."""
    answer = yield from ask("my_bookings")
    waiting: list[Json] = (answer or {}).get("waiting", [])
    if not waiting:
        return Reply(text=scene.words("not_waiting"))
    keyed = [{**entry, "booking_id": entry["entry_id"]} for entry in waiting]
    return say.which_to_leave(meant(keyed, scene), scene.words)


def leave(scene: Scene, option: Option) -> Script:
    """Leave the queue, and say so."""
    answer = yield from ask("leave_waitlist", entry_id=option.id)
    if answer is None:
        return Reply(text=scene.words("lost"), stuck=True)
    return (
        Reply(text=scene.words("left_list"))
        if answer.get("status") == "done"
        else say.done_or_why(answer, scene.words)
    )


def answer_offer(scene: Scene, option: Option, *, accept: bool) -> Script:
    """Take the place that was offered (the confirmation comes by itself), or give it to the next."""
    answer = yield from ask("answer_offer", entry_id=option.of, accept=accept)
    if answer is None:
        return Reply(text=scene.words("lost"), stuck=True)
    shown = asked_last(scene.past)
    if answer.get("code") in ("not_shown", "not_agreed") and shown is not None:
        choices = [ReplyChoice(choice_id=c.choice_id, title=c.title) for c in shown.choices]
        return Reply(text=shown.text, choices=choices)
    if answer.get("status") == "done":
        return Reply() if accept else Reply(text=scene.words("offer_declined"))
    return say.done_or_why(answer, scene.words)
