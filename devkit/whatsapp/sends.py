"""Is this a message Meta would accept? What `POST /{phone_number_id}/messages` checks before anything is
sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from devkit.whatsapp.errors import GraphError
from devkit.whatsapp.shapes import (
    Audio,
    Captioned,
    Context,
    Document,
    Interactive,
    Location,
    MediaRef,
    Reaction,
    Shape,
    TemplateRef,
    Text,
)


class Common(Shape):
    """What every send has around its content."""

    messaging_product: Literal["whatsapp"]
    recipient_type: Literal["individual"] = "individual"
    to: str | None = Field(default=None, pattern=r"^[+\d][\d\s().-]{4,30}$")
    recipient: str | None = Field(default=None, pattern=r"^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$")
    type: str = "text"
    context: Context | None = None
    biz_opaque_callback_data: str | None = Field(default=None, max_length=512)

    @model_validator(mode="after")
    def _addressed(self) -> Self:
        if self.to is None and self.recipient is None:
            raise PydanticCustomError("missing", "The parameter 'to' is required")
        return self


CONTENTS: Final[Mapping[str, TypeAdapter[object]]] = {
    "text": TypeAdapter(Text),
    "audio": TypeAdapter(Audio),
    "document": TypeAdapter(Document),
    "image": TypeAdapter(Captioned),
    "video": TypeAdapter(Captioned),
    "sticker": TypeAdapter(MediaRef),
    "interactive": TypeAdapter(Interactive),
    "template": TypeAdapter(TemplateRef),
    "location": TypeAdapter(Location),
    "reaction": TypeAdapter(Reaction),
    "contacts": TypeAdapter(Annotated[tuple[dict[str, object], ...], Field(min_length=1, max_length=257)]),
}


@dataclass(frozen=True, slots=True)
class Send:
    """A checked send. `to` is digits or None, `recipient` a business-scoped user id; `content` is the body
    under `type`."""

    type: str
    content: object
    to: str | None
    recipient: str | None
    context: str | None
    tracker: str | None

    @property
    def media(self) -> tuple[str | None, str | None]:
        """(media id, link) of a send that carries a file, else (None, None)."""
        if self.type in ("audio", "document", "image", "video", "sticker") and isinstance(
            self.content, Mapping
        ):
            return self.content.get("id"), self.content.get("link")
        return None, None


def check_send(body: object) -> Send:
    """The message in a request body.

    Raises GraphError as Meta would: 100 (unknown or missing product, type, key; text too long), 131008
    (something is missing), 131009 (a value is not valid).
    """
    if not isinstance(body, dict):
        raise GraphError(100, "The request body must be a JSON object.")
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    kind = body.get("type", "text")
    if not isinstance(kind, str) or kind not in CONTENTS:
        raise GraphError(
            100, f"Param type must be one of {{{', '.join(sorted(CONTENTS)).upper()}}} - got {kind!r}."
        )
    if kind not in body:
        raise GraphError(131008, f"Parameter '{kind}' is mandatory for type '{kind}'.")
    try:
        common = Common.model_validate({key: value for key, value in body.items() if key != kind})
        CONTENTS[kind].validate_python(body[kind])
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        inside = () if "Common" in error.title else (kind,)
        raise _refusal(first, inside) from None
    digits = "".join(character for character in common.to or "" if character.isdigit())
    return Send(
        type=kind,
        content=body[kind],
        to=digits or None,
        recipient=common.recipient,
        context=common.context.message_id if common.context else None,
        tracker=common.biz_opaque_callback_data,
    )


def _refusal(first: ErrorDetails, inside: tuple[str, ...]) -> GraphError:
    steps = [*inside, *_without_tags(first["loc"], inside)]
    path = str(steps[0]) + "".join(f"[{step!r}]" for step in steps[1:]) if steps else "body"
    match first["type"]:
        case "missing":
            return GraphError(131008, f"Parameter {path} is required.")
        case "extra_forbidden":
            return GraphError(100, f'Unexpected key "{steps[-1]}" on param "{path}".')
        case "string_too_long" if inside == ("text",):
            return GraphError(100, "Param text['body'] must be at most 4096 characters long.")
        case _:
            return GraphError(131009, f"Param {path}: {first['msg']}")


def _without_tags(loc: tuple[int | str, ...], inside: tuple[str, ...]) -> list[int | str]:
    # pydantic puts the tag of a union ("button", a header's "text") into its path; the body has no such step.
    steps = list(loc)
    if inside == ("interactive",) and steps:
        tag = steps.pop(0)
        if tag == "button" and steps[:1] == ["header"]:
            del steps[1:2]
    return steps
