"""When does a staff member work? Weekly hours, overrides, time off and travel, as the configuration says it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from services.booking.domain.availability.limits import Limits
from services.booking.domain.availability.times import DAY

_BLOCK = re.compile(r"(\d{1,2}):([0-5]\d)\s*[-–]\s*(\d{1,2}):([0-5]\d)")
_LATEST = 2 * DAY


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of one day: minutes after local midnight, `end` up to 48:00 = the end of the next day.

    Written `09:00-13:00`; `22:00-26:00` goes on until 02:00 of the next day. A block that ends before it starts
    (`22:00-02:00`) or at once (`00:00-00:00`) is no time at all.
    """

    start: int
    end: int

    @classmethod
    def parse(cls, text: object) -> Block:
        """The block that is written. Raises `ValueError` with what to write instead."""
        if isinstance(text, Block):
            return text
        found = _BLOCK.fullmatch(text.strip()) if isinstance(text, str) else None
        if found is None:
            raise ValueError(
                f"{text!r} is not a block such as 09:00-13:00 (22:00-26:00 to work past midnight)"
            )
        hour, minute, end_hour, end_minute = map(int, found.groups())
        block = cls(hour * 60 + minute, end_hour * 60 + end_minute)
        if block.start > DAY or block.end > _LATEST:
            raise ValueError(f"{text!r} must start by 24:00 and end by 48:00 (the end of the next day)")
        return block

    def __str__(self) -> str:
        return f"{self.start // 60:02}:{self.start % 60:02}-{self.end // 60:02}:{self.end % 60:02}"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone such as Europe/Lisbon") from error
    return name


def _local_point(value: object) -> object:
    # 2026-12-24T00:00 must stay a moment: pydantic would also read it as the whole day.
    if isinstance(value, str) and "T" not in value and " " not in value:
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _naive(value: date) -> date:
    if isinstance(value, datetime) and (value.tzinfo is not None or value.second or value.microsecond):
        raise ValueError("is a local wall-clock time: no UTC offset, whole minutes, e.g. 2026-12-24T13:00")
    return value


BlockText = Annotated[
    Block,
    PlainValidator(Block.parse),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _BLOCK.pattern, "examples": ["09:00-13:00", "22:00-26:00"]}),
]
LocalPoint = Annotated[datetime | date, AfterValidator(_naive), BeforeValidator(_local_point)]
Zone = Annotated[str, AfterValidator(_zone)]


class Configured(BaseModel):
    """A part of the configuration: frozen, nothing unknown in it, `from` and `until` written as such."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, serialize_by_alias=True)


class WeeklyHours(Configured):
    """The blocks of each weekday; a day without blocks is free. Gaps between blocks are breaks."""

    mon: tuple[BlockText, ...] = ()
    tue: tuple[BlockText, ...] = ()
    wed: tuple[BlockText, ...] = ()
    thu: tuple[BlockText, ...] = ()
    fri: tuple[BlockText, ...] = ()
    sat: tuple[BlockText, ...] = ()
    sun: tuple[BlockText, ...] = ()

    @cached_property
    def days(self) -> tuple[tuple[Block, ...], ...]:
        """The seven days, Monday first, as `date.weekday()` counts."""
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)


class DateOverride(Configured):
    """The blocks that begin on one day, in place of the weekly ones; none = the whole day unavailable."""

    on: date
    blocks: tuple[BlockText, ...] = ()


class TimeOff(Configured):
    """A local stretch without work: days (`until` is the last one) or wall-clock times (`until` is when it ends)."""

    first: LocalPoint = Field(alias="from")
    until: LocalPoint
    reason: str | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if isinstance(self.first, datetime) != isinstance(self.until, datetime):
            raise ValueError("from and until must both be days or both be wall-clock times")
        if self.until < self.first:
            raise ValueError(f"until {self.until} is before from {self.first}")
        return self


class Travel(Configured):
    """Days (both included) on which the hours are the wall clock of another zone."""

    first: date = Field(alias="from")
    until: date
    zone: Zone

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.until < self.first:
            raise ValueError(f"until {self.until} is before from {self.first}")
        return self


class Availability(Configured):
    """When one staff member works. `breaks` are cut out of `weekly`; an override's blocks are taken as they are."""

    weekly: WeeklyHours = WeeklyHours()
    breaks: WeeklyHours = WeeklyHours()
    overrides: tuple[DateOverride, ...] = ()
    time_off: tuple[TimeOff, ...] = ()
    travel: tuple[Travel, ...] = ()
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _each_day_is_said_once(self) -> Self:
        if len(self.override_of) < len(self.overrides):
            raise ValueError("overrides: two for one day; put all of that day's blocks into one")
        trips = sorted(self.travel, key=lambda trip: trip.first)
        if any(later.first <= earlier.until for earlier, later in pairwise(trips)):
            raise ValueError("travel: two trips share a day; end the first one the day before")
        return self

    @cached_property
    def override_of(self) -> dict[date, tuple[Block, ...]]:
        """The blocks of each day that has an override."""
        return {override.on: override.blocks for override in self.overrides}

    @cached_property
    def hashed(self) -> int:
        """The hash, computed once: it is asked for in every search."""
        return hash((self.weekly, self.breaks, self.overrides, self.time_off, self.travel, self.limits))

    def __hash__(self) -> int:
        return self.hashed

    def zone_on(self, day: date, home: str) -> str:
        """The IANA zone whose wall clock counts on `day`."""
        return next((trip.zone for trip in self.travel if trip.first <= day <= trip.until), home)


def skipped_blocks(availability: Availability) -> tuple[str, ...]:
    """The blocks that are no time since they end before they start, for whoever wrote them by mistake.

    `00:00-00:00` is not among them: it says that a day is free.
    """

    def wrong(where: str, blocks: Iterable[Block]) -> list[str]:
        return [
            f"{where}: {block} ends before it starts; past midnight is written "
            f"{Block(block.start, block.end + DAY)}"
            for block in blocks
            if block.end < block.start
        ]

    lines: list[str] = []
    for name, blocks in zip(WeeklyHours.model_fields, availability.weekly.days, strict=True):
        lines += wrong(f"weekly.{name}", blocks)
    for day, blocks in availability.override_of.items():
        lines += wrong(f"overrides[{day}]", blocks)
    return tuple(lines)
