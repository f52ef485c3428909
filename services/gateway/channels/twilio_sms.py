"""Twilio SMS: plain text by the segment, choices by number (twilio.com/docs/messaging, read November 2026).

The account is a number of ours in E.164 (+15550001111), its owner the AccountSid. The owner sets the number's webhook by
hand to {public_url}/webhooks/twilio_sms/<number>#rc=5&rp=all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from services.gateway.channels import Capabilities, Channel, Probe
from services.gateway.channels.defaults import numbered_text
from services.gateway.channels.twilio import TEXT, NumberProbe, Twilio
from services.gateway.channels.twilio_text import economical
from services.gateway.domain.account import ChannelAccount
from shared.settings import Settings

CAPABILITIES: Final = replace(numbered_text(TEXT), echoes=True, billed=True, per_second=1.0)
"""A long code sends a message a second; `rate_per_second` of the account says otherwise (toll-free 3, short code 100)."""


@dataclass(frozen=True)
class TwilioSms(Twilio):
    """The adapter; see `Twilio`."""

    name: str = "twilio_sms"
    capabilities: Capabilities = CAPABILITIES

    def spelled(self, text: str) -> str:
        """Typographic characters that alone would make the message cost more are written plainly."""
        return economical(text)

    def probes(self, account: ChannelAccount) -> tuple[Probe, ...]:
        """See `Channel.probes`: also, is the number ours, and does it send to us?"""
        number = NumberProbe(account.account_id, self.webhook_url(account))
        return (*super().probes(account), number.probe(self._account_url(account), account))


create: Callable[[Settings], Channel] = TwilioSms.from_settings
