"""Twilio's signature, against vectors that were not made by our own code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devkit.twilio.signing import signature as by_the_emulator
from services.gateway.channels import RawRequest
from services.gateway.channels.twilio_signature import MOST_FIELDS, is_signed, spellings
from tests.unit.gateway.channels.contract_case import NOW, RECORDED
from tests.unit.gateway.channels.twilio_case import by_the_formula

VECTOR = RECORDED / "twilio" / "vector__signature_known_answer.json"
URL = "https://usher.example/webhooks/twilio_sms/+15550001111?foo=1&bar=2"
FORM = {
    "From": "+15550002222",
    "Body": "olá & 50% + 🧘",
    "FromCity": "",
    "MessageSid": "SM1",
    "a": "b",
    "B": "c",
}
TOKEN = "a-token"


def request(url: str, body: bytes, signature: str) -> RawRequest:
    return RawRequest(body, {"X-Twilio-Signature": signature}, NOW, url)


def signs(url: str, form: Mapping[str, str], signature: str, *tokens: str) -> bool:
    return is_signed(request(url, urlencode(form).encode(), signature), tokens or (TOKEN,))


@pytest.mark.skipif(not VECTOR.exists(), reason="../shared/data/twilio is not here")
def test_the_published_example_verifies() -> None:
    vector = json.loads(VECTOR.read_bytes())

    assert signs(vector["url"], vector["form"], vector["x_twilio_signature"], vector["auth_token"])
    assert not signs(vector["url"], vector["form"], vector["x_twilio_signature"], "12346")


def test_a_form_signed_by_the_published_formula_verifies() -> None:
    assert signs(URL, FORM, by_the_formula(URL, FORM, TOKEN))


_WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.dictionaries(_WORDS, _WORDS, max_size=6), _WORDS, _WORDS)
def test_whatever_the_emulator_signs_verifies_and_nothing_more(
    form: dict[str, str], name: str, value: str
) -> None:
    signature = by_the_emulator(TOKEN, URL, form)

    assert signs(URL, form, signature)
    added = f"{name}.{value}"  # never empty, so the signed text is longer
    assert not signs(URL, {**form, "~~~~~~~~~~~~~": added}, signature)


def test_a_value_worked_out_with_openssl_verifies() -> None:
    # printf '%s' 'https://usher.example/webhooks/twilio_sms/+15550001111Bodyhi there!From+15550002222' |
    #   openssl dgst -sha1 -hmac usher-token -binary | base64
    url, form = URL.partition("?")[0], {"From": "+15550002222", "Body": "hi there!"}

    assert signs(url, form, "9LFVPZvLs8YYUlR/HF+Cc7dBAxo=", "usher-token")


def test_any_of_the_tokens_in_force_will_do_and_an_empty_one_never() -> None:
    signature = by_the_formula(URL, FORM, TOKEN)

    assert signs(URL, FORM, signature, "newer", TOKEN)
    assert not signs(URL, FORM, by_the_formula(URL, FORM, ""), "")
    assert not is_signed(request(URL, urlencode(FORM).encode(), signature), ())


@pytest.mark.parametrize(
    ("changed", "value"), [("Body", "olá"), ("FromCity", None), ("From", "+15550002223"), ("New", "")]
)
def test_every_field_counts_empty_ones_too(changed: str, value: str | None) -> None:
    form = {name: found for name, found in FORM.items() if name != changed}
    form |= {} if value is None else {changed: value}

    assert not signs(URL, form, by_the_formula(URL, FORM, TOKEN))


def test_the_query_string_counts() -> None:
    signature = by_the_formula(URL, FORM, TOKEN)

    assert not signs(URL.replace("bar=2", "bar=3"), FORM, signature)
    assert not signs(URL.partition("?")[0], FORM, signature)


@pytest.mark.parametrize(
    ("signed_as", "known_as"),
    [
        ("https://usher.example/hook?a=1", "https://usher.example:443/hook?a=1"),
        ("https://usher.example:443/hook?a=1", "https://usher.example/hook?a=1"),
        ("http://usher.example:80/hook", "http://usher.example/hook"),
        ("https://usher.example/hook", "https://usher.example:8443/hook"),
        ("https://[::1]:443/hook", "https://[::1]/hook"),
    ],
)
def test_a_port_more_or_less_does_not_matter(signed_as: str, known_as: str) -> None:
    assert signs(known_as, FORM, by_the_formula(signed_as, FORM, TOKEN))


def test_another_host_path_or_scheme_matters() -> None:
    signature = by_the_formula(URL, FORM, TOKEN)

    for url in (URL.replace("https", "http"), URL.replace("usher", "other"), URL.replace("sms", "whatsapp")):
        assert not signs(url, FORM, signature)


def test_what_is_no_web_address_has_one_spelling() -> None:
    assert spellings("") == ("",)
    assert spellings("ftp://x/y") == ("ftp://x/y",)


def test_a_body_is_bound_by_its_hash_in_the_url() -> None:
    body = json.dumps({"event": "x"}).encode()
    url = f"{URL}&bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = by_the_formula(url, {}, TOKEN)

    assert is_signed(request(url, body, signature), (TOKEN,))
    assert not is_signed(request(url, body + b" ", signature), (TOKEN,))
    other = f"{URL}&bodySHA256={'0' * 64}"
    assert not is_signed(request(other, body, by_the_formula(other, {}, TOKEN)), (TOKEN,))


def test_a_field_that_comes_twice_counts_once_for_each_value() -> None:
    by_hand = by_the_formula(URL, {"Tag1": "", "Tag2": ""}, TOKEN)  # "Tag" + "1", "Tag" + "2"

    assert is_signed(request(URL, b"Tag=2&Tag=1&Tag=2", by_hand), (TOKEN,))
    assert not is_signed(request(URL, b"Tag=2&Tag=3", by_hand), (TOKEN,))


def test_bytes_that_are_no_text_are_signed_as_they_are() -> None:
    expected = base64.b64encode(hmac.digest(TOKEN.encode(), URL.encode() + b"a\xff\xfe", "sha1")).decode()

    assert is_signed(request(URL, b"a=%FF%FE", expected), (TOKEN,))


def test_a_form_of_very_many_fields_is_refused_unread() -> None:
    body = b"&".join(b"a=%d" % n for n in range(MOST_FIELDS + 1))

    assert not is_signed(request(URL, body, "anything"), (TOKEN,))
