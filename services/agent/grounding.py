"""Does a reply state a time, a date, a price or a place that nobody told us? Then it is made up, and is not sent.

Known is what tools gave in this conversation, what was said in it, and the business's own facts. A model that does arithmetic
on prices, or fills in a time that "must be right", is caught here, whatever its prompt says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic import JsonValue
from pydantic_ai.messages import ModelMessage, TextContent

from services.agent.carried import plain
from services.agent.evidence import rounds_of
from services.agent.facts import Facts
from services.agent.reply import Reply
from services.agent.stated import Statement, readings, statements
from services.agent.tools import TOOLS

_OURS: Final = frozenset(spec.name for spec in TOOLS)


def made_up(
    reply: Reply,
    history: Sequence[ModelMessage],
    said: TextContent,
    results: Sequence[tuple[str, JsonValue]],
    facts: Facts,
) -> list[Statement]:
    """What the reply states and nobody told. `results` are those of this turn; of earlier ones `history` has them."""
    stated = [one for text in _shown(reply) for one in statements(text)]
    if not stated:
        return []
    known = readings(_told(history, said, results, facts))
    whole_hours = {
        int(word) * 60
        for word in _words(facts.business.opening_hours or "")
        if word.isdigit() and len(word) <= 2
    }
    known.setdefault("time", set()).update(whole_hours)
    known.setdefault("price", set()).update({0, *_amounts(history, results)})
    spoken = " ".join(_words(" ".join(_told(history, said, results, facts))))
    return [one for one in stated if not _is_known(one, known, spoken)]


def _is_known(one: Statement, known: Mapping[str, set[object]], spoken: str) -> bool:
    if one.kind == "place":
        return all(f" {place} " in f" {spoken} " for place in one.readings)
    return not one.readings.isdisjoint(known.get(one.kind, ()))


def _shown(reply: Reply) -> Iterator[str]:
    yield reply.text or ""
    for choice in reply.choices:
        yield choice.title
        if choice.description:
            yield choice.description


def _told(
    history: Sequence[ModelMessage],
    said: TextContent,
    results: Sequence[tuple[str, JsonValue]],
    facts: Facts,
) -> Iterator[str]:
    yield said.content
    yield facts.local_now.date().isoformat()
    business = facts.business
    yield from filter(
        None,
        (
            business.business_name,
            business.address,
            business.phone,
            business.description,
            business.opening_hours,
        ),
    )
    yield from facts.services
    yield from facts.staff
    for _, result in results:
        yield from _texts(result)
    for each in rounds_of(history, _OURS):
        yield each.said
        yield each.text
        for option in each.options:
            yield f"{option.title} {option.description}"
        for _, _, earlier in each.results:
            yield from _texts(earlier)


def _texts(value: object) -> Iterator[str]:
    """Every string in a result; of a local ISO time the date and the clock."""
    if isinstance(value, str):
        yield value.replace("T", " ") if value[:4].isdigit() and value[10:11] == "T" else value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from _texts(each)


def _amounts(history: Sequence[ModelMessage], results: Sequence[tuple[str, JsonValue]]) -> set[int]:
    """Amounts that results have as numbers, for one and for as many people as were asked about."""
    told: list[object] = [result for _, result in results]
    told += [earlier for each in rounds_of(history, _OURS) for _, _, earlier in each.results]
    prices = {number for each in told for name, number in _numbers(each) if name.endswith("_minor")}
    people = {1, *(number for each in told for name, number in _numbers(each) if name == "party_size")}
    return {price * party for price in prices for party in people}


def _numbers(value: object) -> Iterator[tuple[str, int]]:
    """Every whole number of a result, with the name it stands under."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if isinstance(each, int):
                yield str(key), each
            else:
                yield from _numbers(each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            yield from _numbers(each)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", plain(text))


def complaint(found: Sequence[Statement]) -> str:
    """What the model is told about it."""
    listed = ", ".join(dict.fromkeys(f"{one.kind} “{one.words}”" for one in found))
    return (
        f"Your reply states what no tool result of this conversation says: {listed}. Call the tool that knows it (quote for "
        "prices and totals, find_sessions or find_slots for times, business_info for places), and state only what it gives."
    )
