"""What does a phone show of a message? Both directions' payloads turned into one flat shape for page and
scripts."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from devkit.emulator.values import Frozen
from devkit.whatsapp.config import Template
from devkit.whatsapp.limits import body_parameters, fill, parameter_text
from devkit.whatsapp.sends import Send

Json = Mapping[str, object]
MessageStatus = Literal["sending", "sent", "delivered", "read", "failed"]


class Option(Frozen):
    """Something to tap: a button, or a row of a list."""

    id: str
    title: str
    description: str | None = None


class OptionSection(Frozen):
    """Rows of a list under their heading."""

    title: str | None = None
    rows: tuple[Option, ...]


class MediaView(Frozen):
    """A file in a message: `id` for `GET /phone/{business}/{customer}/media/{id}`, `size` in bytes."""

    id: str
    mime_type: str
    size: int
    filename: str | None = None
    voice: bool = False


class Content(Frozen):
    """What is seen of one message. `type` is WhatsApp's; the rest is None or empty where the type has no such
    part.

    `reply_id` is set on a tap (what was tapped), `raw` is the payload itself: the Graph request body for
    messages to the customer, the element of `messages[]` for messages from the customer.
    """

    type: str
    text: str | None = None
    header: str | None = None
    footer: str | None = None
    buttons: tuple[Option, ...] = ()
    list_button: str | None = None
    sections: tuple[OptionSection, ...] = ()
    media: MediaView | None = None
    context: str | None = None
    reply_id: str | None = None
    raw: dict[str, object] = Field(default_factory=dict)


def of_send(send: Send, template: Template | None, media: MediaView | None) -> Content:
    """What the customer sees of a message from the business. `media` is the file it carries, already looked
    up."""
    raw: dict[str, object] = {"type": send.type, send.type: send.content}
    if send.tracker is not None:
        raw["biz_opaque_callback_data"] = send.tracker
    body = send.content if isinstance(send.content, dict) else {}
    base = Content(type=send.type, media=media, context=send.context, raw=raw)
    match send.type:
        case "text":
            return base.model_copy(update={"text": body["body"]})
        case "interactive":
            return base.model_copy(update=_interactive(body))
        case "template":
            return base.model_copy(update=_template(body, template))
        case "reaction":
            return base.model_copy(update={"text": body["emoji"], "context": body["message_id"]})
        case "location":
            return base.model_copy(
                update={"text": f"📍 {body.get('name') or ''} {body.get('address') or ''}".strip()}
            )
        case "contacts":
            return base.model_copy(update={"text": "👤 Contact"})
        case _:
            return base.model_copy(update={"text": body.get("caption")})


def of_message(message: Json, media: MediaView | None) -> Content:
    """What is seen of an element of `messages[]`, including ones sent raw in shapes we do not know."""
    kind = str(message.get("type", "unknown"))
    context, body = _dict(message.get("context")), _dict(message.get(kind))
    content = Content(type=kind, media=media, context=_text(context.get("id")), raw=dict(message))
    if kind == "text":
        return content.model_copy(update={"text": _text(body.get("body"))})
    if kind == "button":
        return content.model_copy(
            update={"text": _text(body.get("text")), "reply_id": _text(body.get("payload"))}
        )
    if kind == "interactive":
        reply = _dict(body.get(str(body.get("type"))))
        update = {"text": _text(reply.get("title")), "reply_id": _text(reply.get("id"))}
        return content.model_copy(update=update)
    return content.model_copy(update={"text": _text(body.get("caption"))})


def _interactive(body: Json) -> dict[str, object]:
    action, header = _dict(body.get("action")), _dict(body.get("header"))
    seen: dict[str, object] = {
        "text": _text(_dict(body.get("body")).get("text")),
        "header": _text(header.get("text")),
        "footer": _text(_dict(body.get("footer")).get("text")),
    }
    if body.get("type") == "button":
        replies = [_dict(button.get("reply")) for button in _dicts(action.get("buttons"))]
        seen["buttons"] = tuple(Option.model_validate(reply) for reply in replies)
    if body.get("type") == "list":
        seen["list_button"] = _text(action.get("button"))
        seen["sections"] = tuple(
            OptionSection.model_validate(section) for section in _dicts(action.get("sections"))
        )
    return seen


def _template(body: Json, template: Template | None) -> dict[str, object]:
    parameters = body_parameters(body)
    if template is None:
        words = ", ".join(parameter_text(parameter) for parameter in parameters)
        return {"text": f"[{body['name']}] {words}".strip()}
    payloads = _quick_reply_payloads(body)
    return {
        "text": fill(template.body, parameters),
        "header": template.header,
        "footer": template.footer,
        "buttons": tuple(
            Option(id=payloads.get(index, title), title=title) for index, title in enumerate(template.buttons)
        ),
    }


def _quick_reply_payloads(body: Json) -> dict[int, str]:
    payloads: dict[int, str] = {}
    for component in _dicts(body.get("components")):
        if str(component.get("type")).lower() == "button":
            for parameter in _dicts(component.get("parameters"))[:1]:
                payloads[int(str(component.get("index", 0)))] = str(parameter.get("payload", ""))
    return payloads


def _dict(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}


def _dicts(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
