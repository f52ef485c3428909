"""`usher import` and `usher export` of a business with several channel accounts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import yaml
from click.testing import Result
from pydantic import SecretStr
from typer.testing import CliRunner

from services.gateway.secrets import new_key
from shared.settings import Settings
from usher.cli import app
from usher.environment import child_environment

DOCUMENT = """
tenants:
  - slug: many-channels
    name: Many
    timezone: Europe/Lisbon
    currency: EUR
    whatsapp: {phone_number_id: "900000000000001"}
    channels:
      - channel: echo
        account_id: many
        secrets: {secret: env:MANY_SECRET, token: env:MANY_TOKEN}
        settings: {url: "http://127.0.0.1:1/"}
"""


async def test_a_document_with_channels_comes_back_without_secrets_and_changes_nothing_again(
    database: Settings, tmp_path: Path
) -> None:
    settings = database.model_copy(update={"secrets_key": SecretStr(new_key())})
    environment = {**child_environment(settings, {}), "MANY_SECRET": "s3cret", "MANY_TOKEN": "t0ken"}
    file = tmp_path / "studio.yaml"

    async def usher(*arguments: str) -> Result:
        result = await asyncio.to_thread(CliRunner().invoke, app, list(arguments), env=environment)
        assert result.exit_code == 0, (result.output, result.exception)
        return result

    file.write_text(DOCUMENT)
    first = await usher("import", str(file))
    again = await usher("import", str(file))
    exported = await usher("export", "many-channels")
    file.write_text(exported.stdout)
    back = await usher("import", str(file))
    listed = await usher("channel", "list", "--tenant", "many-channels", "--json")

    assert "+ echo account many" in first.stdout
    assert "+ whatsapp account 900000000000001" in first.stdout
    assert "account" not in again.stdout + back.stdout
    [tenant] = yaml.safe_load(exported.stdout)["tenants"]
    assert tenant["whatsapp"] == {"phone_number_id": "900000000000001"}
    assert tenant["channels"] == [
        {"channel": "echo", "account_id": "many", "settings": {"url": "http://127.0.0.1:1/"}}
    ]
    assert '"token": 1' in listed.stdout
    assert "t0ken" not in exported.stdout + first.stdout + listed.stdout
