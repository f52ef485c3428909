"""JSON lines in, JSON lines out: the form of `usher understand`."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime

from services.agent.language import answer_lines, to_json, understand

KEYS = ["intent", "start", "end", "grain", "open", "service", "staff", "party_size", "language"]


def asked(**fields: object) -> str:
    return json.dumps({"text": "yoga tomorrow at 7pm", "reference": "2026-03-04T10:00:00", **fields})


def answers(*lines: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in answer_lines(lines)]


def test_the_answer_has_exactly_the_agreed_fields_in_order() -> None:
    (line,) = answer_lines([asked(text="yoga for two tomorrow at 7pm with Anna")])
    assert list(json.loads(line)) == KEYS
    assert json.loads(line) == {
        "intent": "book",
        "start": "2026-03-05T19:00",
        "end": None,
        "grain": "minute",
        "open": None,
        "service": "yoga",
        "staff": "Anna",
        "party_size": 2,
        "language": "en",
    }


def test_a_bare_time_of_day_is_printed_without_a_date() -> None:
    assert answers(asked(text="between 5pm and 7pm"))[0]["start"] == "T17:00"
    assert to_json(understand("at noon", datetime(2026, 3, 4, 10)))["start"] == "T12:00"


def test_what_was_not_said_is_null() -> None:
    answer = answers(asked(text="hello"))[0]
    assert [answer[key] for key in KEYS if key not in ("intent", "language")] == [None] * 7


def test_a_line_that_cannot_be_read_says_why_on_its_own_line_and_the_rest_goes_on() -> None:
    read = answers(
        "not json",
        "[1]",
        json.dumps({"text": "hi"}),
        asked(reference="yesterday"),
        asked(text=5),
        asked(reference="9999-12-31T00:00"),
        asked(reference="2026-03-04T10:00:00+00:00", timezone="Nowhere/Here"),
        asked(),
    )
    assert [set(answer) == {"error"} for answer in read] == [True] * 7 + [False]
    assert "reference is missing" in str(read[2]["error"])
    assert "Nowhere/Here" in str(read[6]["error"])


def test_an_offset_in_the_reference_is_read_in_the_time_zone_given() -> None:
    zoned = asked(text="tomorrow", reference="2026-03-04T23:30:00Z", timezone="Asia/Tokyo")
    assert answers(zoned)[0]["start"] == "2026-03-06T00:00"


def test_the_module_answers_standard_input_line_by_line() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "services.agent.language"],
        input=f"{asked()}\noops\n{asked(text='friday')}\n",
        capture_output=True,
        text=True,
        check=True,
    )
    first, second, third = (json.loads(line) for line in run.stdout.splitlines())
    assert first["start"] == "2026-03-05T19:00"
    assert "error" in second
    assert third["start"] == "2026-03-06T00:00"
