"""What does an answer take, in tokens and in money?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic_ai.messages import ModelRequestAttempt, ModelResponse, TextPart
from pydantic_ai.usage import RequestUsage

from services.agent.models.costs import spent_of


def answer(provider: str | None, model: str, usage: RequestUsage, **more: object) -> ModelResponse:
    return ModelResponse([TextPart("hello")], usage=usage, provider_name=provider, model_name=model, **more)  # type: ignore[arg-type]


USAGE = RequestUsage(input_tokens=10_000, output_tokens=1_000, cache_read_tokens=4_000)


def test_a_known_model_has_a_price_in_millionths_of_a_dollar() -> None:
    [spent] = spent_of(answer("openai", "gpt-4o", RequestUsage(input_tokens=10_000, output_tokens=1_000)))

    assert spent.model == "openai:gpt-4o"
    assert spent.cost_micros == 35_000  # $2.50 and $10 a million tokens


def test_tokens_from_the_cache_are_counted_and_cheaper() -> None:
    [cached] = spent_of(answer("openai", "gpt-4o", USAGE))

    assert (cached.input_tokens, cached.cached_tokens, cached.tokens) == (10_000, 4_000, 11_000)
    assert cached.cost_micros == 30_000


@pytest.mark.parametrize(
    ("provider", "model"), [("ollama", "llama3.2"), ("openai", "no-such-model"), (None, "x")]
)
def test_a_model_without_a_known_price_is_counted_in_tokens_only(provider: str | None, model: str) -> None:
    [spent] = spent_of(answer(provider, model, USAGE))

    assert (spent.tokens, spent.cost_micros) == (11_000, None)


def test_what_the_provider_says_it_cost_is_believed() -> None:
    usage = RequestUsage(input_tokens=1, output_tokens=1, cost=Decimal("0.0000125"))

    assert spent_of(answer("openai", "gpt-4o", usage))[0].cost_micros == 13


def test_the_offline_model_takes_nothing() -> None:
    assert spent_of(answer(None, "offline", RequestUsage())) == ()


def test_a_refusal_that_was_paid_for_counts_beside_the_answer_and_a_failure_does_not() -> None:
    def attempt(usage: RequestUsage | None) -> ModelRequestAttempt:
        now = datetime(2026, 11, 22, tzinfo=UTC)
        return ModelRequestAttempt(
            model_name="gpt-4o",
            provider_name="openai",
            outcome="rejected" if usage else "error",
            timestamp=now,
            duration=timedelta(seconds=1),
            usage=usage,
        )

    response = answer(
        "ollama", "llama3.2", USAGE, failed_attempts=[attempt(RequestUsage(input_tokens=7)), attempt(None)]
    )

    assert [(spent.model, spent.tokens) for spent in spent_of(response)] == [
        ("ollama:llama3.2", 11_000),
        ("openai:gpt-4o", 7),
    ]
