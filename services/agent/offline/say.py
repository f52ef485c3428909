"""The offline model's sentences about sessions and bookings, in English."""

from __future__ import annotations

from collections.abc import Sequence

from services.agent.offline.history import Json
from services.agent.offline.offers import NO, book_id, cancel_id
from services.agent.reply import BUTTON_TITLE, BUTTONS, MAX_CHOICES, ROW_TITLE, Reply, ReplyChoice, cut
from shared.money import format_money

NO_THANKS = ReplyChoice(choice_id=NO, title="No, thanks")
KEEP_IT = ReplyChoice(choice_id=NO, title="No, keep it")
LOST = "Sorry, something went wrong on my side. Please try that again."


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def found(answer: Json, language: str) -> Reply:
    """What a search gave: one thing to say yes to, several to choose from, or what else there is."""
    party = int(answer.get("party_size", 1))
    problem = answer.get("problem")
    if problem:
        return _problem(str(problem), answer)
    sessions = answer.get("sessions", [])
    if sessions:
        lead = "" if answer.get("exact", True) else _nothing_then(answer)
        return offered(sessions, party, language, lead)
    asked = str(answer.get("asked_time") or answer.get("searched_from") or "")
    return instead(_why_none(answer, party), answer.get("alternatives", []), party, language, asked)


def all_found(answers: Sequence[Json], language: str) -> Reply:
    """What several searches of one message gave, as one list to choose from ("both" takes all)."""
    sessions = [answer["sessions"] or answer["alternatives"][:1] for answer in map(_filled, answers)]
    leads = [found(answer, language).text for answer in answers if answer.get("problem")]
    flat = [session for group in sessions for session in group]
    if not flat:
        return Reply(text=" ".join(leads) or "I found nothing then. Shall I look at another day?")
    lead = " ".join(leads)
    party = max(int(answer.get("party_size", 1)) for answer in answers)
    return offered(flat, party, language, f"{lead} Here is what has space:".strip())


def _filled(answer: Json) -> Json:
    return {"sessions": [], "alternatives": [], **answer}


def offered(sessions: Sequence[Json], party: int, language: str, lead: str = "") -> Reply:
    """Sessions to book: a yes/no question for one, a list for more."""
    if len(sessions) == 1:
        session = sessions[0]
        return Reply(
            text=f"{lead}{_priced(session, party, language)}. Shall I book it?",
            choices=[
                ReplyChoice(choice_id=book_id(session["session_id"], party), title="Yes, book it"),
                NO_THANKS,
            ],
        )
    shown = sessions[:MAX_CHOICES]
    lines = [f"{n}. {_priced(session, party, language)}" for n, session in enumerate(shown, 1)]
    return Reply(
        text="\n".join([lead.strip() or "Here is what has space:", *lines, "Which one shall I book?"]),
        choices=_rows(shown, [book_id(session["session_id"], party) for session in shown]),
    )


def instead(why: str, alternatives: Sequence[Json], party: int, language: str, asked: str = "") -> Reply:
    """Something is not to be had: say so, and offer the first alternative (and the others beside it).

    `asked` is the local time (ISO 8601) that was wanted, if it is known.
    """
    if not alternatives:
        return Reply(text=f"{why} Shall I look at another day or another class?")
    first, *others = alternatives
    choices = [ReplyChoice(choice_id=book_id(first["session_id"], party), title="Yes, book it")]
    rows = _rows(alternatives, [book_id(s["session_id"], party) for s in alternatives])[1:]
    choices += rows[: BUTTONS - 2]
    which = "nearest" if str(first["starts"]) < asked else "next"
    text = f"{why} The {which} one with space is {_priced(first, party, language)}: shall I book it?"
    if others:
        text += f" There is also {listed([_short(s) for s in others[: BUTTONS - 2]])}."
    return Reply(text=text, choices=[*choices, NO_THANKS])


def mine(bookings: Sequence[Json]) -> Reply:
    """The customer's bookings."""
    if not bookings:
        return Reply(text="You have no bookings to come. Tell me what you would like to book.")
    if len(bookings) == 1:
        return Reply(text=f"You have one booking: {_booked(bookings[0])}.")
    lines = [f"{n}. {_booked(booking)}" for n, booking in enumerate(bookings, 1)]
    return Reply(text="\n".join(["Your bookings:", *lines]))


def which_to_cancel(bookings: Sequence[Json]) -> Reply:
    """The question before a cancellation."""
    if not bookings:
        return Reply(text="You have no bookings to cancel.")
    if len(bookings) == 1:
        booking = bookings[0]
        return Reply(
            text=f"Shall I cancel {_booked(booking)}?",
            choices=[
                ReplyChoice(choice_id=cancel_id(booking["booking_id"]), title="Yes, cancel it"),
                KEEP_IT,
            ],
        )
    shown = bookings[:MAX_CHOICES]
    lines = [f"{n}. {_booked(booking)}" for n, booking in enumerate(shown, 1)]
    return Reply(
        text="\n".join(["Which booking shall I cancel?", *lines]),
        choices=_rows(shown, [cancel_id(booking["booking_id"]) for booking in shown]),
    )


def written(answer: Json, language: str) -> Reply:
    """After a booking or cancellation: nothing if done (the confirmation comes by itself), else why not."""
    if answer.get("status") == "done":
        return Reply()
    sentence = str(answer.get("sentence") or "That could not be done.")
    alternatives = answer.get("alternatives", [])
    if not alternatives:
        return Reply(text=sentence)
    return instead(sentence, alternatives, int(answer.get("party_size", 1)), language)


def _problem(problem: str, answer: Json) -> Reply:
    names = [str(name) for name in answer.get("offered", ())]
    if problem == "unknown_service":
        return Reply(
            text=f"We do not offer that. We have {listed(names)}. Which one would you like?"
            if names
            else "We do not offer that.",
            choices=services(names).choices,
        )
    if problem == "unknown_staff":
        return Reply(text=f"Nobody of that name works here. You can choose {listed(names, 'or')}.")
    if problem == "time_is_past":
        return Reply(text="That time is already over. When would you like to come?")
    return Reply(text="When would you like to come? You can say, for example, “tomorrow at 7pm”.")


def services(names: Sequence[str]) -> Reply:
    """A question for what to book, with the services to tap."""
    return Reply(
        text="What would you like to book?",
        choices=[ReplyChoice(choice_id=f"find:{name}"[:200], title=name) for name in names[:MAX_CHOICES]],
    )


def _nothing_then(answer: Json) -> str:
    clock = answer.get("asked_clock")
    at = f" at {clock}" if clock else ""
    return f"Nothing starts{at} that day. The nearest: "


def _why_none(answer: Json, party: int) -> str:
    full = answer.get("full", [])
    if len(full) != 1:
        return "Everything is full then." if full else "I found nothing then."
    session = full[0]
    left = int(session.get("spots_left", 0))
    if party > 1 and left > 0:
        has = "only 1 spot left" if left == 1 else f"only {left} spots left"
        return f"{_short(session)} has {has}."
    return f"{_short(session)} is full."


def _priced(session: Json, party: int, language: str) -> str:
    line = str(session["line"])
    if party == 1:
        return line
    total = format_money(int(session["price_minor"]) * party, str(session["currency"]), language)
    return f"{line}; {total} for {party} people"


def _short(session: Json) -> str:
    return f"{session['service']}, {session['local']}"


def _booked(booking: Json) -> str:
    return str(booking["line"])


def _rows(things: Sequence[Json], choice_ids: Sequence[str]) -> list[ReplyChoice]:
    limit = BUTTON_TITLE if len(things) <= BUTTONS else ROW_TITLE
    titles = _titles(things, limit)
    return [
        ReplyChoice(choice_id=choice_id, title=title, description=_detail(thing))
        for thing, choice_id, title in zip(things, choice_ids, titles, strict=True)
    ]


def _titles(things: Sequence[Json], limit: int) -> list[str]:
    """Short titles that differ: by day and time, else by time and name, else by number."""
    by_day = [f"{thing['day']} {thing['clock']}" for thing in things]
    by_name = [cut(f"{thing['clock']} {thing['service']}", limit) for thing in things]
    one_day = len({str(thing["starts"])[:10] for thing in things}) == 1
    for titles in (by_name, by_day) if one_day else (by_day, by_name):
        if len(set(titles)) == len(titles):
            return [cut(title, limit) for title in titles]
    return [cut(f"{n}. {title}", limit) for n, title in enumerate(by_day, 1)]


def _detail(thing: Json) -> str:
    staff = f" with {thing['staff']}" if thing.get("staff") else ""
    spots = f", {thing['spots_left']} left" if "spots_left" in thing else ""
    price = f", {thing['price']}" if "price" in thing else ""
    return f"{thing['service']}{staff}{price}{spots}"
