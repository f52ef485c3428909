"""WhatsApp by way of Twilio: text with numbered choices, and content templates (twilio.com/docs/whatsapp, read November 2026).

The account is the WhatsApp sender's number in E.164, its owner the AccountSid; addresses are `whatsapp:+1555…` or
`whatsapp:US.1349…` (a person with a user name). Buttons and lists would each need a content template made beforehand, so
choices are numbered; a `TemplateBody` whose name is a ContentSid (HX…) goes out as that template.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from services.gateway.channels import Capabilities, Channel
from services.gateway.channels.defaults import numbered_text
from services.gateway.channels.twilio import TEXT, Twilio
from services.gateway.channels.twilio_payloads import WHATSAPP
from shared.settings import Settings

CAPABILITIES: Final = replace(
    numbered_text(TEXT),
    kinds=frozenset({"text", "template"}),
    echoes=True,
    window_hours=24.0,
    billed=True,
    per_second=80.0,
    pair_seconds=6.0,
    pair_burst=45,
)
"""Windows and the limit per person are WhatsApp's own; Twilio adds none."""


@dataclass(frozen=True)
class TwilioWhatsApp(Twilio):
    """The adapter; see `Twilio`."""

    name: str = "twilio_whatsapp"
    prefix: str = WHATSAPP
    capabilities: Capabilities = CAPABILITIES


create: Callable[[Settings], Channel] = TwilioWhatsApp.from_settings
