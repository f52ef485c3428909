"""What every race needs: a business of its own, and one or two running instances."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from services.booking.app import BookingService
from shared import subjects
from shared.bus import Bus
from shared.db import Database
from shared.settings import Settings
from tests.integration.booking.conftest import running
from tests.integration.booking.races.arena import Arena
from tests.integration.conftest import eventually


@pytest.fixture
async def arena(quick: Settings, bus: Bus, db: Database) -> Arena:
    """A business of its own, with nothing in it yet."""
    arena = Arena(f"arena-{uuid4().hex[:12]}", bus, db)
    await arena.open()
    return arena


@pytest.fixture(scope="module", params=[1, 2], ids=["one_instance", "two_instances"])
async def instances(request: pytest.FixtureRequest, quick: Settings) -> AsyncIterator[list[BookingService]]:
    """Running booking instances: one, then two that share the partitions."""
    async with running(quick, request.param) as started:
        share = subjects.PARTITIONS // request.param
        await eventually(lambda: all(len(each.partitions) == share for each in started))
        yield started
