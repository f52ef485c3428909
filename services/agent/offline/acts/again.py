"""The same once more: "book it again", "the same as last time"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.agent.offline import say
from services.agent.offline.acts.find import search
from services.agent.offline.history import Exchange, Json, results
from services.agent.offline.picked import is_named
from services.agent.offline.scene import Scene
from services.agent.offline.script import Script, ask
from services.agent.offline.wanted import has_time, said_time
from services.agent.reply import Reply

_RECENT = 3  # exchanges in which "book it again" means what was just cancelled
_WEEK = 7


def same(scene: Scene) -> Script:
    """What was booked the last time, proposed for its next time or the one that is said. Nothing is booked yet."""
    like = _just_cancelled(scene.past)
    if like is None:
        answer = yield from ask("my_bookings", past=True)
        if answer is None:
            return Reply(text=scene.words("lost"), stuck=True)
        like = _newest(answer.get("bookings", []), scene)
    if like is None:
        return Reply(
            text=scene.words("no_history"), choices=say.services(scene.facts.services, scene.words).choices
        )
    return (yield from search(scene, _args(like, scene)))


def _just_cancelled(past: Sequence[Exchange]) -> Json | None:
    told = [exchange for exchange in past if not exchange.notice][-_RECENT:]
    done = (result for result in results(told, "cancel") if result.get("status") == "done")
    booking = next((result.get("booking") for result in done), None)
    return dict(booking) if booking else None


def _newest(bookings: Sequence[Json], scene: Scene) -> Json | None:
    """The booking that was the last to take place; without one, the last that is to come."""
    said, now = scene.said, scene.facts.local_now.isoformat()
    named = [b for b in bookings if not said.service or is_named(said.service, str(b["service"]))]
    kept = [b for b in named if b.get("status") != "cancelled"]
    over = [b for b in kept if str(b["starts"]) < now]
    return max(over or kept, key=lambda booking: str(booking["starts"]), default=None)


def _args(like: Json, scene: Scene) -> Json:
    said, now = scene.said, scene.facts.local_now
    starts = datetime.fromisoformat(str(like["starts"]))
    when = said_time(said, None, now, starts.time()) if has_time(said) else None
    staff = said.staff or like.get("staff")
    works = any(staff and is_named(str(staff), name) for name in scene.facts.staff)
    party = said.party_size or int(like.get("party_size", 1))
    return {
        "what": like["service"],
        "when": when or f"{_next(starts, now):%Y-%m-%d %H:%M}",
        **({"staff": staff} if works else {}),
        **({"party_size": party} if party > 1 else {}),
    }


def _next(starts: datetime, now: datetime) -> datetime:
    """The same weekday and hour, from now on."""
    weeks = max(0, -((starts - now) // timedelta(days=_WEEK)))
    return starts + timedelta(days=_WEEK * weeks)
