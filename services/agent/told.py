"""What did tools tell, and as what? Fields say when, where and for how much; what a business wrote freely says none of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from services.agent.facts import Facts

_NAMES: Final = frozenset({"service", "staff", "name", "level", "offered", "gives", "label"})
"""Fields that hold what somebody called a thing."""
_ROOMS: Final = frozenset({"room"})
_PLACES: Final = frozenset({"location", "address"})
"""Fields that say where something is, in a business's own words; a room's name says it, too."""
_FREE: Final = frozenset({"description", "bio", "role", "phone", "problem", "opening_hours"})
"""Fields that hold a business's own sentences; opening hours are read from the business's facts."""
_SEARCHED: Final = ("searched_from", "searched_before")
_SENTENCES: Final = frozenset({"sentence", "reason"})
_WORD: Final = re.compile(r"[^\W\d_]{2}")
_NEAR: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Told:
    """`texts` are fields of results and `sentences` those of them that code wrote, both without names; `searched` what a
    search over more than two days began and ended with; `places` where something is, `rooms` in which room; `called` what
    things are called, `names` these and rooms (longest first); `amounts` are minor units."""

    texts: tuple[str, ...]
    sentences: tuple[str, ...]
    searched: tuple[str, ...]
    places: tuple[str, ...]
    rooms: tuple[str, ...]
    called: tuple[str, ...]
    names: tuple[str, ...]
    amounts: frozenset[int]


def told_by(results: Sequence[object], facts: Facts) -> Told:
    """What these results and the facts of the business say."""
    fields = [field for result in results for field in _fields(result, "")]
    business = facts.business
    rooms = {text for name, text in fields if name in _ROOMS}
    called = {text for name, text in fields if name in _NAMES}
    called |= {business.business_name, *facts.services, *facts.staff}
    names = _longest_first(called | rooms)
    near, wide = _searched(results)
    others = _NAMES | _ROOMS | _PLACES | _FREE | {*_SEARCHED}
    plain = [(name, text) for name, text in fields if name not in others]
    return Told(
        texts=(*(without_names(text, names) for _, text in plain), *near),
        sentences=tuple(without_names(text, names) for name, text in plain if name in _SENTENCES),
        searched=tuple(wide),
        places=(*(text for name, text in fields if name in _PLACES), *filter(None, [_address(facts)])),
        rooms=tuple(sorted(rooms)),
        called=_longest_first(called),
        names=names,
        amounts=frozenset(_amounts(results)),
    )


def _address(facts: Facts) -> str | None:
    """Where the business is. A description may be old, or somebody's lie: the address decides, and no text beside it. But a
    customer who asks where to go is owed what the business says of itself when it has told it nowhere else; descriptions of
    classes and people are never asked, they would send to somewhere else than the business."""
    return facts.business.address or facts.business.description


def _longest_first(names: set[str]) -> tuple[str, ...]:
    """Names with a word in them: a room called "7" would hide every seven."""
    return tuple(sorted(filter(_WORD.search, names), key=lambda name: (-len(name), name)))


def without_names(text: str, names: Sequence[str]) -> str:
    """The text without what things are called: a class "Nine to Five" says no time. `names`: longest first."""
    return _any_of(tuple(names)).sub("_", text) if names else text


@lru_cache(maxsize=64)
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE)


def _fields(value: object, name: str) -> Iterator[tuple[str, str]]:
    """Every string in a result with the field it stands in; of a local ISO time the date and the clock."""
    if isinstance(value, str):
        yield name, value.replace("T", " ") if value[:4].isdigit() and value[10:11] == "T" else value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _fields(each, str(key))
    elif isinstance(value, Sequence):
        for each in value:
            yield from _fields(each, name)


def _searched(results: Sequence[object]) -> tuple[list[str], list[str]]:
    """The bounds of searches: of those in one or two days, and of wider ones. Midnight is a bound and no time."""
    near: list[str] = []
    wide: list[str] = []
    for result in results:
        if not isinstance(result, Mapping):
            continue
        try:
            start, before = (datetime.fromisoformat(str(result.get(name))) for name in _SEARCHED)
        except ValueError:  # nothing was searched
            continue
        last = before - timedelta(minutes=1) if _at_midnight(before) else before
        found = [f"{start.date()}", f"{last.date()}"]
        found += [f"{at:%H:%M}" for at in (start, before) if not _at_midnight(at)]
        (near if before - start <= _NEAR else wide).extend(found)
    return near, wide


def _at_midnight(moment: datetime) -> bool:
    return moment.hour == 0 and moment.minute == 0


def _amounts(results: Iterable[object]) -> Iterator[int]:
    """Amounts that results have as numbers, for one and for as many people as were asked about."""
    numbers = [number for each in results for number in _numbers(each)]
    prices = {number for name, number in numbers if name.endswith("_minor")}
    people = {1, *(number for name, number in numbers if name == "party_size")}
    yield from (price * party for price in prices for party in people)


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
