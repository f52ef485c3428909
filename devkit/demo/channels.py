"""What do the demo's channels beside WhatsApp consist of? Fresh secrets for a seed's accounts, and the emulators to match.

A seed names the accounts and no secrets: those are made at each start, for the gateway and for the emulator at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr

from devkit.messenger.config import Account as MetaAccount
from devkit.messenger.config import MessengerConfig
from devkit.telegram.config import Bot
from devkit.telegram.config import EmulatorConfig as TelegramConfig
from devkit.twilio.config import Number, TwilioConfig
from shared.errors import UsherError
from shared.settings import Settings

if TYPE_CHECKING:
    from services.gateway.domain.account import ChannelAccount

Account = dict[str, Any]
"""One entry of a tenant's `channels`, as `services.gateway.seed` reads it."""
Seed = dict[str, Any]

TWILIO: Final = ("twilio_sms", "twilio_whatsapp")
META: Final = ("messenger", "instagram")
_MADE: Final[Mapping[str, Callable[[Account], dict[str, str]]]] = {
    "telegram": lambda account: {
        "bot_token": f"{account['account_id']}:{secrets.token_urlsafe(26)}",
        "webhook_secret": secrets.token_urlsafe(32),
    },
    "webchat": lambda account: {"visitor_secret": secrets.token_hex(32)},
    "messenger": lambda account: {"page_token": secrets.token_urlsafe(32)},
    "instagram": lambda account: {"page_token": secrets.token_urlsafe(32)},
    "echo": lambda account: {"secret": secrets.token_hex(32), "token": secrets.token_hex(32)},
}


def accounts(seed: Seed, *channels: str) -> Iterator[Account]:
    """The accounts of a seed document on these channels (all, when none is named)."""
    for tenant in seed["tenants"]:
        for account in tenant.get("channels", ()):
            if not channels or account["channel"] in channels:
                yield account


def with_secrets(seed: Seed) -> Seed:
    """The seed document with secrets for the accounts that say none; all Twilio numbers belong to one Twilio account."""
    sid, token = f"AC{secrets.token_hex(16)}", secrets.token_hex(16)

    def filled(account: Account) -> Account:
        channel = account["channel"]
        if channel in TWILIO:
            return {"owner_id": sid, "secrets": {"auth_token": token}} | account
        made = _MADE.get(channel)
        return ({"secrets": made(account)} if made else {}) | account

    tenants = [
        tenant | {"channels": [filled(one) for one in tenant["channels"]]} if "channels" in tenant else tenant
        for tenant in seed["tenants"]
    ]
    return seed | {"tenants": tenants}


def telegram_of(seed: Seed, port: int) -> TelegramConfig | None:
    """The emulator that has the seed's bots; None when there are none."""
    bots = tuple(
        Bot(
            token=SecretStr(account["secrets"]["bot_token"]),
            username=account.get("display_number") or f"bot_{account['account_id']}",
        )
        for account in accounts(seed, "telegram")
    )
    return TelegramConfig(bots=bots, port=port) if bots else None


def twilio_of(seed: Seed, port: int, public_url: str) -> TwilioConfig | None:
    """The emulator that has the seed's numbers, each with its webhook at `public_url`; None when there are none."""
    found = list(accounts(seed, *TWILIO))
    if not found:
        return None
    numbers = tuple(
        Number(
            number=one["account_id"],
            channel="sms" if one["channel"] == "twilio_sms" else "whatsapp",
            webhook_url=f"{public_url}/webhooks/{one['channel']}/{one['account_id']}#rc=5&rp=all",
        )
        for one in found
    )
    token = SecretStr(found[0]["secrets"]["auth_token"])
    return TwilioConfig(account_sid=found[0]["owner_id"], auth_token=token, numbers=numbers, port=port)


def messenger_of(seed: Seed, port: int, public_url: str, app_secret: SecretStr) -> MessengerConfig | None:
    """The emulator that has the seed's pages and profiles, each with its webhook at `public_url`; None when there are none."""
    found = tuple(
        MetaAccount(
            account_id=one["account_id"],
            page_token=SecretStr(one["secrets"]["page_token"]),
            platform=one["channel"],
            webhook_url=f"{public_url}/webhooks/{one['channel']}",
        )
        for one in accounts(seed, *META)
    )
    return MessengerConfig(accounts=found, app_secret=app_secret, port=port) if found else None


async def connect_bots(seed: Seed, settings: Settings) -> None:
    """Tell (the emulated) Telegram where the bots' updates go, as `usher channel add --connect` does.

    Raises `UsherError` when Telegram does not take it.
    """
    from services.gateway.channels import load
    from services.gateway.provider_check import connect, webhook_url
    from services.gateway.sender import Caller

    bots: list[ChannelAccount] = telegram_accounts(seed)
    if not bots:
        return
    adapter, caller = load("telegram", settings), Caller()
    await caller.start()
    try:
        for bot in bots:
            findings = await connect(adapter, bot, webhook_url(adapter, bot, settings), caller)
            for finding in findings:
                if finding.problem:
                    raise UsherError(f"The bot {bot.account_id} was not connected: {finding.problem}")
    finally:
        await caller.stop()


def telegram_accounts(seed: Seed) -> list[ChannelAccount]:
    """The seed's bots as the gateway knows them."""
    from services.gateway.seed import accounts_of

    return [account for account in accounts_of(seed) if account.channel == "telegram"]
