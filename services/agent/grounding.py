"""Does a reply state a time, a date, a price or a place that nobody told us? Then it is made up, and is not sent.

Known is what tools gave in this conversation, what was said in it, and the business's own facts. A model that does arithmetic
on prices, or fills in a time that "must be right", is caught here, whatever its prompt says. What a business wrote freely (a
description, a name) tells neither when nor where nor for how much: that are the fields of a result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

from pydantic import JsonValue
from pydantic_ai.messages import ModelMessage, TextContent

from services.agent.carried import plain
from services.agent.evidence import Round, rounds_of
from services.agent.facts import Facts
from services.agent.language.dates import safe_date
from services.agent.language.detect import language_of
from services.agent.reply import Reply
from services.agent.spoken import Spoken, spoken
from services.agent.stated import Statement, readings, statements
from services.agent.told import Told, told_by, without_names
from services.agent.tools import TOOLS

_OURS: Final = frozenset(spec.name for spec in TOOLS)
_PLACES: Final = frozenset({"place", "room"})
_ISO: Final = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?!\d)")
_TO_24: Final = re.compile(r"(?<![\w.:])(?:1[3-9]|2[0-4])(?:[:.h]\d\d)?(?!\w)")
"""An hour that only a clock of 24 has."""
Known: TypeAlias = dict[str, set[object]]


def made_up(
    reply: Reply,
    history: Sequence[ModelMessage],
    said: TextContent,
    results: Sequence[tuple[str, JsonValue]],
    facts: Facts,
) -> list[Statement]:
    """What the reply states and nobody told. `results` are those of this turn; of earlier ones `history` has them."""
    rounds = rounds_of(history, _OURS)
    told = told_by([r for _, r in results] + [r for each in rounds for _, _, r in each.results], facts)
    stated = _stated(reply, told, facts)
    if not stated:
        return []
    conversation = [said.content, *_conversation(rounds)]
    known = _known(told, conversation, facts)
    unknown = [one for one in stated if not _is_known(one, known)]
    if unknown:
        _learn_words(known, told, conversation, stated, facts)
        everything = " ".join(re.findall(r"\w+", plain(" ".join([*told.texts, *told.places, *conversation]))))
        unknown = [one for one in unknown if not _is_known(one, known, everything)]
    return unknown


def _is_known(one: Statement, known: Mapping[str, set[object]], everything: str = "") -> bool:
    if one.kind == "place":
        return all(f" {place} " in f" {everything} " for place in one.readings)
    return not one.readings.isdisjoint(known.get(one.kind, ()))


def _stated(reply: Reply, told: Told, facts: Facts) -> list[Statement]:
    """What stands outside of names; of a room its name is what is stated."""
    found: list[Statement] = []
    for text in _shown(reply):
        bare = without_names(text, told.names)
        found += [one for one in statements(bare) if one.kind not in _PLACES]
        found += [one for one in _in_words(bare, facts).statements if one.kind not in _PLACES]
        found += [one for one in statements(without_names(text, told.called)) if one.kind in _PLACES]
    return found


def _shown(reply: Reply) -> Iterable[str]:
    yield reply.text or ""
    for choice in reply.choices:
        yield choice.title
        if choice.description:
            yield choice.description


def _conversation(rounds: Sequence[Round]) -> Iterable[str]:
    for each in rounds:
        yield each.said
        yield each.text
        for option in each.options:
            yield f"{option.title} {option.description}"


def _known(told: Told, conversation: Sequence[str], facts: Facts) -> Known:
    """What fields of results say, and what digits in the conversation and in the opening hours say."""
    today, hours = facts.local_now.date(), facts.business.opening_hours or ""
    known: Known = dict(readings(told.texts, exact=True))
    for kind, found in readings(conversation).items():
        known.setdefault(kind, set()).update(found)
    for kind, found in readings([hours], exact=bool(_TO_24.search(hours))).items():
        if kind != "price":
            known.setdefault(kind, set()).update(found)
    whole_hours = {int(h) * 60 for h in re.findall(r"(?<!\w)\d{1,2}(?!\w)", hours) if int(h) <= 24}
    known.setdefault("time", set()).update(whole_hours)
    known.setdefault("price", set()).update({0, *told.amounts})
    dates = known.setdefault("date", set())
    known["weekday"] = _weekdays(dates, told.texts, today)
    for kind, found in readings(told.searched).items():
        known.setdefault(kind, set()).update(found)
    dates.add((today.month, today.day))
    rooms = readings([*told.rooms, *told.places]).get("room", set())
    known.setdefault("room", set()).update(rooms, map(plain, told.rooms))
    return known


def _learn_words(
    known: Known, told: Told, conversation: Sequence[str], stated: Sequence[Statement], facts: Facts
) -> None:
    """What was said in words, which takes longer to read; and the weekday of today where the reply says today's date."""
    today = facts.local_now.date()
    for text in (*conversation, *told.sentences, facts.business.opening_hours or ""):
        heard = _in_words(text, facts)
        for one in heard.statements:
            if one.kind != "price" or text != facts.business.opening_hours:
                known.setdefault(one.kind, set()).update(one.readings)
        known["date"] |= {(day.month, day.day) for day in heard.days}
        known["weekday"] |= {day.weekday() for day in heard.days}
    if any((today.month, today.day) in one.readings for one in stated if one.kind == "date"):
        known["weekday"].add(today.weekday())


def _in_words(text: str, facts: Facts) -> Spoken:
    home = facts.business.language
    language = language_of(text, previous=facts.language, home=home)
    return spoken(text, facts.local_now, language, home)


def _weekdays(dates: Iterable[object], texts: Sequence[str], today: date) -> set[object]:
    """The weekdays of these (month, day): in the year that a text gives it, else in the one nearest to today."""
    years: dict[object, set[int]] = {}
    for year, month, day in _ISO.findall(" ".join(texts)):
        years.setdefault((int(month), int(day)), set()).add(int(year))
    around = {today.year - 1, today.year, today.year + 1}
    found: set[object] = set()
    for pair in dates:
        if isinstance(pair, tuple):
            there = [safe_date(year, *pair) for year in years.get(pair, around)]
            known = sorted((each for each in there if each), key=lambda each: abs(each - today))
            found |= {each.weekday() for each in (known if pair in years else known[:1])}
    return found


def complaint(found: Sequence[Statement]) -> str:
    """What the model is told about it."""
    listed = ", ".join(dict.fromkeys(f"{one.kind} “{one.words}”" for one in found))
    return (
        f"Your reply states what no tool result of this conversation says: {listed}. Call the tool that knows it (quote for "
        "prices and totals, find_sessions or find_slots for times, business_info for places), and state only what it gives."
    )
