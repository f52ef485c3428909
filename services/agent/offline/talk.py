"""What is said without any tool: greetings, thanks, what we can do, that we did not understand."""

from __future__ import annotations

from services.agent.facts import Facts
from services.agent.language import Intent
from services.agent.offline import say
from services.agent.offline.offers import CANCEL, LEAVE, MOVE, Offer
from services.agent.offline.texts import Words
from services.agent.reply import Reply, ReplyChoice


def menu(words: Words) -> list[ReplyChoice]:
    """What is most often wanted, to tap."""
    return [
        ReplyChoice(choice_id="ask:classes", title=words("menu_classes")),
        ReplyChoice(choice_id="ask:my_bookings", title=words("menu_bookings")),
        ReplyChoice(choice_id="ask:business", title=words("menu_business")),
    ]


def small(intent: Intent, facts: Facts, words: Words, offer: Offer | None) -> Reply | None:
    """The answer to small talk, and to a yes or no that nothing was asked for; None when it is none."""
    match intent:
        case Intent.DENY:
            return declined(offer, words)
        case Intent.AFFIRM:
            return Reply(text=words("good"), choices=menu(words)[:2])
        case Intent.GREET:
            return Reply(
                text=words("greeting", business=facts.business.business_name, what=words("what_i_do")),
                choices=menu(words),
            )
        case Intent.THANKS:
            return Reply(text=words("welcome"))
        case Intent.BYE:
            return Reply(text=words("goodbye"))
        case Intent.HELP:
            return Reply(text=f"{words('what_i_do')} {words('examples')}", choices=menu(words))
        case Intent.CHOOSE:
            return Reply(text=words("nothing_open"), choices=say.services(facts.services, words).choices)
        case _:
            return None


def not_understood(words: Words) -> Reply:
    """We did not understand, and say plainly what we can do."""
    return Reply(text=f"{words('not_understood')} {words('what_i_do')}", choices=menu(words), stuck=True)


def which(offer: Offer, words: Words, beyond: int = 0) -> Reply:
    """One of several was meant, but which? `beyond`: how many there were when the number said was too high."""
    lead = words.count("showed", beyond) if beyond else words("which_one")
    numbers = words.listed([str(n) for n in range(1, len(offer.options) + 1)], "or")
    choices = [
        ReplyChoice(choice_id=option.choice_id, title=f"{n}. {_title(option.view)}".strip())
        for n, option in enumerate(offer.options, 1)
    ]
    return Reply(text=f"{lead} {words('tell_me', numbers=numbers)}", choices=choices)


def _title(view: dict[str, object]) -> str:
    return f"{view['day']} {view['clock']}" if "day" in view else ""


def declined(offer: Offer | None, words: Words) -> Reply:
    """A no to what was offered."""
    if offer is None:
        return Reply(text=words("all_right"))
    if offer.kind in (CANCEL, MOVE):
        return Reply(text=words("kept"))
    if offer.kind == LEAVE:
        return Reply(text=words("still_waiting"))
    return Reply(text=words("what_instead"))
