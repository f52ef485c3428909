"""What the demo consists of: tenants from a seed, their accounts in the emulators, the settings that join them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, SecretStr

from devkit.demo.channels import connect_bots, messenger_of, telegram_of, twilio_of, with_secrets
from devkit.messenger.config import MessengerConfig
from devkit.telegram.config import EmulatorConfig as TelegramConfig
from devkit.twilio.config import TwilioConfig
from devkit.whatsapp.config import Business, Customer, EmulatorConfig
from shared.settings import OPS_PORTS, Settings
from usher.child import ChildSpec, LineSink, Progress
from usher.embedded.ports import choose
from usher.seeding import seed_all
from usher.supervisor import SERVICES, Supervisor, drop_line, missing_servers, say_nothing

SEED = Path(__file__).parents[1] / "seeds" / "demo.yaml"
PHONE_PORT, TELEGRAM_PORT, TWILIO_PORT, MESSENGER_PORT = 8090, 8091, 8092, 8093

CUSTOMERS = (
    Customer(wa_id="351912000001", name="Ana Martins"),
    Customer(wa_id="351912000002", name="Bruno Costa"),
    Customer(wa_id="14155550103", name="Chloe Park"),
    Customer(wa_id="447700900104", name="Dev Patel"),
)


@dataclass(frozen=True)
class World:
    """Settings for the services, the emulators' configurations and the seed document (with the secrets of this start)
    that belong together. `telegram`, `twilio`, `messenger`: None when no tenant has an account there."""

    settings: Settings
    emulator: EmulatorConfig
    seed: dict[str, Any] = field(repr=False)
    telegram: TelegramConfig | None = None
    twilio: TwilioConfig | None = None
    messenger: MessengerConfig | None = None

    @property
    def phone_url(self) -> str:
        """Where the phone is opened."""
        return f"http://{self.emulator.host}:{self.emulator.port}"

    def emulator_children(self) -> list[ChildSpec]:
        """The emulators as supervised processes."""
        children = [self._child("phone", "whatsapp", self.emulator, "/health")]
        if self.telegram is not None:
            children.append(self._child("telegram", "telegram", self.telegram, "/_control/health"))
        if self.twilio is not None:
            children.append(self._child("twilio", "twilio", self.twilio, "/health"))
        if self.messenger is not None:
            children.append(self._child("messenger", "messenger", self.messenger, "/health"))
        return children

    def _child(
        self,
        name: str,
        package: str,
        config: EmulatorConfig | TelegramConfig | TwilioConfig | MessengerConfig,
        health: str,
    ) -> ChildSpec:
        """An emulator's process; its configuration lies in a private file, not on the command line."""
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        path = self.settings.data_dir / ("emulator.json" if name == "phone" else f"{name}.json")
        path.touch(mode=0o600, exist_ok=True)
        path.write_text(_in_clear(config))
        return ChildSpec(
            name=name,
            arguments=("-m", f"devkit.{package}", "--config", str(path)),
            ready_url=f"http://{config.host}:{config.port}{health}",
        )


def _in_clear(config: BaseModel) -> str:
    """A configuration as JSON, its secrets readable."""

    def plain(value: object) -> str:
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)

    return json.dumps(config.model_dump(), default=plain)


@dataclass(frozen=True)
class Ports:
    """Where the emulators listen."""

    phone: int = PHONE_PORT
    telegram: int = TELEGRAM_PORT
    twilio: int = TWILIO_PORT
    messenger: int = MESSENGER_PORT


def build_world(
    settings: Settings, *, seed_file: Path = SEED, ports: Ports | None = None, **emulator: Any
) -> World:
    """Join `settings` (ports, data folder) with fresh secrets and the emulators. `emulator`: further fields of WhatsApp's."""
    ports = ports or Ports()
    seed = with_secrets(yaml.safe_load(seed_file.read_text()))
    gateway = f"http://127.0.0.1:{settings.http_port}"
    secret, verify, token = (secrets.token_urlsafe(24) for _ in range(3))
    config = EmulatorConfig(
        businesses=tuple(
            Business(name=tenant["name"], **tenant["whatsapp"])
            for tenant in seed["tenants"]
            if "whatsapp" in tenant
        ),
        customers=CUSTOMERS,
        gateway_webhook_url=f"{gateway}/webhooks/whatsapp",
        app_secret=SecretStr(secret),
        access_token=SecretStr(token),
        port=ports.phone,
        **emulator,
    )
    joined = settings.model_copy(
        update={
            "public_url": gateway,
            "whatsapp_api_url": f"http://127.0.0.1:{ports.phone}/{config.api_version}",
            "whatsapp_app_secret": SecretStr(secret),
            "whatsapp_verify_token": SecretStr(verify),
            "whatsapp_access_token": SecretStr(token),
            "telegram_api_url": f"http://127.0.0.1:{ports.telegram}",
            "twilio_api_url": f"http://127.0.0.1:{ports.twilio}",
            "secrets_key": _key_of(settings),
        }
    )
    messenger = messenger_of(seed, ports.messenger, gateway, SecretStr(secret))
    if messenger is not None:
        meta_api_url = f"http://127.0.0.1:{ports.messenger}/{messenger.api_version}"
        joined = joined.model_copy(update={"meta_api_url": meta_api_url})
    telegram, twilio = telegram_of(seed, ports.telegram), twilio_of(seed, ports.twilio, gateway)
    return World(joined, config, seed, telegram, twilio, messenger)


def _key_of(settings: Settings) -> SecretStr | None:
    """The key for the accounts' secrets. Servers that `usher up` starts bring one along; where all are somebody else's,
    a new one is good enough: the secrets are new, too."""
    from services.gateway.secrets import new_key

    if settings.secrets_key or missing_servers(settings):
        return settings.secrets_key
    return SecretStr(new_key())


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
        "ops_port": choose(len(OPS_PORTS) + 10),  # a second instance of booking is ten further on
        "log_format": "json",
        **changes,
    }
    settings = Settings().model_copy(update=values)
    first = choose(4)
    ports = Ports(first, first + 1, first + 2, first + 3)
    return build_world(settings, seed_file=seed_file, ports=ports, **(emulator or {}))


class DemoSupervisor(Supervisor):
    """`usher up` with the emulators beside it and the tenants of the seed loaded before the services start."""

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
            children=world.emulator_children(),
            services=services,
            progress=progress,
            on_line=on_line,
        )
        self.world = world
        self._say = progress

    async def start_children(self) -> None:
        """Load the seed, start the services and the emulators, then connect the bots."""
        await seed_all(self.world.seed, self.settings)
        names = ", ".join(tenant["name"] for tenant in self.world.seed["tenants"])
        self._say(f"loaded {names}: classes for the next four weeks")
        await super().start_children()
        await connect_bots(self.world.seed, self.settings)
