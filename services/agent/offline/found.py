"""What to say about what a search gave: what fits, what is full, what there is instead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.agent.language.refused import Refused
from services.agent.offline import say
from services.agent.offline.history import Json
from services.agent.offline.texts import Words
from services.agent.reply import Reply

TO_BOOK = ("sessions", "slots", "alternatives")
_VIEWS = (*TO_BOOK, "full")


def spared(answer: Json, refused: Sequence[Refused]) -> Json:
    """The answer without what the customer does not want ("not the morning")."""
    if not refused:
        return answer
    kept = {
        key: [view for view in answer[key] if not _is_refused(view, refused)]
        for key in _VIEWS
        if key in answer
    }
    return {**answer, **kept}


def _is_refused(view: Json, refused: Sequence[Refused]) -> bool:
    starts = datetime.fromisoformat(str(view["starts"]))
    return any(each.covers(starts) for each in refused)


def found(answer: Json, words: Words) -> Reply:
    """One thing to say yes to, several to choose from, or what else there is."""
    party = int(answer.get("party_size", 1))
    if answer.get("problem"):
        return problem(answer, words)
    exact = bool(answer.get("exact", True))
    lead = "" if exact else nothing_then(answer, words)
    if answer.get("for_one"):
        lead = f"{words('for_one')} {lead}"
    if answer.get("slots"):
        return say.slots(answer["slots"], party, words, lead, exact=exact and bool(answer.get("asked_time")))
    if answer.get("sessions"):
        return say.offered(answer["sessions"], party, words, lead)
    asked = str(answer.get("asked_time") or answer.get("searched_from") or "")
    others = answer.get("alternatives", [])
    why = why_none(answer, party, words)
    return say.instead(why, others, party, words, asked=asked, full=answer.get("full", []))


def all_found(answers: Sequence[Json], words: Words) -> Reply:
    """What several searches of one message gave, as one list to choose from ("both" takes all)."""
    views = [
        answer.get("sessions") or answer.get("slots", [])[:1] or answer.get("alternatives", [])[:1]
        for answer in answers
    ]
    leads = [problem(answer, words).text for answer in answers if answer.get("problem")]
    flat = [view for group in views for view in group]
    if not flat:
        return Reply(text=" ".join(leads) or f"{words('nothing')} {words('look_elsewhere')}")
    party = max(int(answer.get("party_size", 1)) for answer in answers)
    return say.offered(
        flat, party, words, " ".join([*leads, words("with_space")]) + ("" if len(flat) > 1 else " ")
    )


def nothing_then(answer: Json, words: Words) -> str:
    """ "Nothing starts at 15:00 that day. The nearest: "."""
    clock = answer.get("asked_clock")
    return (words("nothing_at", clock=clock) if clock else words("nothing_that_day")) + " "


def why_none(answer: Json, party: int, words: Words) -> str:
    """Why there is nothing to show: full, too few places, or nothing at all."""
    full = answer.get("full", [])
    if len(full) != 1:
        return words("everything_full") if full else words("nothing")
    view = full[0]
    what = f"{view['service']}, {view['local']}"
    left = int(view.get("spots_left", 0))
    if party > 1 and left > 0:
        return words.count("only_left", left, what=what)
    return words("is_full", what=what)


def problem(answer: Json, words: Words) -> Reply:
    """What the search did not understand."""
    names = [str(name) for name in answer.get("offered", ())]
    match answer.get("problem"):
        case "unknown_service":
            if not names:
                return Reply(text=words("not_offered"))
            lead = words("not_offered_but", what=words.listed(names))
            return say.services(names, words, lead)
        case "which_service":
            return say.services(names, words, words("which_service", what=words.listed(names, "or")))
        case "unknown_staff":
            return Reply(text=words("unknown_staff", who=words.listed(names, "or")))
        case "time_is_past":
            return Reply(text=words("time_is_past"))
        case _:
            return Reply(text=words("when"))
