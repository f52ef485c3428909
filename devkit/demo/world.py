"""What the demo consists of: tenants from a seed, their WhatsApp numbers in the emulator, the settings that join them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr

from devkit.whatsapp.config import Business, Customer, EmulatorConfig
from shared.settings import OPS_PORTS, Settings
from usher.child import ChildSpec, LineSink, Progress
from usher.embedded.ports import choose
from usher.supervisor import SERVICES, Supervisor, drop_line, say_nothing

SEED = Path(__file__).parents[1] / "seeds" / "demo.yaml"
PHONE_PORT = 8090

CUSTOMERS = (
    Customer(wa_id="351912000001", name="Ana Martins"),
    Customer(wa_id="351912000002", name="Bruno Costa"),
    Customer(wa_id="14155550103", name="Chloe Park"),
    Customer(wa_id="447700900104", name="Dev Patel"),
)


@dataclass(frozen=True)
class World:
    """Settings for the services, the emulator's configuration and the seed document that belong together."""

    settings: Settings
    emulator: EmulatorConfig
    seed: dict[str, Any]

    @property
    def phone_url(self) -> str:
        """Where the phone is opened."""
        return f"http://{self.emulator.host}:{self.emulator.port}"

    def emulator_child(self) -> ChildSpec:
        """The emulator as a supervised process; its configuration lies in a private file, not on the command line."""
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        path = self.settings.data_dir / "emulator.json"
        config = self.emulator.model_dump(mode="json")
        config["app_secret"] = self.emulator.app_secret.get_secret_value()
        config["access_token"] = self.emulator.access_token.get_secret_value()
        path.touch(mode=0o600, exist_ok=True)
        path.write_text(json.dumps(config))
        return ChildSpec(
            name="phone",
            arguments=("-m", "devkit.whatsapp", "--config", str(path)),
            ready_url=f"{self.phone_url}/health",
        )


def build_world(
    settings: Settings, *, seed_file: Path = SEED, phone_port: int = PHONE_PORT, **emulator: Any
) -> World:
    """Join `settings` (ports, data folder) with fresh secrets and the emulator. `emulator`: further fields of its config."""
    seed = yaml.safe_load(seed_file.read_text())
    secret, verify, token = (secrets.token_urlsafe(24) for _ in range(3))
    config = EmulatorConfig(
        businesses=tuple(
            Business(name=tenant["name"], **tenant["whatsapp"])
            for tenant in seed["tenants"]
            if "whatsapp" in tenant
        ),
        customers=CUSTOMERS,
        gateway_webhook_url=f"http://127.0.0.1:{settings.http_port}/webhooks/whatsapp",
        app_secret=SecretStr(secret),
        access_token=SecretStr(token),
        port=phone_port,
        **emulator,
    )
    joined = settings.model_copy(
        update={
            "whatsapp_api_url": f"http://127.0.0.1:{phone_port}/{config.api_version}",
            "whatsapp_app_secret": SecretStr(secret),
            "whatsapp_verify_token": SecretStr(verify),
            "whatsapp_access_token": SecretStr(token),
        }
    )
    return World(joined, config, seed)


def private_world(
    data_dir: Path, *, seed_file: Path = SEED, emulator: dict[str, Any] | None = None, **changes: Any
) -> World:
    """A world on free ports and in its own folder, so that it can run beside another one (scripts, tests, benches)."""
    values: dict[str, Any] = {
        "data_dir": data_dir,
        "postgres_port": 0,
        "nats_port": 0,
        "redis_port": 0,
        "http_port": choose(),
        "ops_port": choose(len(OPS_PORTS)),
        "log_format": "json",
        **changes,
    }
    settings = Settings().model_copy(update=values)
    return build_world(settings, seed_file=seed_file, phone_port=choose(), **(emulator or {}))


class DemoSupervisor(Supervisor):
    """`usher up` with the emulator beside it and the tenants of the seed loaded before the services start."""

    def __init__(
        self,
        world: World,
        *,
        services: Sequence[str] = SERVICES,
        progress: Progress = say_nothing,
        on_line: LineSink = drop_line,
    ) -> None:
        """Starts nothing."""
        super().__init__(
            world.settings,
            children=[world.emulator_child()],
            services=services,
            progress=progress,
            on_line=on_line,
        )
        self.world = world
        self._say = progress

    async def start_children(self) -> None:
        """Load the seed, then start the services and the emulator."""
        await load_seed(self.world.seed, self.settings)
        names = ", ".join(tenant["name"] for tenant in self.world.seed["tenants"])
        self._say(f"loaded {names}: classes for the next four weeks")
        await super().start_children()


async def load_seed(document: dict[str, Any], settings: Settings) -> None:
    """Write the tenants of a seed document (again: changes nothing). `settings` carry the servers' URLs."""
    from services.booking.seed import seed as seed_booking
    from services.gateway.seed import seed as seed_gateway

    await seed_booking(document, settings)
    await seed_gateway(document, settings)
