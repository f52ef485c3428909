"""What do the Graph API's answers mean? Delivered, again, never; and where a person's file is."""

from __future__ import annotations

import json

import pytest

from services.gateway.channels import Delivered, HttpAnswer, MediaLink, Rejected, Retry
from shared.errors import Transient, UsherError
from tests.unit.gateway.factories import adapter


def answer(status: int, code: int | None = None, *, retry_after: float | None = None) -> HttpAnswer:
    error = {
        "error": {"code": code, "message": f"(#{code}) Title", "error_data": {"details": "+351 910 000 001"}}
    }
    return HttpAnswer(status, json.dumps(error).encode() if code is not None else b"<html>", retry_after)


def test_an_accepted_message_is_delivered_under_its_id() -> None:
    body = b'{"messages":[{"id":"wamid.1","message_status":"accepted"}]}'

    assert adapter().classify(HttpAnswer(200, body), 1) == Delivered("wamid.1")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"messages":[]}', b'{"messages":[{"id":7}]}', b"[]"])
def test_an_accepted_message_whose_id_is_not_told_is_delivered_all_the_same(body: bytes) -> None:
    assert adapter().classify(HttpAnswer(200, body), 1) == Delivered(None)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, 1),
        (400, 2),
        (400, 4),
        (400, 80007),
        (400, 130429),
        (500, 131000),
        (503, 131016),
        (400, 131057),
        (429, None),
    ],
)
def test_overload_and_trouble_are_tried_again_after_a_growing_time(status: int, code: int | None) -> None:
    first, later = (adapter().classify(answer(status, code), tries) for tries in (1, 5))

    assert isinstance(first, Retry)
    assert isinstance(later, Retry)
    assert 0 < first.after < later.after <= 60
    assert not first.unclear


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_that_is_not_the_graph_apis_own_leaves_it_open_whether_it_was_taken(
    status: int,
) -> None:
    found = adapter().classify(answer(status), 1)

    assert isinstance(found, Retry)
    assert found.unclear


def test_a_retry_after_is_obeyed() -> None:
    assert adapter().classify(answer(429, 130429, retry_after=17), 1) == Retry(17, "130429 Title")


def test_the_pair_limit_waits_four_to_the_power_of_the_tries() -> None:
    waits = [adapter().classify(answer(400, 131056), tries) for tries in (1, 2, 3)]

    assert [wait.after for wait in waits if isinstance(wait, Retry)] == [4, 16, 64]


@pytest.mark.parametrize(
    "code", [0, 3, 10, 190, 200, 299, 131005, 131045, 133010, 131048, 131031, 131042, 368]
)
def test_what_the_owner_has_to_settle_is_tried_again_rarely(code: int) -> None:
    found = adapter().classify(answer(401, code), 1)

    assert isinstance(found, Retry)
    assert found.after >= 60


@pytest.mark.parametrize(
    "code",
    [100, 33, 131008, 131009, 131021, 131026, 131047, 131049, 131051, 131053, 130472, 132000, 132001, 131030],
)
def test_what_will_never_work_is_rejected_with_its_code_and_without_the_recipient(code: int) -> None:
    assert adapter().classify(answer(400, code), 1) == Rejected(f"{code} Title")


def test_an_unknown_code_is_rejected() -> None:
    assert adapter().classify(answer(400, 999999), 1) == Rejected("999999 Title")


def test_a_file_is_found_by_its_link() -> None:
    body = b'{"url":"https://lookaside.fbsbx.com/x","mime_type":"audio/ogg"}'

    assert adapter().located(HttpAnswer(200, body)) == MediaLink("https://lookaside.fbsbx.com/x", "audio/ogg")


@pytest.mark.parametrize("found", [answer(404), answer(400, 100), answer(400, 131052)])
def test_a_file_that_is_gone_is_none(found: HttpAnswer) -> None:
    assert adapter().located(found) is None


@pytest.mark.parametrize("found", [answer(500, 1), answer(401, 190), answer(429, 4), HttpAnswer(200, b"{}")])
def test_any_other_trouble_with_a_file_is_transient(found: HttpAnswer) -> None:
    with pytest.raises(Transient):
        adapter().located(found)


@pytest.mark.parametrize("media_id", ["", "../me", "1/2", "1?x", "é", "1 2"])
def test_an_id_that_would_lead_elsewhere_is_refused(media_id: str) -> None:
    with pytest.raises(UsherError):
        adapter().locate(media_id)


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://graph.facebook.com/v23.0/1", True),
        ("https://lookaside.fbsbx.com/whatsapp?x=1", True),
        ("http://lookaside.fbsbx.com/whatsapp", False),
        ("https://lookaside.fbsbx.com.evil.example/x", False),
        ("https://lookaside.fbsbx.com@evil.example/x", False),
        ("https://lookaside.fbsbx.com:8443/x", False),
        ("https://127.0.0.1/x", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_credentials_go_to_metas_hosts_only(url: str, trusted: bool) -> None:
    assert adapter().trusts(url) == trusted


def test_the_configured_api_is_trusted_on_its_own_port_only() -> None:
    channel = adapter(api_url="http://127.0.0.1:8090/v23.0")

    assert channel.trusts("http://127.0.0.1:8090/media/1")
    assert not channel.trusts("http://127.0.0.1:8091/media/1")
    assert not channel.trusts("https://127.0.0.1:8090/media/1")


def test_an_upload_gives_its_id() -> None:
    assert adapter().uploaded(HttpAnswer(200, b'{"id":"700"}')) == "700"
    assert adapter().uploaded(answer(400, 100)) is None
