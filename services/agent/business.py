"""Which language does a business speak? The catalogue's, in time; English when nobody says."""

from __future__ import annotations

import asyncio
from uuid import UUID

from services.agent.phrases import DEFAULT
from services.agent.tools.spec import Bookings
from shared.db import is_transient

_PATIENCE_SECONDS = 1.0


async def language_of_business(bookings: Bookings, tenant_id: UUID) -> str:
    """The business's language (BCP 47), to be written in when no customer says another."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return (await bookings.catalogue(tenant_id)).business.language
    except Exception as error:
        if not is_transient(error):
            raise
        return DEFAULT
