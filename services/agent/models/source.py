"""Which model answers for this tenant? Its own chain or the installation's; guards are shared by all of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from pydantic_ai.concurrency import ConcurrencyLimiter
from pydantic_ai.models import Model

from services.agent.models.breaker import Breaker
from services.agent.models.budget import Budget, NoBudget, StoredBudget
from services.agent.models.chain import Allowance, ModelChain
from services.agent.models.choices import Choice, Choices, NoChoices, StoredChoices
from services.agent.models.guarded import GuardedModel, Patience
from services.agent.models.names import SETTING, ModelNotUsable, named_model, names_of, provider_of
from services.agent.offline import OfflineModel
from shared.db import Database, is_transient
from shared.errors import outline
from shared.settings import Settings
from shared.telemetry import get_logger

FRESH_SECONDS = 30.0
"""How old a tenant's choice may be."""


class ModelSource(Protocol):
    """Whoever knows which model answers."""

    async def of(self, tenant_id: UUID) -> Model:
        """The tenant's model: an `OfflineModel`, or anything else behind pydantic-ai's port. Raises nothing."""


class Always:
    """The same model for everybody."""

    def __init__(self, model: Model) -> None:
        self._model = model

    async def of(self, tenant_id: UUID) -> Model:
        """See `ModelSource.of`."""
        return self._model


class Models:
    """The models of an installation and of its tenants.

    Each language model exists once, with one breaker, and each provider has one set of places, whoever asks. Raises
    `ModelNotUsable` for what `settings.llm` names; a tenant's choice that cannot be used is logged, and the
    installation's is taken.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        choices: Choices | None = None,
        budget: Budget | None = None,
        clock: Callable[[], float] = time.monotonic,
        make: Callable[[str, str], Model] = named_model,
    ) -> None:
        self._settings = settings
        self._choices = choices or NoChoices()
        self._budget = budget or NoBudget()
        self._clock = clock
        self._make = make
        self._guarded: dict[str, GuardedModel] = {}
        self._places: dict[str, ConcurrencyLimiter] = {}
        self._chains: dict[tuple[tuple[str, ...], int], Model] = {}
        self._known: dict[UUID, tuple[float, Model]] = {}
        self._default = self._chain(names_of(settings.llm), settings.llm_tenant_tokens, SETTING)

    @classmethod
    def of_settings(cls, settings: Settings, db: Database) -> Models:
        """With choices and budgets from the database. Raises `ModelNotUsable`."""
        budget = StoredBudget(db, conversation_tokens=settings.llm_conversation_tokens)
        return cls(settings, choices=StoredChoices(db), budget=budget)

    async def of(self, tenant_id: UUID) -> Model:
        """See `ModelSource.of`."""
        at, known = self._known.get(tenant_id, (0.0, None))
        now = self._clock()
        if known is not None and now - at < FRESH_SECONDS:
            return known
        try:
            found = self._chosen(await self._choices.of(tenant_id), tenant_id)
        except Exception as error:
            if not is_transient(error):
                raise
            get_logger("agent").warning("model_choice_unknown", error=outline(error))
            return known or self._default
        self._known[tenant_id] = (now, found)
        return found

    async def close(self) -> None:
        """Close the connections to the providers."""
        for model in self._guarded.values():
            # Providers open their HTTP client with the first request; to enter and leave a model closes it.
            async with model:
                pass

    def _chosen(self, choice: Choice, tenant_id: UUID) -> Model:
        if choice == Choice():
            return self._default
        source = f"the models of tenant {tenant_id}"
        settings = self._settings
        tokens = settings.llm_tenant_tokens if choice.tokens_per_day is None else choice.tokens_per_day
        try:
            names = names_of(settings.llm if choice.models is None else choice.models, source)
            return self._chain(names, tokens, source)
        except ModelNotUsable as error:
            get_logger("agent").error("model_choice_not_usable", tenant_id=str(tenant_id), error=str(error))
            return self._chain(names_of(settings.llm), tokens, SETTING)

    def _chain(self, names: tuple[str, ...], tenant_tokens: int, source: str) -> Model:
        if not names:
            return OfflineModel()
        key = (names, tenant_tokens)
        if key not in self._chains:
            self._chains[key] = ModelChain(
                [self._guard(name, source) for name in names],
                budget=self._budget,
                allowance=Allowance(self._settings.turn_deadline_seconds, tenant_tokens),
                clock=lambda: datetime.now(UTC),
            )
        return self._chains[key]

    def _guard(self, name: str, source: str) -> GuardedModel:
        if name not in self._guarded:
            settings = self._settings
            self._guarded[name] = GuardedModel(
                self._make(name, source),
                name,
                breaker=Breaker(
                    self._clock, failures=settings.llm_breaker_failures, pause=settings.llm_breaker_seconds
                ),
                places=self._places.setdefault(
                    provider_of(name), ConcurrencyLimiter(settings.llm_concurrency, name=provider_of(name))
                ),
                patience=Patience(
                    settings.llm_timeout_seconds,
                    settings.llm_retries,
                    settings.llm_max_tokens,
                    settings.llm_breaker_seconds,
                ),
            )
        return self._guarded[name]
