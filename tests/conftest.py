"""What may every test ask for? Real servers (one set per xdist worker, started on first use) and settings."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.gateway.secrets import new_key
from shared.settings import CONFIG_FILE_VARIABLE, Settings
from shared.telemetry import configure_logging
from usher.embedded import EmbeddedServers, ServerError

# The developer's own configuration must not reach a test.
for _name in [name for name in os.environ if name.startswith("USHER_")]:
    del os.environ[_name]
os.environ[CONFIG_FILE_VARIABLE] = os.devnull
configure_logging(Settings(log_format="json"))

# Services are started as processes a hundred times, and each would compile all of Usher again; so would pytest the tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Lines are counted by tests that state an example; a property runs the same ones a hundred times, at four times the cost."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("no_cover")


@pytest.fixture(scope="session")
def servers() -> Iterator[EmbeddedServers]:
    """PostgreSQL, NATS and Redis on free ports, not migrated; a test that kills one starts it again."""
    # Not pytest's folder: that is closed to PostgreSQL's user again whenever another pytest starts.
    folder = Path(tempfile.mkdtemp(prefix="usher-tests-"))
    try:
        started = EmbeddedServers(folder)
        started.start()
    except ServerError as error:
        shutil.rmtree(folder, ignore_errors=True)
        if os.environ.get("CI"):
            pytest.fail(f"The embedded servers must work in CI: {error}")
        pytest.skip(f"The embedded servers do not start here: {error}")
    yield started
    started.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def settings(servers: EmbeddedServers) -> Settings:
    """Settings with the URLs of `servers` and secrets for tests."""
    return make_settings(servers)


SECRETS_KEY = new_key()
"""Of this run."""


def make_settings(servers: EmbeddedServers, **changes: object) -> Settings:
    """Settings for `servers`, with `changes` on top."""
    values: dict[str, object] = {
        **servers.urls().settings(),
        "data_dir": servers.folder,
        "whatsapp_app_secret": "test-app-secret",
        "whatsapp_verify_token": "test-verify-token",
        "whatsapp_access_token": "test-access-token",
        "secrets_key": SECRETS_KEY,
        "log_format": "json",
        # A test's few people say more than a person does.
        "sender_per_minute": 1_000_000,
        "tenant_per_second": 1_000_000,
        "ip_per_second": 1_000_000,
    }
    return Settings.model_validate(values | changes)
