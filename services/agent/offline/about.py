"""The offline model's sentences about the business, its staff and itself, in English."""

from __future__ import annotations

import re

from services.agent.facts import Facts
from services.agent.offline.history import Json
from services.agent.offline.say import listed
from services.agent.reply import Reply, ReplyChoice

CLASSES = ReplyChoice(choice_id="ask:classes", title="See what's on")
BOOKINGS = ReplyChoice(choice_id="ask:my_bookings", title="My bookings")
BUSINESS = ReplyChoice(choice_id="ask:business", title="About us")

WHAT_I_DO = (
    "I can find and book a time, show or cancel your bookings, and tell you about our staff, prices, "
    "opening hours and where we are."
)

_WHERE = re.compile(r"\b(?:where|address|location|located|find you|get there|directions?|parking|park)\b")
_OPEN = re.compile(r"\b(?:open(?:ing)?|close[sd]?|closing|hours)\b")
_OFFER = re.compile(r"\b(?:offer|services?|classes|treatments?|menu|kinds?|sorts?|types?|prices?|cost)\b")
_PHONE = re.compile(r"\b(?:phone|call|number|contact)\b")


def greeting(facts: Facts) -> Reply:
    """Hello, and what to do here."""
    return Reply(
        text=f"Hello, this is {facts.business.business_name}! {WHAT_I_DO} What would you like?",
        choices=[CLASSES, BOOKINGS, BUSINESS],
    )


def help_text() -> Reply:
    """What can be said to us."""
    return Reply(
        text=f"{WHAT_I_DO} For example: “yoga tomorrow at 7pm”, “cancel my booking”, “who teaches on "
        f"Friday?”.",
        choices=[CLASSES, BOOKINGS, BUSINESS],
    )


def not_understood() -> Reply:
    """We did not understand, and say plainly what we can do."""
    return Reply(text=f"Sorry, I did not understand that. {WHAT_I_DO}", choices=[CLASSES, BOOKINGS, BUSINESS])


def staff(answer: Json) -> Reply:
    """Who works here, or who gives what was asked for."""
    offered = [str(name) for name in answer.get("offered", ())]
    if answer.get("problem"):
        return Reply(text=f"I do not know “{answer['problem']}” here. We have {listed(offered)}.")
    people = answer.get("staff", [])
    if not people:
        return Reply(text="Nobody here does that at the moment.")
    if len(people) == 1:
        return Reply(text=_person(people[0], full=True))
    return Reply(text="\n".join(_person(person, full=False) for person in people))


def business(answer: Json, words: str, *, of_service: bool) -> Reply:
    """What was asked about the business, or about one service of it; everything when that is not clear."""
    lowered = words.lower()
    parts = [
        _line("We are at", answer.get("address")) if _WHERE.search(lowered) else "",
        _line("Opening hours:", answer.get("opening_hours")) if _OPEN.search(lowered) else "",
        _services(answer) if _OFFER.search(lowered) else "",
        _line("Our phone number is", answer.get("phone")) if _PHONE.search(lowered) else "",
    ]
    said = [part for part in parts if part]
    if not said and (_WHERE.search(lowered) or _OPEN.search(lowered) or _PHONE.search(lowered)):
        return Reply(text="I am sorry, I do not know that.")
    if not said and of_service:
        return prices(answer)
    return Reply(text="\n".join(said or _everything(answer)))


def prices(answer: Json) -> Reply:
    """What things cost and how long they take."""
    lead = f"We do not offer “{answer['problem']}”. " if answer.get("problem") else ""
    return Reply(text=lead + (_services(answer) or "I do not know our prices."))


def contact(answer: Json) -> Reply:
    """How to reach a person."""
    phone = answer.get("phone")
    if not phone:
        return Reply(text="I cannot connect you with a person from here, I am sorry. Please ask at the desk.")
    return Reply(text=f"You can reach the team of {answer['name']} at {phone}.")


def _person(person: Json, *, full: bool) -> str:
    role = f" ({person['role']})" if person.get("role") else ""
    gives = f": {listed([str(name) for name in person['gives']])}" if person.get("gives") else ""
    bio = f". {person['bio']}" if full and person.get("bio") else ""
    return f"{person['name']}{role}{gives}{bio}"


def _services(answer: Json) -> str:
    lines = [str(service["line"]) for service in answer.get("services", ())]
    return "\n".join(lines)


def _line(lead: str, value: object) -> str:
    return f"{lead} {str(value).rstrip('.')}." if value else ""


def _everything(answer: Json) -> list[str]:
    parts = [
        str(answer.get("description") or ""),
        _line("We are at", answer.get("address")),
        _line("Opening hours:", answer.get("opening_hours")),
        _line("Phone:", answer.get("phone")),
        _services(answer),
    ]
    return [part for part in parts if part]
