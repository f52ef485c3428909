"""`usher channel check`: what each answer of a provider (or none) becomes for the operator."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import uuid4

import pytest
from pydantic import SecretStr

from services.gateway.channels import HttpAnswer, HttpCall, Probe
from services.gateway.channels.echo import Echo
from services.gateway.domain.account import ChannelAccount
from services.gateway.provider_check import check, connect, next_step, webhook_url, went_well
from services.gateway.sender import AnswerLost, NotSent
from shared.settings import Settings

ACCOUNT = ChannelAccount(uuid4(), "echo", "+351 5", secrets={"secret": ("s3cret",), "token": ("t0ken",)})
OK = HttpAnswer(200, b"fine")
Answer = HttpAnswer | NotSent | AnswerLost


@dataclass
class Wire:
    """A caller that answers from a list and keeps what was called."""

    answers: list[Answer]
    calls: list[HttpCall] = field(default_factory=list)

    async def call(self, call: HttpCall, data: bytes | None = None) -> Answer:
        self.calls.append(call)
        return self.answers.pop(0)


@dataclass(frozen=True)
class Probed(Echo):
    """Echo with two probes and two steps to connect."""

    name: str = "echo"

    def probes(self, account: ChannelAccount) -> tuple[Probe, ...]:
        call = HttpCall("GET", "https://api.example/me", {"Authorization": account.secret("token")})
        return (
            Probe("token", call, lambda answer: None if answer.status == 200 else "is wrong: copy it again."),
            Probe("webhook", call, lambda answer: None if answer.body else "is not set."),
        )

    def connect(self, account: ChannelAccount, url: str) -> tuple[HttpCall, ...]:
        call = HttpCall("POST", "https://api.example/hook", json={"url": url})
        return (call, call)


async def test_each_probe_is_a_finding_in_its_order() -> None:
    wire = Wire([HttpAnswer(401, b""), HttpAnswer(200, b"")])

    found = await check(Probed(), ACCOUNT, wire)

    assert [(f.about, f.problem) for f in found] == [
        ("token", "is wrong: copy it again."),
        ("webhook", "is not set."),
    ]
    assert not went_well(found)


async def test_all_is_well_when_every_probe_says_so() -> None:
    found = await check(Probed(), ACCOUNT, Wire([OK, OK]))

    assert [f.about for f in found] == ["token", "webhook"]
    assert went_well(found)


@pytest.mark.parametrize(
    ("answer", "says"), [(NotSent("refused"), "cannot be reached"), (AnswerLost("timeout"), "did not answer")]
)
async def test_a_provider_that_does_not_answer_is_named_without_secrets(answer: Answer, says: str) -> None:
    [first, _] = await check(Probed(), ACCOUNT, Wire([answer, OK]))

    assert first.problem is not None
    assert f"api.example {says}" in first.problem
    assert "t0ken" not in repr(first)


async def test_a_secret_that_is_missing_is_told_with_where_to_find_it_and_nobody_is_asked() -> None:
    wire = Wire([])

    [missing] = await check(Probed(), replace(ACCOUNT, secrets={"secret": ("s3cret",)}), wire)

    assert missing.about == "secret token"
    assert "usher channel add echo +351 5" in (missing.problem or "")
    assert "it chooses one" in (missing.problem or "")
    assert wire.calls == []


async def test_connecting_tells_the_url_and_stops_at_the_first_refusal() -> None:
    wire = Wire([HttpAnswer(403, b"")])

    [only] = await connect(Probed(), ACCOUNT, "https://us/hook", wire)

    assert only.about == "step 1 of 2 of telling echo our URL"
    assert only.problem is not None
    assert "answered 403" in only.problem
    assert [call.json for call in wire.calls] == [{"url": "https://us/hook"}]


async def test_a_channel_without_calls_is_connected_by_hand() -> None:
    assert await connect(Echo(), ACCOUNT, "https://us/hook", Wire([])) == []


def test_an_account_with_a_secret_to_verify_by_has_a_url_of_its_own() -> None:
    settings = Settings(public_url="https://chat.example/")

    assert webhook_url(Echo(), ACCOUNT, settings) == "https://chat.example/webhooks/echo/+351%205"
    assert webhook_url(Echo(), replace(ACCOUNT, secrets={"token": ("t",)}), settings) == (
        "https://chat.example/webhooks/echo"
    )
    assert webhook_url(Echo(), replace(ACCOUNT, secrets={}), Settings(secrets_key=SecretStr(""))) == (
        "http://127.0.0.1:8080/webhooks/echo"
    )


def test_who_runs_a_web_chat_gets_its_line_for_their_pages() -> None:
    line = next_step(Echo(name="webchat"), ACCOUNT, Settings(public_url="https://chat.example"))

    assert (
        '<script src="https://chat.example/webchat/widget.js" data-account="+351 5" async></script>' in line
    )
    assert next_step(Echo(), ACCOUNT, Settings()).startswith("webhook URL: http")
