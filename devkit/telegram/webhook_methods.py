"""Who is the bot, and where do its updates go? `getMe`, `setWebhook`, `deleteWebhook`, `getWebhookInfo`."""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from devkit.telegram import updates
from devkit.telegram.config import EmulatorConfig
from devkit.telegram.errors import bad_request
from devkit.telegram.params import Params
from devkit.telegram.sender import WebhookSender
from devkit.telegram.state import BotState

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]*")
_PORTS: Final = frozenset({None, 443, 80, 88, 8443})
_MOST_CONNECTIONS: Final = 100


class WebhookMethods:
    """The handlers by lower-case name. They raise `ApiError`."""

    def __init__(self, config: EmulatorConfig, sender: WebhookSender) -> None:
        self._config = config
        self._sender = sender
        self.table: Mapping[str, Callable[[BotState, Params], object]] = {
            "getme": self.get_me,
            "setwebhook": self.set_webhook,
            "deletewebhook": self.delete_webhook,
            "getwebhookinfo": self.get_webhook_info,
        }

    def get_me(self, bot: BotState, params: Params) -> object:
        """`getMe`."""
        abilities = {"can_join_groups": True, "can_read_all_group_messages": False}
        return {**updates.bot_user(bot.bot), **abilities, "supports_inline_queries": False}

    def set_webhook(self, bot: BotState, params: Params) -> object:
        """`setWebhook`; an empty URL takes it away."""
        url, secret = params.text("url"), params.text("secret_token")
        if not url:
            return self.delete_webhook(bot, params)
        self._check(url)
        if len(secret) > 256:
            raise bad_request("secret token is too long")
        if not _SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        kinds = params.structure("allowed_updates", "can't parse allowed_updates JSON object")
        if kinds is not None and not isinstance(kinds, list):
            raise bad_request("expected an Array of String as allowed_updates")
        connections = min(max(params.number("max_connections") or 40, 1), _MOST_CONNECTIONS)
        if params.flag("drop_pending_updates"):
            self._sender.drop_pending(bot.bot.id)
        allowed = None if kinds is None else frozenset(map(str, kinds))
        self._sender.set_hook(bot.bot.id, url, secret, allowed, connections)
        return True

    def delete_webhook(self, bot: BotState, params: Params) -> object:
        """`deleteWebhook`: updates wait, unless they are to be dropped."""
        if params.flag("drop_pending_updates"):
            self._sender.drop_pending(bot.bot.id)
        self._sender.set_hook(bot.bot.id, "", "", None, 40)
        return True

    def get_webhook_info(self, bot: BotState, params: Params) -> object:
        """`getWebhookInfo`."""
        hook = self._sender.hooks[bot.bot.id]
        told: dict[str, object] = {
            "url": hook.url,
            "has_custom_certificate": False,
            "pending_update_count": hook.pending,
        }
        if hook.last_error is not None:
            told |= {"last_error_date": int(hook.last_error_at), "last_error_message": hook.last_error}
        if hook.url:
            told |= {"max_connections": hook.max_connections, "ip_address": "127.0.0.1"}
        return told | ({"allowed_updates": sorted(hook.allowed)} if hook.allowed_given else {})

    def _check(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise bad_request("invalid webhook URL specified") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise bad_request("invalid webhook URL specified")
        if not self._config.require_https:
            return
        if parts.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if port not in _PORTS:
            raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
