"""What is caught of a model's reply in a business where yoga is on Tuesday at half past seven, for €25: a helper of tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic_ai.messages import ModelMessage, TextContent

from services.agent.facts import Facts, facts_of
from services.agent.grounding import made_up
from services.agent.known import Known
from services.agent.reply import Reply
from tests.unit.agent.studio import CATALOGUE

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
TUESDAY: dict[str, Any] = {
    "service": "Vinyasa Yoga",
    "starts": "2026-03-03T19:30",
    "clock": "19:30",
    "day": "Tue 3 Mar",
    "price": "€25.00",
    "price_minor": 2500,
    "line": "Vinyasa Yoga, Tue 3 Mar 19:30–20:30 with Ana, €25.00, 4 spots left",
}
FOUND: dict[str, Any] = {
    "sessions": [TUESDAY],
    "searched_from": "2026-03-02T10:00",
    "searched_before": "2026-03-10T00:00",
}
LANGUAGES = ("en", "es", "pt", "fr", "de", "it")


def facts_in(language: str, **business: object) -> Facts:
    """The studio's facts; `business` are fields of it that are otherwise."""
    told = CATALOGUE.business.model_copy(update={"language": language, "opening_hours": None, **business})
    return facts_of(CATALOGUE.model_copy(update={"business": told}), MONDAY, Known(language=language))


def caught(
    text: str,
    language: str = "en",
    *,
    said: str = "yoga?",
    result: object = FOUND,
    history: list[ModelMessage] | None = None,
    **business: object,
) -> list[str]:
    """The words of a reply that nobody told. `result` is what find_sessions gave, `said` what the customer wrote."""
    results: Any = [("find_sessions", result)]
    facts = facts_in(language, **business)
    return [one.words for one in made_up(Reply(text=text), history or [], TextContent(said), results, facts)]
