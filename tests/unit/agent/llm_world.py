"""Language models for the agent's tests: the emulator on a port of this machine, and chains that ask it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from aiohttp import web
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.tools import ToolDefinition

from devkit.llm.app import build
from devkit.llm.config import LlmConfig
from devkit.llm.steps import Step
from services.agent.facts import facts_of
from services.agent.models.choices import Choice
from services.agent.models.names import named_model
from services.agent.models.settings import TurnSettings
from services.agent.models.source import Models
from services.agent.replay import JournaledTools
from shared.settings import Settings
from tests.unit.agent.studio import CATALOGUE, NOW, TENANT

KEY = "sk-emulated"
MODELS = (
    "openai:gpt-6.1-terra",
    "openai-chat:gpt-5.6-terra",
    "anthropic:claude-sonnet-5-5",
    "ollama:llama3.2",
)
"""One name for each wire format."""


class Emulator:
    """The running emulator, told over its control API."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url = url
        self._http = http

    async def will(self, *steps: Step) -> None:
        """What it does with the next requests."""
        body = {"steps": [step.model_dump(mode="json") for step in steps]}
        async with self._http.post(f"{self.url}/_control/steps", json=body) as answer:
            answer.raise_for_status()

    async def requests(self) -> list[dict[str, Any]]:
        """The requests that came."""
        async with self._http.get(f"{self.url}/_control/requests") as answer:
            found: list[dict[str, Any]] = (await answer.json())["requests"]
            return found

    async def stats(self) -> dict[str, int]:
        """Its counts."""
        async with self._http.get(f"{self.url}/_control/stats") as answer:
            found: dict[str, int] = await answer.json()
            return found

    async def busy(self) -> bool:
        """Whether somebody waits for an answer."""
        return (await self.stats())["running"] > 0

    def variables(self) -> dict[str, str]:
        """The providers' own variables that lead here."""
        return {
            "OPENAI_BASE_URL": f"{self.url}/openai/v1",
            "OPENAI_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": f"{self.url}/anthropic",
            "ANTHROPIC_API_KEY": KEY,
            "OLLAMA_BASE_URL": f"{self.url}/ollama/v1",
            "OLLAMA_API_KEY": KEY,
        }


@asynccontextmanager
async def emulating() -> AsyncIterator[Emulator]:
    """The emulator, and the providers' variables that lead to it."""
    runner = web.AppRunner(build(LlmConfig(api_key=KEY)), handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    before = dict(os.environ)
    # It speaks plain HTTP, and a client for each model would read the system's whole list of authorities.
    with tempfile.TemporaryDirectory() as no_authorities:
        async with aiohttp.ClientSession() as http:
            emulator = Emulator(f"http://{host}:{port}", http)
            os.environ.update(emulator.variables() | {"SSL_CERT_DIR": no_authorities})
            try:
                yield emulator
            finally:
                os.environ.clear()
                os.environ.update(before)
                await runner.cleanup()


@asynccontextmanager
async def models(llm: str, **more: Any) -> AsyncIterator[Models]:
    """The models of an installation with `USHER_LLM=llm`; `more`: settings, and arguments of `Models`."""
    arguments = {key: more.pop(key) for key in ("choices", "budget", "clock", "make") if key in more}
    found = Models(Settings(llm=llm, **more), **arguments)
    try:
        yield found
    finally:
        await found.close()


@asynccontextmanager
async def chain(llm: str, **more: Any) -> AsyncIterator[Model]:
    """The model of a tenant of such an installation."""
    async with models(llm, **more) as source:
        yield await source.of(TENANT)


def other_here(name: str, source: str = "") -> Model:
    """`Models`' `make`, with a `test:other` that answers at once, in this process."""
    if name != "test:other":
        return named_model(name, source)
    return FunctionModel(lambda messages, info: ModelResponse([TextPart("At once.")]), model_name="other")


class Chosen:
    """Tenants' choices in memory."""

    def __init__(self, choices: dict[UUID, Choice]) -> None:
        self.choices = choices
        self.failure: Exception | None = None

    async def of(self, tenant_id: UUID) -> Choice:
        if self.failure:
            raise self.failure
        return self.choices.get(tenant_id, Choice())


@cache
def parameters() -> ModelRequestParameters:
    """The agent's tools, as it offers them: the same for every turn."""
    reply = ToolDefinition(
        name="reply", kind="output", parameters_json_schema={"type": "object", "properties": {}}
    )
    return ModelRequestParameters(
        function_tools=list(JournaledTools().definitions), output_tools=[reply], output_mode="tool"
    )


def turn_settings() -> TurnSettings:
    """The settings of a turn of a conversation that nobody else has."""
    return TurnSettings(
        offline_facts=facts_of(CATALOGUE, NOW), usher_tenant_id=TENANT, usher_conversation_id=uuid4()
    )


async def ask(model: Model, text: str = "what do you offer?", *past: ModelMessage) -> ModelResponse:
    """One request of a turn in which the customer said `text`."""
    messages = [*past, ModelRequest.user_text_prompt(text)]
    return await model.request(messages, turn_settings(), parameters())
