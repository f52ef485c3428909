"""What Twilio's answers mean, code by code."""

from __future__ import annotations

import json

import pytest

from services.gateway.channels import (
    Delivered,
    HttpAnswer,
    Outcome,
    OutsideWindow,
    Paused,
    Rejected,
    Retry,
)
from services.gateway.channels.twilio_errors import classify


def meaning(code: int, status: int = 400, tries: int = 1) -> Outcome:
    more = {"message": "To number +15550002222 …", "more_info": "", "status": status}
    return classify(HttpAnswer(status, json.dumps({"code": code, **more}).encode()), tries)


def test_a_created_message_is_delivered_under_its_sid() -> None:
    assert classify(HttpAnswer(201, b'{"sid": "SM1", "status": "queued"}'), 1) == Delivered("SM1")
    assert classify(HttpAnswer(201, b"?"), 1) == Delivered(None)


def test_stop_is_remembered() -> None:
    assert meaning(21610) == Rejected("Twilio 21610: the person has replied STOP", opted_out=True)


def test_a_closed_window_asks_for_a_template() -> None:
    assert isinstance(meaning(63016), OutsideWindow)


@pytest.mark.parametrize(
    ("code", "status"), [(20429, 429), (63018, 400), (14107, 400), (63017, 400), (21611, 400)]
)
def test_too_much_at_once_is_tried_again(code: int, status: int) -> None:
    outcome = meaning(code, status)

    assert isinstance(outcome, Retry)
    assert not outcome.unclear


def test_a_full_day_waits_long() -> None:
    outcome = meaning(63038, 429)

    assert isinstance(outcome, Retry)
    assert outcome.after >= 3600


def test_a_retry_waits_longer_each_time() -> None:
    pauses = [outcome.after for n in range(1, 6) if isinstance(outcome := meaning(20429, 429, n), Retry)]

    assert len(pauses) == 5
    assert pauses == sorted(set(pauses))


@pytest.mark.parametrize("code", [21211, 21408, 21614, 21617, 21619, 99999])
def test_what_cannot_work_is_never_tried_again(code: int) -> None:
    outcome = meaning(code)

    assert isinstance(outcome, Rejected)
    assert not outcome.opted_out


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (20003, 401),
        (20404, 404),
        (20005, 403),
        (21606, 400),
        (21609, 400),
        (30002, 400),
        (63007, 400),
        (63112, 400),
    ],
)
def test_what_the_owner_must_mend_pauses_the_account(code: int, status: int) -> None:
    outcome = meaning(code, status)

    assert isinstance(outcome, Paused)
    assert str(code) in outcome.reason


@pytest.mark.parametrize("body", [b"", b'{"code": 20500, "status": 500}'])
def test_after_a_server_error_nobody_knows(body: bytes) -> None:
    outcome = classify(HttpAnswer(500, body), 1)

    assert isinstance(outcome, Retry)
    assert outcome.unclear


def test_reasons_never_quote_the_person() -> None:
    for code in (21211, 21610, 20003, 12345):
        assert "15550002222" not in str(meaning(code))
