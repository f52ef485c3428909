"""May a tool run now? A pure rule over the conversation: ids that were shown, and a yes to what was shown.

The model decides what it wants to do; this decides what it may do. What a customer wrote, a name, a file or a tool said
counts only as far as it is the customer's own answer to something that we had put in front of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from pydantic_ai.messages import ModelMessage, TextContent

from services.agent.assent import Candidate, Message, asks_to_wait, says_yes, tapped
from services.agent.carried import carries_amount, carries_clock, carries_day, carries_number, names
from services.agent.evidence import IDS, Json, Round, Sighting, known_ids, rounds_of, sightings
from services.agent.language import Intent
from services.agent.tools import TOOLS, Shown
from shared.errors import UsherError

LAST = 3
"""Replies back that a yes in words can be to."""

NOTHING = Shown()
"""Nothing that costs was agreed to."""

_OURS = {spec.name: spec for spec in TOOLS}
_FREE = ("name", "note")
_ID_ARGS = (*IDS, "for_booking_id")


@dataclass(frozen=True, slots=True)
class Past:
    """The conversation up to a call: `history` before this turn, the customer's words now, and this turn's results.

    `language` (BCP 47) and `now` (the business's wall clock, naive) help to understand the words.
    """

    history: Sequence[ModelMessage]
    said: TextContent
    results: Sequence[tuple[str, JsonValue]] = ()
    language: str | None = None
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`refusal`: the tool's answer instead of running it; else it may run, and `shown` is what was agreed to."""

    refusal: dict[str, JsonValue] | None = None
    shown: Shown = NOTHING


class Refusal(UsherError):
    """Why not: a code, and a sentence that tells the model what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def check(name: str, args: Mapping[str, Any], past: Past) -> Verdict:
    """May this call run? Tools that are not ours have no ids of ours and may."""
    spec = _OURS.get(name)
    if spec is None:
        return Verdict()
    wanted = {key: str(args[key]) for key in _ID_ARGS if args.get(key) is not None}
    told = args.get("value") if name == "set_preference" and args.get("key") in _FREE else None
    if not wanted and told is None:
        return Verdict()
    rounds = rounds_of(past.history, frozenset(_OURS))
    now = Round(results=[(n, {}, r) for n, r in past.results if n in _OURS and isinstance(r, Mapping)])
    try:
        if told is not None:
            _their_own(str(told), [past.said.content, *(each.said for each in rounds if not each.unasked)])
            return Verdict()
        _all_known(wanted, known_ids([*rounds, now]))
        agreed = _must_be_agreed(name, args, past)
        return Verdict(shown=_agreed(name, args, wanted, rounds, past, now)) if agreed else Verdict()
    except Refusal as refusal:
        return Verdict(refusal=_answer(name, refusal))


def _must_be_agreed(name: str, args: Mapping[str, Any], past: Past) -> bool:
    """Whether it takes a yes to what was shown. Declining does not; nor does a wait that was asked for in words."""
    if name == "answer_offer":
        return bool(args.get("accept"))
    if name == "join_waitlist":
        # A place that comes free may be booked at once: nobody waits who has not asked for it.
        return not asks_to_wait(_message(past))
    return _OURS[name].agreed


def _their_own(value: str, said: Sequence[str]) -> None:
    """Free words about a customer must be theirs, or what anybody wrote anywhere would be remembered as if they said it."""
    if not any(names(words, value) for words in said):
        raise Refusal("not_agreed", "Remember only what the customer said themselves, in their own words.")


def _message(past: Past) -> Message:
    metadata = past.said.metadata if isinstance(past.said.metadata, dict) else {}
    return Message(past.said.content, metadata.get("choice_id"), past.language, past.now)


def _all_known(wanted: Mapping[str, str], known: set[str]) -> None:
    for key, value in wanted.items():
        if value not in known:
            raise Refusal(
                "unknown_id",
                f"No result of this conversation has the {key} {value}. Look it up first; never make up an id.",
            )


def _answer(name: str, refusal: Refusal) -> dict[str, JsonValue]:
    """The refusal in the shape of the tool's own."""
    if _OURS[name].writes:
        return {"status": "refused", "code": refusal.code, "sentence": str(refusal)}
    if name == "quote":
        return {"about": "booking", "code": refusal.code, "sentence": str(refusal)}
    return {"problem": refusal.code, "note": str(refusal)}


def _agreed(
    name: str,
    args: Mapping[str, Any],
    wanted: Mapping[str, str],
    rounds: Sequence[Round],
    past: Past,
    now: Round,
) -> Shown:
    """What the customer has agreed to. Raises `Refusal` when it was not shown, or they have not said yes to it.

    `now`: what tools told in this turn; it can only be shown yet.
    """
    message = _message(past)
    shown_at: Shown | None = None
    # News that ask nothing (a confirmation, a receipt) leave open what was asked before them.
    asked = [number for number, each in enumerate(rounds) if each.options or not each.unasked]
    for age, number in enumerate(reversed(asked)):
        case = _case(name, args, wanted, rounds[: number + 1])
        reply = rounds[number]
        shown = case.carried(reply)
        if shown is None:
            continue
        if message.choice_id is not None:
            if tapped(message, case.candidate, reply.options):
                return shown
        elif age < LAST and says_yes(message, case.candidate, reply.options, newest=age == 0):
            return shown
        shown_at = shown_at or shown
    if shown_at is None:
        view = _case(name, args, wanted, [*rounds, now]).candidate.view
        line = view.get("line") or view.get("sentence") or "what, when, the price and the fee"
        raise Refusal("not_shown", f"Not shown to the customer yet. Show them this, and ask: {line}")
    raise Refusal(
        "not_agreed",
        "The customer's message is no clear yes to this. Ask them, with buttons to tap, and wait for the answer.",
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """One thing to be agreed to, with all that tools have told of it by then."""

    candidate: Candidate
    sightings: Sequence[Sighting]
    name: str

    def carried(self, reply: Round) -> Shown | None:
        """What a reply showed of it; None when it did not show it."""
        mine = [option for option in reply.options if option.choice_id in self.candidate.choice_ids]
        if reply.unasked:
            # The system's own words say what they are about; only its own buttons stand for it.
            return Shown(fees=frozenset({0})) if mine else None
        text = " ".join([reply.text, *(f"{o.title} {o.description}" for o in mine)])
        view = self.candidate.view
        starts = datetime.fromisoformat(str(view["starts"])) if view.get("starts") else None
        if starts is not None and not (carries_clock(text, starts) and carries_day(text, starts)):
            return None
        if not mine and view.get("service") and not names(text, str(view["service"])):
            return None
        return self._money(text)

    def _money(self, text: str) -> Shown | None:
        if self.name in ("reschedule", "join_waitlist"):
            return Shown()
        if self.name == "cancel":
            terms = [t for s in self.sightings if (t := s.view.get("terms")) and t.get("allowed", True)]
            newest = terms[-1:]
            fees = {t["fee_minor"] for t in newest if carries_amount(text, t["fee_minor"], t["currency"])}
            return Shown(fees=frozenset(fees)) if fees else None
        party = self.candidate.party_size or 1
        totals, by_pass = set(), set()
        for sight in self.sightings:
            for total, used, currency in _prices(sight, party):
                if used and not carries_number(text, used):
                    continue
                if used or carries_amount(text, total, currency):
                    totals.add(total)
                    by_pass |= {used} if used else set()
        return Shown(frozenset(totals), frozenset(by_pass)) if totals else None


def _prices(sight: Sighting, party: int) -> list[tuple[int, int, str]]:
    """What a tool told it costs for so many: (total, credits of a pass, currency)."""
    found = []
    quote = sight.result.get("quote")
    size = sight.result.get("party_size", sight.args.get("party_size", 1))
    if isinstance(quote, Mapping) and size == party:
        found.append((int(quote["total_minor"]), int(quote.get("credits", 0)), str(quote["currency"])))
    elif "price_minor" in sight.view:
        found.append((int(sight.view["price_minor"]) * party, 0, str(sight.view["currency"])))
    return found


def _case(name: str, args: Mapping[str, Any], wanted: Mapping[str, str], rounds: Sequence[Round]) -> _Case:
    """What is to be agreed to, as these rounds told it."""
    party = int(args.get("party_size") or 1) if name in ("book", "join_waitlist") else None
    if name in ("book", "reschedule", "join_waitlist"):
        field_name = "session_id" if "session_id" in wanted else "slot_id"
        place = wanted[field_name]
        seen = sightings(rounds, field_name, place)
        seen += _refused_at_price(rounds, field_name, place)
        ids = {f"{'wait' if name == 'join_waitlist' else 'book'}:{place}:{party}"}
        if name == "reschedule":
            ids = {f"move:{wanted['booking_id']}:{place}"}
        return _Case(Candidate(frozenset(ids), _newest(seen), party, _ACTS.get(name)), seen, name)
    if name == "cancel":
        booking = wanted["booking_id"]
        seen = sightings(rounds, "booking_id", booking)
        ids = {f"cancel:{booking}"}
        return _Case(Candidate(frozenset(ids), _newest(seen), None, _ACTS[name]), seen, name)
    entry = wanted["entry_id"]
    seen = sightings(rounds, "entry_id", entry)
    ids = {o.choice_id for each in rounds for o in each.options if f":{entry}:yes" in o.choice_id}
    view = _newest(seen)
    return _Case(Candidate(frozenset(ids), view, view.get("party_size")), seen, name)


_ACTS = {"cancel": Intent.CANCEL, "book": None, "reschedule": Intent.RESCHEDULE}


def _refused_at_price(rounds: Sequence[Round], field_name: str, place: str) -> list[Sighting]:
    """`book` refused because the price had changed: its result has the new one, its arguments what for."""
    return [
        Sighting(number, tool, args, result, {})
        for number, each in enumerate(rounds)
        for tool, args, result in each.results
        if tool == "book" and str(args.get(field_name)) == place and result.get("quote")
    ]


def _newest(seen: Sequence[Sighting]) -> Json:
    """The newest thing that says when it is."""
    dated = [sight.view for sight in seen if sight.view.get("starts")]
    return dated[-1] if dated else (seen[-1].view if seen else {})
