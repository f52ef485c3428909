"""What shall be said once the tools have answered?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.agent.facts import Facts
from services.agent.language import Understanding
from services.agent.offline import about, say
from services.agent.offline.history import Json, ToolUse
from services.agent.offline.offers import Option
from services.agent.offline.picked import contradicts
from services.agent.offline.request import Purpose, Request
from services.agent.reply import MAX_CHOICES, Reply, ReplyChoice

Hear = Callable[[str], Understanding]


def answer(requests: Sequence[Request], uses: Sequence[ToolUse], facts: Facts, hear: Hear) -> Reply:
    """One reply for all requests of a message, in their order."""
    answered = list(zip(requests, uses, strict=False))
    searches = [use.result for request, use in answered if request.purpose is Purpose.FIND and use.result]
    replies = [
        _one(request, use, facts, hear)
        for request, use in answered
        if len(searches) < 2 or request.purpose is not Purpose.FIND
    ]
    if len(searches) > 1:
        replies.append(say.all_found(searches, facts.business.language))
    spoken = [reply for reply in replies if not reply.silent]
    choices: list[ReplyChoice] = [choice for reply in spoken for choice in reply.choices]
    return Reply(text="\n\n".join(reply.text for reply in spoken), choices=choices[:MAX_CHOICES])


def _one(request: Request, use: ToolUse, facts: Facts, hear: Hear) -> Reply:
    result = use.result
    if result is None:
        return Reply(text=say.LOST)
    language = facts.business.language
    match request.purpose:
        case Purpose.FIND:
            return say.found(result, language)
        case Purpose.BOOK | Purpose.CANCEL:
            return say.written(result, language)
        case Purpose.LIST:
            return say.mine(result.get("bookings", []))
        case Purpose.CHOOSE_CANCEL:
            return say.which_to_cancel(_meant(result.get("bookings", []), hear(request.words)))
        case Purpose.STAFF:
            return about.staff(result)
        case Purpose.PRICE:
            return about.prices(result)
        case Purpose.CONTACT:
            return about.contact(result)
        case Purpose.BUSINESS:
            return about.business(result, request.words, of_service="what" in request.args)


def _meant(bookings: list[Json], said: Understanding) -> list[Json]:
    """The bookings that "cancel my yoga tomorrow" can mean; all when none fits."""
    fitting = [
        booking
        for booking in bookings
        if not contradicts(said, Option("cancel", booking["booking_id"], booking["party_size"], "", booking))
    ]
    return fitting or bookings
