"""`usher model` on a real database, and against a model behind HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from click.testing import Result
from typer.testing import CliRunner

from devkit.llm.steps import Step
from services.agent.models.costs import Spent
from services.agent.models.names import ModelNotUsable
from shared.db import Database
from shared.ids import tenant_id_of
from shared.settings import Settings
from tests.integration.agent.test_model_answers import spend
from tests.unit.agent.llm_world import Emulator, emulating
from usher.commands.model import app
from usher.models import ModelError


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with emulating() as running:
        yield running


async def usher_model(settings: Settings, *arguments: str) -> Result:
    """The command, in a thread: it runs an event loop of its own. Raises what the command raises."""
    environment = {"USHER_DATABASE_URL": settings.database_url, "USHER_LLM": "offline"}
    result = await asyncio.to_thread(CliRunner().invoke, app, list(arguments), env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


async def document(settings: Settings, *arguments: str) -> Any:
    return json.loads((await usher_model(settings, *arguments, "--json")).stdout)


async def test_a_business_is_given_models_and_a_budget_and_they_are_listed(
    quick: Settings, slug: str, emulator: Emulator
) -> None:
    await usher_model(quick, "use", slug, "openai:gpt-6.1-terra,ollama:llama3.2")
    said = await usher_model(quick, "use", slug, "--tokens-per-day", "5000")
    assert "openai:gpt-6.1-terra,ollama:llama3.2, tokens in 24 hours: 5,000" in said.stdout

    listed = await document(quick, "list")
    assert listed["default"] == {"models": "offline", "tokens_per_day": 0}
    assert listed["tenants"][slug] == {
        "models": "openai:gpt-6.1-terra,ollama:llama3.2",
        "tokens_per_day": 5000,
    }
    assert slug in (await usher_model(quick, "list")).stdout.replace("\n", "")

    await usher_model(quick, "reset", slug)
    assert (await document(quick, "list"))["tenants"][slug] == {"models": None, "tokens_per_day": None}


async def test_what_cannot_be_used_is_not_stored(quick: Settings, slug: str, emulator: Emulator) -> None:
    with pytest.raises(ModelNotUsable, match="nosuch:model"):
        await usher_model(quick, "use", slug, "openai:gpt-6.1-terra,nosuch:model")
    with pytest.raises(ModelError, match="no business `nobody`"):
        await usher_model(quick, "use", "nobody", "offline")
    assert (await usher_model(quick, "use", slug)).exit_code != 0
    assert (await document(quick, "list"))["tenants"][slug]["models"] is None


async def test_costs_are_told_by_business_and_model(quick: Settings, slug: str, db: Database) -> None:
    conversation = uuid4()
    await spend(db, tenant_id_of(slug), conversation, Spent("a:b", 1000, 50, 0, 2500), Spent("c:d", 7, 0))

    found = await document(quick, "costs", "--tenant", slug, "--conversation", str(conversation))
    assert [(t["model"], t["cost_micros"], t["unpriced"]) for t in found[slug]] == [
        ("a:b", 2500, 0),
        ("c:d", 0, 1),
    ]
    table = (await usher_model(quick, "costs", "--tenant", slug)).stdout
    assert "0.0025" in table
    assert "not known" in table


async def test_a_model_is_tried_with_the_keys_of_this_environment(
    quick: Settings, emulator: Emulator
) -> None:
    await emulator.will(Step(text="ready", input_tokens=20, output_tokens=2), Step(status=401))
    tried = await document(quick, "try", "openai-chat:gpt-5.6-terra")
    assert (tried["text"], tried["tokens"]) == ("ready", 22)
    assert tried["cost_micros"] > 0

    with pytest.raises(ModelNotUsable, match="does not answer"):
        await usher_model(quick, "try", "ollama:llama3.2")
