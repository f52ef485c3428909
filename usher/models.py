"""Which models do businesses have, and what did their answers take? The work behind `usher model`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

from services.agent.models.choices import Choice, StoredChoices
from services.agent.models.costs import Total, spent_of, totals
from services.agent.models.names import ModelNotUsable, named_model, names_of
from shared.errors import UsherError, outline
from shared.ids import tenant_id_of

if TYPE_CHECKING:
    from shared.db import Database
    from shared.settings import Settings


class ModelError(UsherError):
    """What was asked for cannot be done; says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How a model did with one small request: its words, seconds, tokens, and its price (None: not known)."""

    model: str
    text: str
    seconds: float
    tokens: int
    cost_micros: int | None


@dataclass(frozen=True, slots=True)
class ModelDesk:
    """The models of an installation: its own (`default`), and those of its tenants by slug."""

    db: Database
    settings: Settings
    slugs: Mapping[UUID, str]

    async def choices(self) -> dict[str, Choice]:
        """Every tenant's choice, by slug; empty ones for those that have none."""
        stored = StoredChoices(self.db)
        return {slug: await stored.of(tenant_id) for tenant_id, slug in sorted(self.slugs.items(), key=str)}

    async def choose(self, slug: str, models: str | None, tokens_per_day: int | None) -> Choice:
        """Give a tenant models, a budget, or both of its own; what is None stays. Its choice now.

        Raises `ModelError`, and `ModelNotUsable` for a name.
        """
        for name in names_of(models, "MODELS") if models is not None else ():
            named_model(name, "MODELS")
        stored = StoredChoices(self.db)
        now = await stored.of(self._tenant(slug))
        choice = Choice(
            now.models if models is None else models,
            now.tokens_per_day if tokens_per_day is None else tokens_per_day,
        )
        await stored.choose(self._tenant(slug), choice)
        return choice

    async def reset(self, slug: str) -> None:
        """Let a tenant have the installation's models and budget. Raises `ModelError`."""
        await StoredChoices(self.db).choose(self._tenant(slug), Choice())

    async def costs(
        self, since: datetime, slug: str | None = None, conversation_id: UUID | None = None
    ) -> dict[str, list[Total]]:
        """What answers took since then (aware), by tenant and model; tenants without any are left out."""
        tenants = {self._tenant(slug): slug} if slug else self.slugs
        found = {
            name: await totals(self.db, tenant, since, conversation_id) for tenant, name in tenants.items()
        }
        return {name: found[name] for name in sorted(found) if found[name]}

    def _tenant(self, slug: str) -> UUID:
        tenant_id = tenant_id_of(slug)
        if tenant_id not in self.slugs:
            known = (
                ", ".join(sorted(self.slugs.values())[:10]) or "none yet: `usher import` its document first"
            )
            raise ModelError(f"There is no business `{slug}`. There are: {known}.")
        return tenant_id


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[ModelDesk]:
    """The desk of the configured database."""
    from shared.db import Database

    db = await Database.open(settings.database_url or "", size=2, name="usher model")
    try:
        async with db.system() as connection:
            rows = await connection.fetch("SELECT slug FROM booking.tenants")
        yield ModelDesk(db, settings, {tenant_id_of(row["slug"]): str(row["slug"]) for row in rows})
    finally:
        await db.close()


async def try_model(name: str) -> Tried:
    """Ask a model for a word, with the variables of this process. Raises `ModelNotUsable` when it does not answer."""
    from pydantic_ai.direct import model_request
    from pydantic_ai.messages import ModelRequest
    from pydantic_ai.settings import ModelSettings

    model = named_model(name, "MODEL")
    began = monotonic()
    try:
        async with model:
            response = await model_request(
                model,
                [ModelRequest.user_text_prompt("Answer with the one word: ready")],
                model_settings=ModelSettings(max_tokens=1024, max_retries=0, request_timeout=60),
            )
    except Exception as error:
        raise ModelNotUsable(f"{name} does not answer: {outline(error)}: {str(error)[:300]}") from error
    spent = spent_of(response)
    return Tried(
        name,
        (response.text or "").strip(),
        monotonic() - began,
        sum(one.tokens for one in spent),
        spent[0].cost_micros if spent else None,
    )
