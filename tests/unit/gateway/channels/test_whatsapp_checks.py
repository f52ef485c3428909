"""Is a WhatsApp number in order, and does Meta know our URL? What is asked, and what the answers say to its owner."""

from __future__ import annotations

import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from services.gateway.channels import HttpAnswer, Probe
from services.gateway.domain.account import ChannelAccount
from tests.unit.gateway.channels.contract_case import TENANT
from tests.unit.gateway.channels.whatsapp_cases import API, account, adapter, error


def probes(of: ChannelAccount | None = None) -> tuple[Probe, ...]:
    return adapter().probes(of or account())


def told(body: object, *, probe: int = 0, status: int = 200) -> str | None:
    return probes()[probe].explain(HttpAnswer(status, json.dumps(body).encode()))


def test_the_number_the_app_secret_and_the_subscription_are_asked_for() -> None:
    number, secret, apps = (urlsplit(probe.call.url) for probe in probes())

    assert number.path.endswith("/111")
    assert "quality_rating" in parse_qs(number.query)["fields"][0]
    proof = hmac.new(b"secret", b"installation-token", hashlib.sha256).hexdigest()
    assert parse_qs(secret.query)["appsecret_proof"] == [proof]
    assert apps.path.endswith("/222/subscribed_apps")
    assert all(probe.call.headers == {"Authorization": "Bearer installation-token"} for probe in probes())


def test_without_a_known_whatsapp_account_its_subscription_is_not_asked_for() -> None:
    assert len(probes(ChannelAccount(TENANT, "whatsapp", "111"))) == 2


def test_a_number_in_order_is_nothing_to_tell() -> None:
    fine = {"display_phone_number": "+351 210 000 000", "status": "CONNECTED", "quality_rating": "GREEN"}

    assert told(fine | {"name_status": "APPROVED"}) is None
    assert told({"id": "111"}, probe=1) is None
    assert told({"data": [{"whatsapp_business_api_data": {"id": "1"}}]}, probe=2) is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"status": "DISCONNECTED"}, "register it in the WhatsApp Manager"),
        ({"status": "BANNED"}, "Business Support Home"),
        ({"status": "SOMETHING_NEW"}, "SOMETHING_NEW"),
        ({"status": "CONNECTED", "quality_rating": "RED"}, "send less"),
        ({"status": "CONNECTED", "name_status": "DECLINED"}, "choose another"),
    ],
)
def test_a_number_that_is_not_in_order_says_what_to_do(body: dict[str, str], words: str) -> None:
    found = told(body | {"display_phone_number": "+351 210 000 000"})

    assert found is not None
    assert "+351 210 000 000" in found
    assert words in found


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (error(401, 190), "usher channel rotate whatsapp 111"),
        (HttpAnswer(401, b""), "usher channel rotate whatsapp 111"),
        (error(403, 10), "whatsapp_business_management"),
        (error(403, 200), "whatsapp_business_management"),
        (HttpAnswer(403, b""), "whatsapp_business_management"),
        (error(400, 100), "compare phone number id"),
        (error(400, 80007), "in an hour"),
        (HttpAnswer(429, b""), "in an hour"),
        (error(400, 368), "368 Title"),
        (HttpAnswer(503, b"<html>"), "503"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_to_do(answer: HttpAnswer, words: str) -> None:
    for probe in probes():
        found = probe.explain(answer)
        assert found is not None
        assert words in found


def test_an_app_secret_that_is_not_the_tokens_is_named() -> None:
    message = "Invalid appsecret_proof provided in the API argument"
    refusal = {"error": {"code": 100, "type": "GraphMethodException", "message": message}}

    found = told(refusal, probe=1, status=400)

    assert found is not None
    assert found.startswith("The app secret is not that of the app")


def test_an_account_that_no_app_hears_of_says_how_to_connect_it() -> None:
    found = told({"data": []}, probe=2)

    assert found is not None
    assert "--connect" in found


# --- connecting -------------------------------------------------------------------------------------------

URL = "https://usher.example/webhooks/whatsapp/111"


def test_the_installations_app_is_subscribed_to_the_whatsapp_account() -> None:
    [call] = adapter().connect(account(), URL)

    assert (call.method, call.url) == ("POST", f"{API}/222/subscribed_apps")


def test_an_account_with_a_token_of_its_own_gets_its_own_url_for_its_news_and_its_number() -> None:
    apps, number = adapter().connect(account(verify_token=("its-own",)), URL)

    override = {"override_callback_uri": URL, "verify_token": "its-own"}
    assert apps.url.startswith(f"{API}/222/subscribed_apps?")
    assert {key: one for key, [one] in parse_qs(urlsplit(apps.url).query).items()} == override
    assert number.url.startswith(f"{API}/111?")
    [configuration] = parse_qs(urlsplit(number.url).query)["webhook_configuration"]
    assert json.loads(configuration) == override


def test_where_the_whatsapp_account_is_not_known_there_is_nothing_to_connect() -> None:
    assert adapter().connect(ChannelAccount(TENANT, "whatsapp", "111"), URL) == ()
