"""What do all tests of the language share? Rules compiled ahead, so that no example pays for it against its deadline."""

from __future__ import annotations

import pytest

from services.agent.language import warm


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> None:
    warm()
