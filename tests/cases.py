"""Which of our tests hold the 67 cases that the best booking systems test? Writes and checks docs/booking-cases.md.

A test names its cases at the start of its docstring: `Case 26.` or `Cases 26, 27.` Run `python -m tests.cases` to write.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "booking-cases.md"

CASES: dict[int, str] = {
    1: "The last day of a month with a clock change still has free times",
    2: "Working hours keep their wall-clock time on the day the clocks change",
    3: "Staff who work in another time zone for a while, half-hour zones included",
    4: "A shift seen from far away does not land a day early",
    5: "An override can close a whole day",
    6: "A block that ends before it starts is skipped",
    7: "Daily at 10:00 across spring forward",
    8: "Daily and monthly across fall back",
    9: "02:30 in the night that skips it has a defined result",
    10: "Weekly across a clock change keeps its wall-clock time",
    11: "Slots of the customer's today that fall on another day of the business are cut",
    12: "Only future slots today; the same instant in two offsets conflicts",
    13: "A limit per day is counted in the business's zone",
    14: "A horizon of N days when customer and business are in different zones",
    15: "Hours shown in another zone before and after a clock change",
    16: "Every message shows the same local time, from one time-zone database",
    17: "The 31st of every month skips short months",
    18: "Last Friday, third Wednesday, first Friday when the 1st is one",
    19: "Unsorted days equal sorted ones; the end date is inclusive",
    20: "An exclusion removes one start, not the day, and never an added date",
    21: "A date given with an offset matches in the business's zone",
    22: "Duplicates count once, 25:00 is refused, too many occurrences are said",
    23: "The same rule again gives the same ids; extending appends",
    24: "Edits of this, following, all; removed dates; a series in the past",
    25: "A customer's series checks every date, lists conflicts, skips on request",
    26: "Touching is no conflict; containment is, both ways",
    27: "Two bookings across midnight conflict",
    28: "Buffers of neighbours add up",
    29: "Staff may ignore buffers, never a real overlap",
    30: "Capacity over time: back-to-back pairs, spans and gaps",
    31: "A booking that moves does not conflict with itself",
    32: "A room taken by a class is not free for an appointment, and the other way round",
    33: "Limits per week with any first day; a booking over midnight counts once",
    34: "Minimum notice holds for both ends of a move; a rolling window counts bookable days",
    35: "Another's hold hides the slot, my own and an expired one do not",
    36: "A hold is consumed once; missing, expired and other ones are told apart",
    37: "The last seat and two requests: one wins, and both would without the guard",
    38: "The last credit, the last use of a code: one wins",
    39: "A cancelled slot is free again, a pending one is protected, a declined one freed",
    40: "A seat cannot be both sold and kept back",
    41: "7 free and 10 waiting: the first 7; priority beats time",
    42: "Enough room serves all; none serves none; one more seat serves exactly one",
    43: "Nobody is offered twice; the claim window is honoured",
    44: "No offers when it is off, closed, or too late",
    45: "Who waits goes before the public; the offered person can book; a served entry blocks nothing",
    46: "One entry per person and session",
    47: "Confirming an entry does not change the order",
    48: "Who joins late still gets a turn",
    49: "Free is booked at once, paid gets an offer",
    50: "Raising capacity promotes; lowering drops nobody silently",
    51: "An abandoned offer gives its seat and the entry its place back",
    52: "An answer in a wrong state is refused, not a crash",
    53: "Refund: paid less a fixed fee, a percentage and a fee per seat",
    54: "Partly paid and cancelled: no refund, nothing more is owed",
    55: "What is used up is not refunded with the rest",
    56: "Of several rules a possible one beats an impossible one, then the cheapest",
    57: "9.9 % of 10.00 is 0.99 exactly; rounding of fees on and off",
    58: "Tax per line and per sum; currencies without decimals; free lines",
    59: "The late fee is the customer's only; units; a missing rule is no fee",
    60: "A refund asked again with the same key is one refund; a failed one needs an explicit retry",
    61: "Moving: dearer pays, cheaper is refunded, equal is direct",
    62: "Pass: none left, not valid, not yours, not for this; credit comes back; the earliest to expire first",
    63: "A month from 28 February ends on 27 March; parallel use; uses of the same order count",
    64: "The same UID for create, update and cancel, in every channel",
    65: "SEQUENCE grows with each change; cancelling says so",
    66: "Lines folded at 75 octets; LOCATION; no e-mail address of the organiser",
    67: "The end of an all-day event is exclusive",
}  # fmt: skip

LEFT_OUT: dict[int, str] = {}
"""Cases without a test, and why they do not apply."""

_NAMED = re.compile(r"^Cases? ((?:\d+)(?:(?:, | and )\d+)*)")


def named_cases(docstring: str) -> list[int]:
    """The cases a docstring begins with."""
    found = _NAMED.match(docstring)
    return [int(number) for number in re.findall(r"\d+", found[1])] if found else []


def tests_of_cases() -> dict[int, list[str]]:
    """Case → `path::test`, in order."""
    found: dict[int, list[str]] = {number: [] for number in CASES}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, docstring in _tests(path):
            for number in named_cases(docstring):
                found.setdefault(number, []).append(f"{path.relative_to(ROOT).as_posix()}::{name}")
    return found


def page() -> str:
    """The page as it must be."""
    tests = tests_of_cases()
    lines = [
        "# The cases that the best systems test, and where ours hold them",
        "",
        "The 67 cases were collected from pretix, cal.com, moodle-mod_booking, Costasiella, Hi.Events, LibreBooking and",
        "Easy!Appointments (what they test, in our words). Written by `python -m tests.cases` from the tests' docstrings; a test",
        "holds this page to them, and fails when a case has neither a test nor a reason.",
        "",
        "| case | what | test |",
        "|---|---|---|",
    ]
    for number, title in CASES.items():
        where = "<br>".join(f"`{test}`" for test in tests[number]) or LEFT_OUT.get(number, "**none**")
        lines.append(f"| {number} | {title} | {where} |")
    return "\n".join(lines) + "\n"


def _tests(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        is_test = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        if is_test:
            yield node.name, ast.get_docstring(node) or ""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page())
    missing = [n for n, tests in tests_of_cases().items() if not tests and n not in LEFT_OUT]
    sys.stdout.write(f"{PAGE.name}: without a test: {missing or 'none'}\n")


if __name__ == "__main__":
    main()
