"""What shall be done about a message: call tools, or answer at once? A pure decision."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from services.agent.facts import Facts
from services.agent.language import Intent, Understanding, understand
from services.agent.language.catalogue import named_person
from services.agent.offline import about, say
from services.agent.offline.history import Exchange
from services.agent.offline.offers import NO, Offer, open_offer, tapped
from services.agent.offline.picked import act, picked
from services.agent.offline.request import Purpose, Request
from services.agent.offline.wanted import find_args, has_time, says_something
from services.agent.reply import Reply, ReplyChoice

Plan = list[Request] | Reply

_CLAUSE = re.compile(r"[.?!;\n]+|,? \b(?:and then|and also|and|also|then|plus)\b ", re.IGNORECASE)
_ABOUT_SOMEBODY = re.compile(r"\b(?:who(?:'s| is| are)|tell me about|about)\b", re.IGNORECASE)
_ANOTHER = re.compile(
    r"\b(?:(?:an)?other|different) (?:time|day|date|class|one|slot|option)\b|\bsomething else\b"
)
_NEVER_MIND = re.compile(
    r"^\W*(?:oh |ok |no,? )?(?:never ?mind|forget (?:it|about it|that)|leave it)\b[^?]*$", re.IGNORECASE
)
_BARE_CANCEL = re.compile(r"^\W*(?:please |just )?cancel(?: that| it| this| please)?\W*$", re.IGNORECASE)
_INFO = {
    Intent.STAFF_INFO: Purpose.STAFF,
    Intent.BUSINESS_INFO: Purpose.BUSINESS,
    Intent.PRICE: Purpose.PRICE,
    Intent.TALK_TO_HUMAN: Purpose.CONTACT,
    Intent.MY_BOOKINGS: Purpose.LIST,
}


def plan(past: Sequence[Exchange], now: Exchange, facts: Facts) -> Plan:
    """The tool calls that the newest message needs, or the reply when it needs none."""
    if now.choice_id is not None:
        return _tap(now, past, facts)
    said = hear(now.said, facts)
    return (
        _several(now.said, past, facts)
        or picked(said, now.said, past, facts.business.language)
        or _one(said, now.said, past, facts)
    )


def hear(text: str, facts: Facts) -> Understanding:
    """The message understood with this business's names, at its wall clock."""
    return _hear(text, facts)


@lru_cache(maxsize=1024)
def _hear(text: str, facts: Facts) -> Understanding:
    said = understand(text, facts.local_now, locale=facts.business.language, catalogue=facts.names)
    if said.staff is None:
        # Somebody who does not work here is still somebody who was asked for; the business itself is not.
        person = named_person(text)
        known = facts.business.business_name.lower()
        return replace(said, staff=person) if person and person.lower() not in known else said
    return said


def _tap(now: Exchange, past: Sequence[Exchange], facts: Facts) -> Plan:
    choice_id = now.choice_id or ""
    option = tapped(past, choice_id)
    if option is not None:
        return [act(option)]
    kind, _, rest = choice_id.partition(":")
    if kind == NO:
        return _declined(open_offer(past))
    if kind == "find":
        return [Request(Purpose.FIND, {"what": rest}, rest)]
    asks = {
        "ask:classes": Request(Purpose.FIND),
        "ask:my_bookings": Request(Purpose.LIST),
        "ask:business": Request(Purpose.BUSINESS),
    }
    if choice_id in asks:
        return [asks[choice_id]]
    if kind in ("book", "cancel"):
        return Reply(text="That offer is no longer open. What would you like?", choices=[about.CLASSES])
    return about.not_understood()


def _several(text: str, past: Sequence[Exchange], facts: Facts) -> list[Request] | None:
    """Several whole requests in one message ("who teaches yoga, and where are you?"); None when it is one."""
    clauses = [clause for clause in _CLAUSE.split(text) if clause.strip()]
    if len(clauses) < 2:
        return None
    requests = [_whole_request(clause, past, facts) for clause in clauses]
    found = [request for request in requests if request is not None]
    talk = {Intent.GREET, Intent.THANKS, Intent.BYE}
    rest = [c for c, request in zip(clauses, requests, strict=True) if request is None]
    if len(found) < 2 or any(hear(clause, facts).intent not in talk for clause in rest):
        return None
    return list({(r.purpose, str(r.args)): r for r in found}.values())


def _whole_request(clause: str, past: Sequence[Exchange], facts: Facts) -> Request | None:
    said = hear(clause, facts)
    if said.intent in _INFO:
        return _info(_INFO[said.intent], said, clause)
    if said.intent in (Intent.BOOK, Intent.FIND) and said.service and has_time(said):
        return Request(Purpose.FIND, find_args(said, clause, (), facts.local_now), clause)
    return None


def _one(said: Understanding, text: str, past: Sequence[Exchange], facts: Facts) -> Plan:
    offer = open_offer(past)
    if _NEVER_MIND.match(text):
        return _declined(offer)
    if said.intent is Intent.CANCEL:
        backs_out = _BARE_CANCEL.match(text) and offer is not None and offer.options[0].kind == "book"
        return _declined(offer) if backs_out else [Request(Purpose.CHOOSE_CANCEL, words=text)]
    if said.intent is Intent.RESCHEDULE:
        return Reply(
            text="I cannot move a booking yet. I can cancel it and book you another time: "
            "say “cancel my booking”, then tell me when you would like to come.",
            choices=[about.BOOKINGS],
        )
    if said.intent is Intent.WAITLIST:
        return Reply(text="There is no waiting list yet. Shall I look for another time with space?")
    if said.intent in _INFO:
        return [_info(_INFO[said.intent], said, text)]
    if said.staff and not has_time(said) and _ABOUT_SOMEBODY.search(text) and said.intent is Intent.OTHER:
        return [_info(Purpose.STAFF, said, text)]
    return _sessions(said, text, past, facts) or _talk(said, text, offer, facts)


def _info(purpose: Purpose, said: Understanding, text: str) -> Request:
    args: dict[str, object] = {}
    if purpose is Purpose.STAFF and said.staff:
        args["who"] = said.staff
    if purpose is not Purpose.CONTACT and purpose is not Purpose.LIST and said.service:
        args["what"] = said.service
    return Request(purpose, args, text)


def _sessions(said: Understanding, text: str, past: Sequence[Exchange], facts: Facts) -> Plan | None:
    """A search, when the message says which sessions are wanted or asks for any."""
    if says_something(said, text):
        return [Request(Purpose.FIND, find_args(said, text, past, facts.local_now), text)]
    if _ANOTHER.search(text.lower()):
        return Reply(text="Of course. What day and time would suit you, and for what?")
    if said.intent is Intent.FIND:
        return [Request(Purpose.FIND, {}, text)]
    if said.intent is Intent.BOOK:
        return say.services(facts.services)
    return None


def _talk(said: Understanding, text: str, offer: Offer | None, facts: Facts) -> Reply:
    if said.intent is Intent.DENY:
        return _declined(offer)
    if said.intent is Intent.AFFIRM:
        return Reply(text="Good. What would you like to do?", choices=[about.CLASSES, about.BOOKINGS])
    if said.intent is Intent.GREET:
        return about.greeting(facts)
    if said.intent is Intent.THANKS:
        return Reply(text="You are welcome!")
    if said.intent is Intent.BYE:
        return Reply(text="Goodbye, see you soon!")
    if said.intent is Intent.HELP:
        return about.help_text()
    if said.intent is Intent.CHOOSE:
        return Reply(
            text="I have nothing open to choose from. What would you like to book?", choices=_tapable(facts)
        )
    return about.not_understood()


def _declined(offer: Offer | None) -> Reply:
    if offer is None:
        return Reply(text="All right. Write to me whenever you need something.")
    if offer.options[0].kind == "cancel":
        return Reply(text="All right, you keep your booking.")
    return Reply(text="All right. What would you like instead: another day, another time or another class?")


def _tapable(facts: Facts) -> list[ReplyChoice]:
    return say.services(facts.services).choices
