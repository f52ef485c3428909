"""When can an appointment be booked, with whom and in which room? Pure rules over frozen values.

`hours`, `location`, `rules`, `limits`: what is configured. `working`: hours → instants. `slots`: the free starts.
`assignment`: whose turn it is. `times`, `intervals`: the arithmetic.
"""

from services.booking.domain.availability.assignment import Workload, assign
from services.booking.domain.availability.hours import (
    Availability,
    Block,
    DateOverride,
    TimeOff,
    Travel,
    WeeklyHours,
    skipped_blocks,
)
from services.booking.domain.availability.limits import DayCount, Limits, keeps_notice
from services.booking.domain.availability.location import LocationHours
from services.booking.domain.availability.request import (
    Busy,
    CustomerDay,
    Moving,
    NoSlot,
    Resource,
    Slot,
    SlotRequest,
    StaffCalendar,
    count_by_day,
)
from services.booking.domain.availability.rules import BetweenDates, BookableDaysAhead, DaysAhead, SlotRules
from services.booking.domain.availability.slots import find_slots, may_book_slot
from services.booking.domain.availability.times import Interval
from services.booking.domain.availability.working import working_intervals

__all__ = [
    "Availability",
    "BetweenDates",
    "Block",
    "BookableDaysAhead",
    "Busy",
    "CustomerDay",
    "DateOverride",
    "DayCount",
    "DaysAhead",
    "Interval",
    "Limits",
    "LocationHours",
    "Moving",
    "NoSlot",
    "Resource",
    "Slot",
    "SlotRequest",
    "SlotRules",
    "StaffCalendar",
    "TimeOff",
    "Travel",
    "WeeklyHours",
    "Workload",
    "assign",
    "count_by_day",
    "find_slots",
    "keeps_notice",
    "may_book_slot",
    "skipped_blocks",
    "working_intervals",
]
