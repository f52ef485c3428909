"""What do the Graph API's answers mean? Delivered, again, never, stop; and where a person's file is."""

from __future__ import annotations

import pytest

from services.gateway.channels import (
    Delivered,
    HttpAnswer,
    HttpCall,
    MediaLink,
    OutsideWindow,
    Paused,
    Rejected,
    Retry,
)
from shared.errors import Transient, UsherError
from tests.unit.gateway.channels.whatsapp_cases import API, account, adapter, error


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
        (500, 999999),
        (429, None),
    ],
)
def test_overload_and_trouble_are_tried_again_after_a_growing_time(status: int, code: int | None) -> None:
    first, later = (adapter().classify(error(status, code), tries) for tries in (1, 5))

    assert isinstance(first, Retry)
    assert isinstance(later, Retry)
    assert 0 < first.after < later.after <= 60
    assert not first.unclear


def test_an_error_that_says_it_passes_is_tried_again() -> None:
    assert isinstance(adapter().classify(error(400, 999999, is_transient=True), 1), Retry)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_server_error_that_is_not_the_graph_apis_own_leaves_it_open_whether_it_was_taken(
    status: int,
) -> None:
    found = adapter().classify(error(status), 1)

    assert isinstance(found, Retry)
    assert found.unclear


def test_a_retry_after_is_obeyed() -> None:
    assert adapter().classify(error(429, 130429, retry_after=17), 1) == Retry(17, "130429 Title")


def test_a_retry_after_that_has_passed_is_not_tried_again_at_once() -> None:
    found = adapter().classify(error(429, 130429, retry_after=0), 1)

    assert isinstance(found, Retry)
    assert found.after > 0


def test_an_answer_that_leads_elsewhere_stops_the_account_and_names_the_setting() -> None:
    found = adapter().classify(HttpAnswer(302, b""), 1)

    assert isinstance(found, Paused)
    assert "USHER_WHATSAPP_API_URL" in found.reason


def test_the_pair_limit_waits_four_to_the_power_of_the_tries_and_an_hour_at_most() -> None:
    waits = [adapter().classify(error(400, 131056), tries) for tries in (1, 2, 3, 6, 1000)]

    assert [wait.after for wait in waits if isinstance(wait, Retry)] == [4, 16, 64, 3600, 3600]


def test_too_many_registrations_wait_an_hour() -> None:
    assert adapter().classify(error(400, 133016), 1) == Retry(3600, "133016 Title")


@pytest.mark.parametrize("code", [131048, 131064, 368])
def test_suspicion_of_spam_stops_the_account_for_an_hour(code: int) -> None:
    assert adapter().classify(error(400, code), 1) == Paused(3600, f"{code} Title")


@pytest.mark.parametrize("code", [0, 3, 10, 190, 200, 299, 131005, 131045, 133010, 131031, 131037, 131042])
def test_what_the_owner_has_to_settle_stops_the_account(code: int) -> None:
    found = adapter().classify(error(401, code), 1)

    assert isinstance(found, Paused)
    assert found.after >= 60


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_without_a_code_stops_the_account(status: int) -> None:
    assert isinstance(adapter().classify(error(status), 1), Paused)


def test_beyond_the_window_only_a_template_goes() -> None:
    assert adapter().classify(error(400, 131047), 1) == OutsideWindow("131047 Title")


def test_somebody_who_opted_out_is_recorded_as_such() -> None:
    assert adapter().classify(error(400, 131050), 1) == Rejected("131050 Title", opted_out=True)


@pytest.mark.parametrize(
    "code",
    [
        *(100, 33, 131008, 131009, 131021, 131026, 131049, 131051, 131052, 131053, 131060, 131062, 131063),
        *(130472, 130497, 131030),
        *(132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069, 999999),
    ],
)
def test_what_will_never_work_is_rejected_with_its_code_and_without_the_recipient(code: int) -> None:
    found = adapter().classify(error(400, code), 1)

    assert isinstance(found, Rejected)
    assert found.reason.startswith(f"{code} Title")
    assert not found.opted_out
    assert "910" not in found.reason


# --- files ------------------------------------------------------------------------------------------------


def test_a_file_is_asked_for_with_the_token_and_found_by_its_link() -> None:
    body = b'{"url":"https://lookaside.fbsbx.com/x","mime_type":"audio/ogg"}'
    bearer = {"Authorization": "Bearer own"}
    ours = account(access_token=("own",))

    assert adapter().locate("123", ours) == HttpCall("GET", f"{API}/123", bearer)
    found = adapter().located(HttpAnswer(200, body), ours)
    assert found == MediaLink("https://lookaside.fbsbx.com/x", "audio/ogg", bearer)


@pytest.mark.parametrize("found", [error(404), error(400, 100), error(400, 131052)])
def test_a_file_that_is_gone_is_none(found: HttpAnswer) -> None:
    assert adapter().located(found, account()) is None


@pytest.mark.parametrize("found", [error(500, 1), error(401, 190), error(429, 4), HttpAnswer(200, b"{}")])
def test_any_other_trouble_with_a_file_is_transient(found: HttpAnswer) -> None:
    with pytest.raises(Transient):
        adapter().located(found, account())


@pytest.mark.parametrize("media_id", ["", "../me", "1/2", "1?x", "é", "1 2"])
def test_an_id_that_would_lead_elsewhere_is_refused(media_id: str) -> None:
    with pytest.raises(UsherError):
        adapter().locate(media_id, account())


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
        ("http://[", False),
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
    assert adapter().uploaded(error(400, 100)) is None
