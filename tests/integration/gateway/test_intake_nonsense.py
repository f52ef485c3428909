"""What does the gateway answer to nonsense, signed or not, on every channel's URL? Never 500, never 503."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from services.gateway.app import Gateway
from services.gateway.domain.account import ChannelAccount
from services.gateway.secrets import Vault
from services.gateway.store.accounts import AccountStore
from shared.db import Database
from shared.settings import Settings
from tests.integration.gateway.conftest import start
from tests.unit.gateway.channels import (
    test_echo,
    test_instagram,
    test_messenger,
    test_telegram,
    test_twilio_sms,
    test_twilio_whatsapp,
    test_whatsapp,
)
from tests.unit.gateway.channels.contract_case import ChannelCase

CASES: list[ChannelCase] = [
    test_whatsapp.TestWhatsApp(),
    test_telegram.TestTelegram(),
    test_twilio_sms.TestTwilioSms(),
    test_twilio_whatsapp.TestTwilioWhatsApp(),
    test_messenger.TestMessenger(),
    test_instagram.TestInstagram(),
    test_echo.TestEcho(),
]
PUBLIC = "https://usher.example"
ANSWERS = {200, 400, 401, 404, 408, 413, 429}
NASTY = [
    None,
    True,
    0,
    -1,
    2**70,
    1e308,
    "",
    "\x00",
    "x" * 70_000,
    [],
    {},
    [[]],
    "\u202e",
    "0001-01-01",
    "NaN",
    {"": {}},
]
EXAMPLES = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


@pytest.fixture
async def service(quick: Settings, db: Database) -> AsyncIterator[Gateway]:
    """A gateway with every channel."""
    changed = quick.model_copy(
        update={"channels": ",".join([*(case.name for case in CASES), "webchat"]), "public_url": PUBLIC}
    )
    store = AccountStore(db, Vault.from_settings(quick))
    for case in CASES:
        await store.put(case.account())
    running = await start(changed)
    yield running
    await running.stop()


@st.composite
def mutated(draw: st.DrawFn, case: ChannelCase) -> bytes:
    """A payload of the channel with something wrong with it, or any bytes."""
    payload = case.encode(draw(st.sampled_from(case.payloads())))
    match draw(st.integers(0, 3)):
        case 0:
            return draw(st.binary(max_size=300))
        case 1:
            return _with_nasty(draw, payload)
        case 2:
            at = draw(st.integers(0, len(payload)))
            return payload[:at] + draw(st.binary(max_size=20)) + payload[at + draw(st.integers(0, 20)) :]
        case _:
            return payload[: draw(st.integers(0, len(payload)))]


def _with_nasty(draw: st.DrawFn, payload: bytes) -> bytes:
    try:
        root = node = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return payload.replace(b"=", b"=%00", 1)
    while isinstance(node, dict | list) and node:
        key = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[key], dict | list) or draw(st.integers(0, 5)) == 0:
            node[key] = draw(st.sampled_from([*NASTY, None] if not isinstance(node[key], str) else NASTY))
            break
        node = node[key]
    try:
        return orjson.dumps(root)
    except TypeError:  # a number too large for it
        return payload


async def post(
    service: Settings, http: aiohttp.ClientSession, case: ChannelCase, body: bytes, *, signed: bool
) -> int:
    account: ChannelAccount = case.account()
    request = case.signed(body, account)
    path = f"/webhooks/{case.name}/{account.account_id}"
    if signed and request.url:
        assert request.url.startswith(PUBLIC + path)
        path = request.url.removeprefix(PUBLIC)
    url = URL(f"http://127.0.0.1:{service.http_port}{path}", encoded=True)
    headers = dict(request.headers) if signed else {}
    async with http.post(url, data=body, headers=headers) as response:
        return response.status


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_signed_nonsense_is_taken_or_refused_and_never_an_error_of_ours(
    service: Gateway, quick: Settings, http: aiohttp.ClientSession, case: ChannelCase
) -> None:
    good = case.encode(case.payloads()[0])
    assert await post(quick, http, case, good, signed=True) == 200

    bodies: list[bytes] = []

    @EXAMPLES
    @given(mutated(case))
    def collect(body: bytes) -> None:
        bodies.append(body)

    collect()
    answers = {await post(quick, http, case, body, signed=True) for body in bodies}
    answers |= {await post(quick, http, case, body, signed=False) for body in bodies[:5]}
    assert answers <= ANSWERS, answers
    assert await post(quick, http, case, good, signed=True) == 200


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    "path",
    [
        "whatsapp",
        "telegram",
        "webchat",
        "nothing",
        "telegram/1/2",
        "telegram/%00",
        "telegram/" + "9" * 5000,
        "",
    ],
)
async def test_urls_that_nobody_has_are_refused(
    quick: Settings, http: aiohttp.ClientSession, path: str
) -> None:
    url = URL(f"http://127.0.0.1:{quick.http_port}/webhooks/{path}", encoded=True)
    for method in ("GET", "POST", "PUT"):
        async with http.request(method, url, data=b"{}" if method != "GET" else None) as response:
            assert 400 <= response.status < 500
