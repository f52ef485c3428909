"""How are the words a recogniser hears written down? Clock times as people type them: "7 pm"."""

from __future__ import annotations

import re

_HOURS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_MINUTES = {
    "o five": "05",
    "five": "05",
    "ten": "10",
    "fifteen": "15",
    "twenty": "20",
    "thirty": "30",
    "forty": "40",
    "forty five": "45",
    "fifty": "50",
}
_CLOCK = re.compile(
    rf"\b(?P<hour>{'|'.join(_HOURS)})(?: (?P<minutes>{'|'.join(sorted(_MINUTES, key=len, reverse=True))}))?"
    r" (?P<half>[ap])\.m\."
)


def written(heard: str) -> str:
    """The recogniser's words as a person would type them. Words only: no punctuation is invented."""
    text = _CLOCK.sub(_clock, heard)
    text = text.replace("a.m.", "am").replace("p.m.", "pm")
    return re.sub(r"\bi\b", "I", text)


def _clock(match: re.Match[str]) -> str:
    hour = _HOURS.index(match["hour"]) + 1
    minutes = f":{_MINUTES[match['minutes']]}" if match["minutes"] else ""
    return f"{hour}{minutes} {match['half']}m"
