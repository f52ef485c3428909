"""Finding something to book: classes, appointments, what to recommend, what it costs."""

from __future__ import annotations

import re
from collections.abc import Generator

from services.agent.language import Grain, understand
from services.agent.offline import found as tell
from services.agent.offline import say
from services.agent.offline.history import Json, results
from services.agent.offline.offers import BOOK, Option, asked_last, recent_offer
from services.agent.offline.scene import Scene
from services.agent.offline.script import Calls, Results, Script, ask
from services.agent.offline.texts import Words
from services.agent.offline.wanted import find_args, has_time, searched
from services.agent.reply import Reply

_FOUND = ("sessions", "full", "alternatives", "problem")
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WITHOUT = frozenset({"promo_not_valid", "pass_not_valid", "no_credit"})
"""Refusals after which it can still be booked, paid as usual."""
_PAYS = ("pay_with", "promo_code", "gift_code")


def find(scene: Scene) -> Script:
    """Search for what the message wants, given what was wanted before."""
    return (yield from search(scene, find_args(scene.heard, scene.past, scene.facts.local_now)))


def search(scene: Scene, args: Json) -> Script:
    """Search with these arguments, first with the person the customer prefers when none is named."""
    liked = scene.prefers("staff") if "staff" not in args else None
    if liked:
        answer = yield from _fitting(scene, {**args, "staff": liked})
        if answer and not answer.get("problem") and (answer.get("sessions") or answer.get("slots")):
            return tell.found(answer, scene.words)
    answer = yield from _fitting(scene, args)
    if answer is None:
        return Reply(text=scene.words("lost"), stuck=True)
    if answer.get("slots") and _no_day(scene, args):
        return Reply(text=scene.words("which_day", clock=answer.get("asked_clock", "")))
    return tell.found(answer, scene.words)


def day_asked(scene: Scene) -> Reply | None:
    """The question for the day once more, when it was the last thing that we asked."""
    asked = asked_last(scene.past)
    last = searched([asked]) if asked is not None else None
    if last is None or not last.guessed:
        return None
    return Reply(text=scene.words("which_day", clock=last.result.get("asked_clock", "")))


def _no_day(scene: Scene, args: Json) -> bool:
    """Whether only a time of day is known of an appointment: which day is not to be guessed."""
    when = str(args.get("when", ""))
    if not when or _ISO_DAY.match(when):
        return False
    said = understand(when, scene.facts.local_now, language=scene.said.language)
    exact = said.start is not None and said.end is None and said.grain in (Grain.MINUTE, Grain.HOUR)
    return said.time_only and exact


def _fitting(scene: Scene, args: Json) -> Generator[Calls, Results, Json | None]:
    """What there is, without what the message refuses; where that leaves nothing, what there is on other days."""
    refused = scene.said.without
    answer = yield from looked_up(scene, args)
    if answer is None or not refused or answer.get("problem"):
        return answer
    kept = tell.spared(answer, refused)
    if "when" not in args or any(kept.get(key) for key in tell.TO_BOOK):
        return kept
    wider = yield from looked_up(scene, {key: value for key, value in args.items() if key != "when"})
    kept = tell.spared(wider, refused) if wider is not None else kept
    return {**kept, "exact": False, "asked_clock": None}


def looked_up(scene: Scene, args: Json) -> Generator[Calls, Results, Json | None]:
    """What classes there are, or free times where it is an appointment."""
    before = searched(scene.past)
    if before is not None and before.tool == "find_slots" and before.args.get("what") == args.get("what"):
        return (yield from _slots(args))
    answer = yield from ask("find_sessions", **args)
    if answer is not None and answer.get("problem") == "by_appointment":
        return (yield from _slots(args, list(answer.get("offered", ()))))
    if answer is not None and "what" not in args and not any(answer.get(key) for key in _FOUND):
        # Nothing was named and there are no classes: it may be an appointment.
        services = list(scene.facts.services)
        if len(services) == 1:
            return (yield from looked_up(scene, {**args, "what": services[0]}))
        return {**answer, "problem": "which_service", "offered": services}
    return answer


def _slots(args: Json, offered: list[str] | None = None) -> Generator[Calls, Results, Json | None]:
    what = args.get("what") or (offered[0] if offered and len(offered) == 1 else None)
    if what is None:
        return {"problem": "which_service", "offered": offered or []}
    answer = yield from ask("find_slots", what=what, when=args.get("when"), staff=args.get("staff"))
    return {**answer, "for_one": int(args.get("party_size", 1)) > 1} if answer is not None else None


def searches(scenes: list[Scene]) -> Generator[Calls, Results, Reply]:
    """Several searches of one message, answered as one list."""
    answers: list[Json] = []
    for scene in scenes:
        answer = yield from looked_up(scene, find_args(scene.heard, (), scene.facts.local_now))
        answers += [tell.spared(answer, scene.said.without)] if answer is not None else []
    return tell.all_found(answers, scenes[0].words)


def book(scene: Scene, option: Option) -> Script:
    """Book what the customer said yes to, paid as it was last quoted; silent when done."""
    id_ = {"slot_id": option.id} if option.is_slot else {"session_id": option.id}
    paying = paid_by(scene, option)
    answer = yield from ask("book", **id_, party_size=option.party_size, **paying)
    if answer is None:
        return Reply(text=scene.words("lost"), stuck=True)
    if answer.get("status") != "done" and option.view:
        if answer.get("code") in ("not_shown", "not_agreed"):
            return say.offered([option.view], option.party_size, scene.words)
        if answer.get("code") == "price_changed" and answer.get("quote"):
            return quoted(answer["quote"], option, scene.words)
        if answer.get("code") == "session_full" and not option.is_slot:
            why = say.why_not(answer, scene.words)
            others = answer.get("alternatives", [])
            return say.instead(why, others, option.party_size, scene.words, full=[option.view])
    return say.done_or_why(answer, scene.words)


def paid_by(scene: Scene, option: Option) -> Json:
    """How the customer wanted to pay for it, when a price was told for that."""
    for exchange in list(reversed(scene.past))[:3]:
        for use in exchange.uses:
            about = use.args.get("session_id") or use.args.get("slot_id")
            if use.name == "quote" and about == option.id and (use.result or {}).get("quote"):
                return {key: use.args[key] for key in _PAYS if key in use.args}
    return {}


def price(scene: Scene) -> Script:
    """What the thing on offer costs, with the reasons; else the price list."""
    offer = recent_offer(scene.past)
    options = [o for o in offer.options if o.kind == BOOK] if offer else []
    one = (
        offer.yes
        if offer and offer.yes and offer.yes.kind == BOOK
        else options[0]
        if len(options) == 1
        else None
    )
    if one is None or scene.said.service or has_time(scene.said) or scene.heard.has("info_packs"):
        return (yield from price_list(scene))
    party = scene.said.party_size or one.party_size
    return (yield from quote(scene, Option(one.kind, one.id, party, one.choice_id, one.view)))


def quote(scene: Scene, option: Option) -> Script:
    """The price of this option with its reasons, and whether to book it."""
    id_ = {"slot_id": option.id} if option.is_slot else {"session_id": option.id}
    answer = yield from ask("quote", **id_, party_size=option.party_size, **paying(scene))
    if answer is None:
        return Reply(text=scene.words("lost"), stuck=True)
    if not answer.get("quote"):
        if answer.get("code") == "session_full" and option.view:
            why, others = say.why_not(answer, scene.words), answer.get("alternatives", [])
            return say.instead(why, others, option.party_size, scene.words, full=[option.view])
        if answer.get("code") in _WITHOUT and option.view:
            return say.offered(
                [option.view], option.party_size, scene.words, f"{say.why_not(answer, scene.words)} "
            )
        return say.done_or_why(answer, scene.words)
    return quoted(answer["quote"], option, scene.words)


def quoted(quote: Json, option: Option, words: Words) -> Reply:
    """A price with its reasons, and the question whether to book."""
    lines = [
        f"{line['label']}{': ' + line['reason'] if line.get('reason') else ''}: {line['amount']}"
        for line in quote.get("lines", [])
    ]
    view = option.view
    what = f"{view['service']}, {view['local']}" if view else ""
    head = words("costs", what=what, price=quote["line"])
    if len(lines) > 1:
        head += "\n" + "\n".join(lines)
    if quote.get("due_now_minor") and quote["due_now_minor"] != quote["total_minor"]:
        head += f"\n{words('due_now', price=quote['due_now'])}"
    reply = say.offered([view], option.party_size, words) if view else Reply()
    return Reply(text=f"{head}\n{words('shall_book')}", choices=reply.choices)


def paying(scene: Scene) -> Json:
    """How the customer wants to pay, and the code they have."""
    args: Json = {}
    way = scene.heard.cues.value("pay_with", scene.heard.folded)
    if way:
        args["pay_with"] = way
    code = scene.heard.cues.find("code", scene.heard.folded)
    if code is not None:
        at = scene.heard.folded.find(code.group(1))
        exact = scene.heard.text[at : at + len(code.group(1))]
        key = "gift_code" if way == "gift_card" else "promo_code"
        args[key] = exact if exact.lower() == code.group(1) else code.group(1)
    return args


def price_list(scene: Scene) -> Script:
    """What everything (or one service) costs; packs and memberships when those are asked for."""
    answer = yield from ask("business_info", what=scene.said.service)
    words = scene.words
    if answer is None:
        return Reply(text=words("lost"), stuck=True)
    products = [str(product["line"]) for product in answer.get("products", ())]
    lines = [str(service["line"]) for service in answer.get("services", ())]
    if scene.heard.has("info_packs"):
        return Reply(text="\n".join(products) or words("no_packs"))
    lead = [words("not_offered")] if answer.get("problem") else []
    return Reply(text="\n".join([*lead, *lines]) or words("no_prices"))


def recommend(scene: Scene) -> Script:
    """What the customer may like, with the reason."""
    said, words = scene.said, scene.words
    when = find_args(scene.heard, (), scene.facts.local_now).get("when")
    answer = yield from ask("recommend", what=said.service, when=when, party_size=said.party_size)
    if answer is None:
        return Reply(text=words("lost"), stuck=True)
    views = [*answer.get("sessions", []), *answer.get("slots", [])][:3]
    party = said.party_size or 1
    if not views:
        return Reply(text=f"{words('nothing')} {words('look_elsewhere')}")
    told = [
        {**view, "line": f"{view['line']} ({view['reason']})" if view.get("reason") else view["line"]}
        for view in views
    ]
    lead = words("recommend" if answer.get("known") else "popular")
    return say.offered(told, party, words, lead if len(told) > 1 else f"{lead} ")


def details(scene: Scene, option: Option) -> Script:
    """More about the class that is on offer."""
    words = scene.words
    answer = yield from ask("session_details", session_id=option.id)
    view = (answer or {}).get("session") or option.view
    if answer is None or not view:
        return Reply(text=words("lost"), stuck=True)
    lines = [
        str(view["line"]),
        str(answer.get("description") or ""),
        words("level", level=view["level"]) if view.get("level") else "",
        words("place", where=answer["location"]) if answer.get("location") else "",
        words("online") if answer.get("online") else "",
    ]
    reply = say.offered([view], option.party_size, words)
    text = "\n".join(line for line in lines if line)
    return Reply(text=f"{text}\n{words('shall_book')}", choices=reply.choices)


def last_full(scene: Scene) -> list[Json]:
    """What the last search found to be full."""
    for result in results(scene.past[-3:], "find_sessions"):
        return [dict(view) for view in result.get("full", ())]
    return []
