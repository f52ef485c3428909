"""How are sessions, slots, bookings and prices put into words, with what can be tapped?"""

from __future__ import annotations

from collections.abc import Sequence

from services.agent.offline.history import Json
from services.agent.offline.offers import CANCEL, LEAVE, MOVING, NO, WAIT, book_id, move_id
from services.agent.offline.texts import Words, spoken, words_in
from services.agent.reply import BUTTON_TITLE, BUTTONS, MAX_CHOICES, ROW_TITLE, Reply, ReplyChoice, cut

_SHOWN_SLOTS = 6
_OWN_CODES = frozenset({"not_shown", "not_agreed", "unknown_id"})


def no_thanks(words: Words) -> ReplyChoice:
    """The choice that takes none."""
    return ReplyChoice(choice_id=NO, title=words("no_thanks"))


def offered(views: Sequence[Json], party: int, words: Words, lead: str = "") -> Reply:
    """Sessions or slots to book: a yes/no question for one, a list for more."""
    if len(views) == 1:
        view = views[0]
        return Reply(
            text=f"{lead}{priced(view, party, words)}. {words('shall_book')}",
            choices=[ReplyChoice(choice_id=book_id(view, party), title=words("yes_book")), no_thanks(words)],
        )
    shown = views[:MAX_CHOICES]
    lines = [f"{n}. {priced(view, party, words)}" for n, view in enumerate(shown, 1)]
    return Reply(
        text="\n".join([lead.strip() or words("with_space"), *lines, words("which_book")]),
        choices=rows(shown, [book_id(view, party) for view in shown], words),
    )


def slots(views: Sequence[Json], party: int, words: Words, lead: str = "", *, exact: bool) -> Reply:
    """Free starts of an appointment: the one asked for, or some to choose from."""
    if len(views) == 1 or (exact and len({view["starts"] for view in views}) == 1):
        return offered(views[:1], party, words, lead)
    shown = spread(views, _SHOWN_SLOTS)
    lines = [f"{n}. {priced(view, party, words)}" for n, view in enumerate(shown, 1)]
    return Reply(
        text="\n".join([lead.strip() or words("free_times"), *lines, words("which_time")]),
        choices=rows(shown, [book_id(view, party) for view in shown], words),
    )


def spread(views: Sequence[Json], most: int) -> list[Json]:
    """At most so many, evenly over all of them; of those that start together the first."""
    starts = list({view["starts"]: view for view in reversed(views)}.values())[::-1]
    if len(starts) <= most:
        return starts
    return [starts[at * len(starts) // most] for at in range(most)]


def instead(
    why: str, others: Sequence[Json], party: int, words: Words, *, asked: str = "", full: Sequence[Json] = ()
) -> Reply:
    """Something is not to be had: say so, offer the first alternative (and the others beside it) and the queue.

    `asked` is the local time (ISO 8601) that was wanted, if it is known; `full` what can be waited for.
    """
    if not others:
        return (
            _only_waiting(why, full, party, words) if full else Reply(text=f"{why} {words('look_elsewhere')}")
        )
    first = others[0]
    yes = ReplyChoice(choice_id=book_id(first, party), title=words("yes_book"))
    more = rows(others, [book_id(view, party) for view in others], words)[1 : BUTTONS - 1]
    near = "nearest_free" if str(first["starts"]) < asked else "next_free"
    text = f"{why} {words(near, what=priced(first, party, words))}"
    if more:
        text += f" {words('also', what=words.listed([_short(view) for view in others[1 : 1 + len(more)]]))}"
    if len(full) != 1:
        return Reply(text=text, choices=[yes, *more, no_thanks(words)])
    queue = ReplyChoice(choice_id=wait_id(full[0], party), title=words("join_list"))
    return Reply(text=f"{text} {words('or_wait')}", choices=[yes, *more, queue])


def _only_waiting(why: str, full: Sequence[Json], party: int, words: Words) -> Reply:
    if len(full) == 1:
        yes = ReplyChoice(choice_id=wait_id(full[0], party), title=words("yes_wait"))
        return Reply(text=f"{why} {words('shall_wait')}", choices=[yes, no_thanks(words)])
    return which_to_wait(full, party, words)


def which_to_wait(full: Sequence[Json], party: int, words: Words) -> Reply:
    """Several full classes: for which one shall the customer queue?"""
    shown = full[:MAX_CHOICES]
    lines = [f"{n}. {_short(view)}" for n, view in enumerate(shown, 1)]
    return Reply(
        text="\n".join([words("all_full"), *lines, words("which_wait")]),
        choices=rows(shown, [wait_id(view, party) for view in shown], words),
    )


def wait_id(view: Json, party: int) -> str:
    """The choice that queues for a session."""
    return f"{WAIT}:{view['session_id']}:{party}"


def move_offer(booking: Json, views: Sequence[Json], words: Words, lead: str = "") -> Reply:
    """Where a booking can be moved: a yes/no question for one, a list for more."""
    party = int(booking.get("party_size", 1))
    if len(views) == 1:
        view = views[0]
        yes = ReplyChoice(choice_id=move_id(booking["booking_id"], view), title=words("yes_move"))
        text = words("shall_move", what=_short(booking), there=priced(view, party, words))
        return Reply(text=f"{lead}{text}", choices=[yes, ReplyChoice(choice_id=NO, title=words("no_keep"))])
    shown = views[:MAX_CHOICES]
    lines = [f"{n}. {priced(view, party, words)}" for n, view in enumerate(shown, 1)]
    return Reply(
        text="\n".join(
            [f"{lead}{words('could_move', what=_short(booking))}".strip(), *lines, words("which_move")]
        ),
        choices=rows(shown, [move_id(booking["booking_id"], view) for view in shown], words),
    )


def which_to_move(bookings: Sequence[Json], words: Words) -> Reply:
    """Several bookings: which one shall be moved?"""
    shown = bookings[:MAX_CHOICES]
    lines = [f"{n}. {booking['line']}" for n, booking in enumerate(shown, 1)]
    return Reply(
        text="\n".join([words("which_booking_move"), *lines]),
        choices=rows(shown, [f"{MOVING}:{booking['booking_id']}" for booking in shown], words),
    )


def mine(bookings: Sequence[Json], waiting: Sequence[Json], words: Words) -> Reply:
    """The customer's bookings, and where they queue."""
    if not bookings and not waiting:
        return Reply(text=words("no_bookings"))
    parts = []
    if len(bookings) == 1:
        parts.append(words("one_booking", what=_booked(bookings[0], words)))
    elif bookings:
        lines = [f"{n}. {_booked(booking, words)}" for n, booking in enumerate(bookings, 1)]
        parts.append("\n".join([words("your_bookings"), *lines]))
    parts += [queued(entry, words) for entry in waiting]
    return Reply(text="\n".join(parts))


def queued(entry: Json, words: Words) -> str:
    """Where somebody waits: "You are number 2 in the queue for …"."""
    what = _short(entry)
    if entry.get("position"):
        return words("position", what=what, n=entry["position"])
    return words("waiting_for", what=what)


def which_to_cancel(bookings: Sequence[Json], waiting: Sequence[Json], words: Words) -> Reply:
    """The question before a cancellation, with its terms."""
    if not bookings and not waiting:
        return Reply(text=words("none_to_cancel"))
    if not bookings:
        return which_to_leave(waiting, words)
    if len(bookings) == 1:
        booking = bookings[0]
        terms = booking.get("terms") or {}
        if terms.get("allowed") is False:
            return Reply(text=f"{_short(booking)}: {terms.get('sentence') or words('too_late')}")
        text = words("shall_cancel", what=booking["line"])
        yes = ReplyChoice(choice_id=f"{CANCEL}:{booking['booking_id']}", title=words("yes_cancel"))
        return Reply(
            text=f"{text} {terms.get('sentence', '')}".strip(),
            choices=[yes, ReplyChoice(choice_id=NO, title=words("no_keep"))],
        )
    shown = bookings[:MAX_CHOICES]
    lines = [f"{n}. {_termed(booking)}" for n, booking in enumerate(shown, 1)]
    return Reply(
        text="\n".join([words("which_cancel"), *lines]),
        choices=rows(shown, [f"{CANCEL}:{booking['booking_id']}" for booking in shown], words),
    )


def which_to_leave(waiting: Sequence[Json], words: Words) -> Reply:
    """The question before a queue is left."""
    if len(waiting) == 1:
        entry = waiting[0]
        yes = ReplyChoice(choice_id=f"{LEAVE}:{entry['entry_id']}", title=words("yes_leave"))
        stay = ReplyChoice(choice_id=NO, title=words("no_stay"))
        return Reply(text=words("shall_leave", what=_short(entry)), choices=[yes, stay])
    lines = [f"{n}. {_short(entry)}" for n, entry in enumerate(waiting, 1)]
    ids = [f"{LEAVE}:{entry['entry_id']}" for entry in waiting]
    return Reply(text="\n".join([words("which_leave"), *lines]), choices=rows(waiting, ids, words))


def written(answer: Json, language: str) -> Reply:
    """After a booking or cancellation: nothing if done (the confirmation comes by itself), else why not.

    `language` is a BCP 47 tag.
    """
    return done_or_why(answer, words_in(spoken(language, language), language))


def done_or_why(answer: Json, words: Words) -> Reply:
    """The same in the words of a language."""
    if answer.get("status") == "done":
        return Reply()
    sentence = why_not(answer, words)
    others = [*answer.get("alternatives", []), *answer.get("slots", [])]
    if not others:
        return Reply(text=sentence)
    return instead(sentence, others, int(answer.get("party_size", 1)), words)


def why_not(answer: Json, words: Words) -> str:
    """Why something was refused: booking's own sentence in English, ours for the same code in other languages."""
    code = str(answer.get("code", ""))
    if code in _OWN_CODES:
        return words("ask_again")
    if words.language == "en" and answer.get("sentence"):
        return str(answer["sentence"])
    return words(f"refused.{code}") if f"refused.{code}" in words else words("refused")


def services(names: Sequence[str], words: Words, lead: str | None = None) -> Reply:
    """A question for what to book, with the services to tap."""
    return Reply(
        text=lead or words("what_to_book"),
        choices=[ReplyChoice(choice_id=f"find:{name}"[:200], title=name) for name in names[:MAX_CHOICES]],
    )


def priced(view: Json, party: int, words: Words) -> str:
    """A session or slot with its price, the total for several people beside it."""
    line = str(view["line"])
    if party == 1 or "price_minor" not in view:
        return line
    total = words.money(int(view["price_minor"]) * party, str(view["currency"]))
    return f"{line}; {words.count('for_people', party, total=total)}"


def _short(view: Json) -> str:
    return f"{view['service']}, {view['local']}"


def _booked(booking: Json, words: Words) -> str:
    pay = f" ({words('to_pay', link=booking['pay_link'])})" if booking.get("pay_link") else ""
    return f"{booking['line']}{pay}"


def _termed(booking: Json) -> str:
    sentence = (booking.get("terms") or {}).get("sentence")
    return f"{booking['line']}. {sentence}" if sentence else str(booking["line"])


def rows(things: Sequence[Json], choice_ids: Sequence[str], words: Words) -> list[ReplyChoice]:
    """Choices for things of a list, each with a short title that no other has."""
    limit = BUTTON_TITLE if len(things) <= BUTTONS else ROW_TITLE
    return [
        ReplyChoice(choice_id=choice_id, title=title, description=_detail(thing, words))
        for thing, choice_id, title in zip(things, choice_ids, titles(things, limit), strict=True)
    ]


def titles(things: Sequence[Json], limit: int) -> list[str]:
    """Short titles that differ: by day and time, else by time and name, else by number."""
    by_day = [_when(thing, limit) for thing in things]
    by_name = [cut(f"{thing['clock']} {thing['service']}", limit) for thing in things]
    one_day = len({str(thing["starts"])[:10] for thing in things}) == 1
    for tried in (by_name, by_day) if one_day else (by_day, by_name):
        if len(set(tried)) == len(tried):
            return [cut(title, limit) for title in tried]
    return [cut(f"{n}. {title}", limit) for n, title in enumerate(by_day, 1)]


def _when(thing: Json, limit: int) -> str:
    """`Mon 23 Nov 19:00`; without what can be spared where that is too long: `seg 23 nov 19:00`."""
    text = f"{thing['day']} {thing['clock']}"
    return text if len(text) <= limit else text.replace(" de ", " ").replace(".", "").replace(",", "")


def _detail(thing: Json, words: Words) -> str:
    parts = [str(thing["service"]) + (f" {words('with', who=thing['staff'])}" if thing.get("staff") else "")]
    parts += [str(thing["price"])] if "price" in thing else []
    parts += [words.count("left", int(thing["spots_left"]))] if "spots_left" in thing else []
    return ", ".join(parts)
