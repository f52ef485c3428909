"""May the business write freely to this person now? If not, by which approved template, or why must it wait? Pure.

Only channels with `window_hours` have a window; it begins with the person's last message, by the provider's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from services.gateway.channels import Capabilities
from services.gateway.channels.degrade import fitting
from shared.messages.conversation import MessageSent, ReactionBody, TemplateBody, TextBody

MARGIN_SECONDS: Final = 60.0
"""The window is taken to end so much earlier: clocks differ, and a message may wait in a queue."""
ANY_PURPOSE: Final = "*"
_PLAIN: Final = Capabilities(4096, 0, 0, 0, 0, 0, 0, 0, 0)


class Template(BaseModel):
    """An approved message of the account: `language` as the channel writes it, or that by the person's language
    (`values["language"]`; the first of them otherwise). `parameters` name `text` or keys of `MessageSent.values`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=512)
    language: str | dict[str, str] = Field(min_length=1)
    parameters: tuple[str, ...] = ()

    def language_for(self, wanted: str | None) -> str:
        """The channel's word for the language to send in."""
        if isinstance(self.language, str):
            return self.language
        return self.language.get(wanted or "") or next(iter(self.language.values()))


Templates = Mapping[str, Template]
_TEMPLATES: Final = TypeAdapter(dict[str, Template])


@dataclass(frozen=True, slots=True)
class Send:
    """The message goes out as it is."""


@dataclass(frozen=True, slots=True)
class AsTemplate:
    """This goes out in its place."""

    body: TemplateBody


@dataclass(frozen=True, slots=True)
class Hold:
    """It waits until the person writes, or a template is there."""

    reason: str


def free_seconds(capabilities: Capabilities) -> float | None:
    """How long after a person's message we write freely, in seconds; None: always."""
    hours = capabilities.window_hours
    return None if hours is None else max(0.0, hours * 3600 - MARGIN_SECONDS)


def templates_of(settings: Mapping[str, object]) -> Templates | str:
    """The templates of an account's settings by purpose, or what is wrong with them."""
    try:
        return _TEMPLATES.validate_python(settings.get("templates") or {})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return (
            f"the account's setting templates is wrong at {'.'.join(map(str, first['loc']))}: {first['msg']}"
        )


def decide(
    message: MessageSent,
    last_inbound_at: datetime | None,
    now: datetime,
    templates: Templates | str,
    capabilities: Capabilities,
) -> Send | AsTemplate | Hold:
    """What to do with a message now. `last_inbound_at` is the person's last message (None: never, or not since the
    provider told us that the window is closed)."""
    seconds = free_seconds(capabilities)
    if seconds is None or isinstance(message.body, TemplateBody):
        return Send()
    if last_inbound_at is not None and last_inbound_at + timedelta(seconds=seconds) > now:
        return Send()
    if isinstance(templates, str):
        return Hold(f"held: {templates}")
    template = templates.get(message.purpose) or templates.get(ANY_PURPOSE)
    if template is None or isinstance(message.body, ReactionBody):
        return Hold(f"held: no template for {message.purpose}")
    return _filled(template, message)


def _filled(template: Template, message: MessageSent) -> AsTemplate | Hold:
    said = fitting(message.body, _PLAIN)
    text = said.text if isinstance(said, TextBody) else ""
    known = {**message.values, "text": text}
    missing = [name for name in template.parameters if not known.get(name, "").strip()]
    if missing:
        return Hold(
            f"held: template {template.name} needs {', '.join(missing)}, which the message does not have"
        )
    return AsTemplate(
        TemplateBody(
            template=template.name,
            language=template.language_for(message.values.get("language")),
            parameters=tuple(known[name] for name in template.parameters),
            text=text,
        )
    )
