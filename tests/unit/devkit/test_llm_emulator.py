"""Does the emulator of language models refuse what providers refuse, and do what it is told?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from devkit.llm.app import build
from devkit.llm.config import LlmConfig

CHAT, RESPONSES, MESSAGES = "/openai/v1/chat/completions", "/openai/v1/responses", "/anthropic/v1/messages"
USER = {"role": "user", "content": "hi"}


class Client:
    """Somebody who posts JSON."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url = url
        self._http = http

    async def post(self, path: str, body: object) -> tuple[int, Any]:
        async with self._http.post(self.url + path, json=body) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str) -> dict[str, Any]:
        async with self._http.get(self.url + path) as answer:
            found: dict[str, Any] = await answer.json()
            return found


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    runner = web.AppRunner(build(LlmConfig()), handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as http:
        yield Client(f"http://{host}:{port}", http)
    await runner.cleanup()


def chat_call(call: str) -> dict[str, Any]:
    function = {"name": "find", "arguments": "{}"}
    return {"role": "assistant", "tool_calls": [{"id": call, "type": "function", "function": function}]}


def use(call: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "tool_use", "id": call, "name": "find", "input": {}}]}


def result(call: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call, "content": "none"}]}


MISFITS = [
    (CHAT, {"model": "m", "messages": []}),
    (CHAT, {"model": "m", "messages": [USER, chat_call("1"), USER]}),
    (CHAT, {"model": "m", "messages": [USER, {"role": "tool", "tool_call_id": "1", "content": "x"}]}),
    (CHAT, {"model": "m", "messages": [USER], "stream": True}),
    (RESPONSES, {"model": "m", "input": [USER, {"type": "function_call", "call_id": "1", "name": "find"}]}),
    (RESPONSES, {"model": "m", "input": [{"type": "function_call_output", "call_id": "1", "output": "x"}]}),
    (MESSAGES, {"model": "m", "messages": [USER]}),  # no max_tokens
    (MESSAGES, {"model": "m", "max_tokens": 9, "messages": [use("1"), result("1")]}),
    (MESSAGES, {"model": "m", "max_tokens": 9, "messages": [USER, use("1"), USER]}),
    (MESSAGES, {"model": "m", "max_tokens": 9, "messages": [USER, use("1"), result("2")]}),
    (MESSAGES, {"model": "m", "max_tokens": 9, "messages": [USER, use("é"), result("é")]}),
    (
        MESSAGES,
        {"model": "m", "max_tokens": 9, "messages": [USER, use("1"), result("1"), use("1"), result("1")]},
    ),
]


@pytest.mark.parametrize(("path", "body"), MISFITS)
async def test_what_a_provider_refuses_is_a_400_in_its_form(
    client: Client, path: str, body: dict[str, Any]
) -> None:
    status, answer = await client.post(path, body)

    assert status == 400
    assert answer["error"]["type"] == "invalid_request_error"
    assert (await client.get("/_control/stats"))["misfits"] == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CHAT, {"model": "m", "messages": [USER, chat_call("1"), {"role": "tool", "tool_call_id": "1"}]}),
        (MESSAGES, {"model": "m", "max_tokens": 9, "messages": [USER, use("1"), result("1")]}),
        (RESPONSES, {"model": "m", "input": "hi"}),
    ],
)
async def test_what_fits_is_answered_without_being_told(
    client: Client, path: str, body: dict[str, Any]
) -> None:
    status, _ = await client.post(path, body)

    assert status == 200


async def test_steps_are_taken_in_order_by_those_they_are_meant_for(client: Client) -> None:
    steps = [
        {"text": "for claude", "at": "anthropic"},
        {"text": "for mini", "model": "mini"},
        {"text": "for two", "times": 2},
        {"text": "for ever", "times": 0},
    ]
    await client.post("/_control/steps", {"steps": steps})

    async def said(model: str) -> str:
        _, answer = await client.post(CHAT, {"model": model, "messages": [USER]})
        text: str = answer["choices"][0]["message"]["content"]
        return text

    assert [await said("m"), await said("mini"), await said("m"), await said("m"), await said("m")] == [
        "for two",
        "for mini",
        "for two",
        "for ever",
        "for ever",
    ]
    assert [step["text"] for step in (await client.get("/_control/steps"))["steps"]] == [
        "for claude",
        "for ever",
    ]


async def test_a_step_with_a_misspelled_key_is_refused_with_the_reason(client: Client) -> None:
    status, reasons = await client.post("/_control/steps", {"steps": [{"txt": "hi"}]})

    assert status == 400
    assert reasons[0]["loc"] == ["steps", 0, "txt"]
