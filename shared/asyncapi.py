"""The bus as an AsyncAPI 3.0 document, generated from the table of routes and the message classes.

`python -m shared.asyncapi docs/asyncapi.json` writes it; a test compares the committed file.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared import subjects
from shared.messages import booking, conversation, media, receipts
from shared.messages.envelope import Message
from shared.subjects import ROUTES, Route

_REF = "#/components/schemas/{model}"


def answer_class(name: str) -> type[BaseModel]:
    """The class of an answer named in a route. Raises KeyError for an unknown one."""
    for module in (booking, conversation, media, receipts):
        found = getattr(module, name, None)
        if isinstance(found, type) and issubclass(found, BaseModel):
            return found
    raise KeyError(name)


def document() -> dict[str, Any]:
    """The whole AsyncAPI document."""
    models = {route.message for route in ROUTES} | {answer_class(r.answer) for r in ROUTES if r.answer}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, definitions = models_json_schema([(model, "validation") for model in ordered], ref_template=_REF)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Usher's bus",
            "version": importlib.metadata.version("usher"),
            "description": "Generated from shared/subjects.py and shared/messages. Ordered streams carry a partition "
            f"token that the server adds (1 of {subjects.PARTITIONS}); publishers leave it out. Every message has the "
            "headers Usher-Id (stays the same over repeats), Usher-From (whose outbox waits for a receipt) and traceparent.",
        },
        "defaultContentType": "application/json",
        "channels": {_channel_id(route): _channel(route) for route in ROUTES},
        "operations": {name: operation for route in ROUTES for name, operation in _operations(route).items()},
        "components": {
            "messages": {model.__name__: _message(model) for model in ordered},
            "schemas": definitions["$defs"],
        },
    }


def _channel_id(route: Route) -> str:
    return route.message.name


def _channel(route: Route) -> dict[str, Any]:
    names = re.findall(r"<(\w+)>", route.subject)
    channel: dict[str, Any] = {
        "address": re.sub(r"<(\w+)>", r"{\1}", route.subject),
        "messages": {route.message.__name__: {"$ref": f"#/components/messages/{route.message.__name__}"}},
        "description": f"Stream {route.stream}." if route.stream else "Core request/reply.",
    }
    if route.answer:
        channel["messages"][route.answer] = {"$ref": f"#/components/messages/{route.answer}"}
    if names:
        channel["parameters"] = {name: {"description": f"The {name}"} for name in names}
    return channel


def _operations(route: Route) -> dict[str, Any]:
    channel = {"$ref": f"#/channels/{_channel_id(route)}"}
    message = [{"$ref": f"#/channels/{_channel_id(route)}/messages/{route.message.__name__}"}]
    operations: dict[str, Any] = {}
    for publisher in route.publisher.split(", "):
        operations[f"{publisher}.send.{route.message.name}"] = {
            "action": "send", "channel": channel, "messages": message,
        }  # fmt: skip
    for subscriber in route.subscribers:
        operation: dict[str, Any] = {"action": "receive", "channel": channel, "messages": message}
        if route.answer:
            operation["reply"] = {
                "channel": channel,
                "messages": [{"$ref": f"#/channels/{_channel_id(route)}/messages/{route.answer}"}],
            }
        operations[f"{subscriber}.receive.{route.message.name}"] = operation
    return operations


def _message(model: type[BaseModel]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": model.name if issubclass(model, Message) else model.__name__,
        "summary": (model.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " "),
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
    }
    if issubclass(model, Message):
        described["x-version"] = model.version
    return described


def rendered() -> str:
    """The document as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(rendered())
