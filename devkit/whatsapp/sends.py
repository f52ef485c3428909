"""Is this a message Meta would accept? The shapes and limits of `POST /{phone_number_id}/messages`, as types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from devkit.whatsapp.errors import GraphError


def _units(low: int, high: int) -> AfterValidator:
    """Length in UTF-16 units, the strictest reading of Meta's "characters": an emoji counts as two."""

    def check(value: str) -> str:
        units = len(value.encode("utf-16-le", "surrogatepass")) // 2
        if not low <= units <= high:
            raise PydanticCustomError("length", f"length invalid. Min length: {low}, Max length: {high}")
        return value

    return AfterValidator(check)


class Shape(BaseModel):
    """Base of every body part: a key Meta does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Shape):
    """`text`."""

    body: str = Field(min_length=1, max_length=4096)
    preview_url: bool = False


class MediaRef(Shape):
    """A file by uploaded `id` or by `link`, never both."""

    id: str | None = None
    link: str | None = Field(default=None, pattern=r"^https?://")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.id is None) == (self.link is None):
            raise PydanticCustomError("source", "exactly one of 'id' and 'link' is required")
        return self


class Audio(MediaRef):
    """`audio`; `voice` makes it a voice note."""

    voice: bool = False


class Captioned(MediaRef):
    """`image` and `video`."""

    caption: str | None = Field(default=None, max_length=1024)


class Document(Captioned):
    """`document`."""

    filename: str | None = Field(default=None, max_length=240)


class TextHeader(Shape):
    """A header of words: the only one a list may have."""

    type: Literal["text"]
    text: str = Field(min_length=1, max_length=60)


class MediaHeader(Shape):
    """A header of a picture, a film or a file."""

    type: Literal["image", "video", "document"]
    image: MediaRef | None = None
    video: MediaRef | None = None
    document: Document | None = None


class Footer(Shape):
    """`interactive.footer`."""

    text: str = Field(min_length=1, max_length=60)


class ShortBody(Shape):
    """The body of buttons and the like."""

    text: str = Field(min_length=1, max_length=1024)


class ListBody(Shape):
    """The body of a list."""

    text: str = Field(min_length=1, max_length=4096)


class Reply(Shape):
    """What a reply button shows and sends back."""

    id: str = Field(min_length=1, max_length=256)
    title: Annotated[str, _units(1, 20)]


class Button(Shape):
    """One reply button."""

    type: Literal["reply"]
    reply: Reply


class ButtonAction(Shape):
    """One to three buttons, told apart by id and by title."""

    buttons: tuple[Button, ...] = Field(min_length=1, max_length=3)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        for field in ("id", "title"):
            values = [getattr(button.reply, field) for button in self.buttons]
            if len(set(values)) < len(values):
                raise PydanticCustomError("duplicate", f"two buttons have the same {field}")
        return self


class ButtonMessage(Shape):
    """`interactive` of type `button`."""

    type: Literal["button"]
    header: Annotated[TextHeader | MediaHeader, Field(discriminator="type")] | None = None
    body: ShortBody
    footer: Footer | None = None
    action: ButtonAction


class Row(Shape):
    """One row of a list."""

    id: str = Field(min_length=1, max_length=200)
    title: Annotated[str, _units(1, 24)]
    description: Annotated[str, _units(0, 72)] | None = None


class Section(Shape):
    """Rows under a heading."""

    title: Annotated[str, _units(0, 24)] | None = None
    rows: tuple[Row, ...] = Field(min_length=1)


class ListAction(Shape):
    """Up to ten sections, ten rows in all, headings when there is more than one section."""

    button: Annotated[str, _units(1, 20)]
    sections: tuple[Section, ...] = Field(min_length=1, max_length=10)

    @model_validator(mode="after")
    def _rows(self) -> Self:
        ids = [row.id for section in self.sections for row in section.rows]
        if len(ids) > 10:
            raise PydanticCustomError("rows", f"Total row count exceed max allowed count: 10 (got {len(ids)})")
        if len(set(ids)) < len(ids):
            raise PydanticCustomError("duplicate", "two rows have the same id")
        if len(self.sections) > 1 and not all(section.title for section in self.sections):
            raise PydanticCustomError("section", "section title is required when there is more than one section")
        return self


class ListMessage(Shape):
    """`interactive` of type `list`."""

    type: Literal["list"]
    header: TextHeader | None = None
    body: ListBody
    footer: Footer | None = None
    action: ListAction


class OtherInteractive(BaseModel):
    """The interactive kinds Usher does not use: only their common part is checked."""

    model_config = ConfigDict(frozen=True, extra="allow")
    type: Literal[
        "cta_url", "flow", "location_request_message", "request_contact_info", "address_message", "carousel",
        "product", "product_list", "catalog_message", "order_details", "order_status", "call_permission_request",
        "voice_call",
    ]  # fmt: skip
    body: ShortBody | None = None
    footer: Footer | None = None
    action: dict[str, object] = {}


Interactive = Annotated[ButtonMessage | ListMessage | OtherInteractive, Field(discriminator="type")]


class Language(Shape):
    """`template.language`."""

    code: str = Field(min_length=2)
    policy: Literal["deterministic"] | None = None


class Component(BaseModel):
    """A header, body, button, … of a template with its parameters."""

    model_config = ConfigDict(frozen=True, extra="allow")
    type: str
    parameters: tuple[dict[str, object], ...] = ()


class TemplateRef(Shape):
    """`template`."""

    name: str = Field(min_length=1, max_length=512)
    language: Language
    components: tuple[Component, ...] = ()


class Location(Shape):
    """`location`."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    name: str | None = None
    address: str | None = None


class Reaction(Shape):
    """`reaction`; an empty emoji takes it back."""

    message_id: str = Field(min_length=1)
    emoji: str


class Context(Shape):
    """The message this one answers."""

    message_id: str = Field(min_length=1)


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
    """A checked send. `to` is digits or None, `recipient` a business-scoped user id; `content` is the body under `type`."""

    type: str
    content: object
    to: str | None
    recipient: str | None
    context: str | None
    tracker: str | None

    @property
    def media(self) -> tuple[str | None, str | None]:
        """(media id, link) of a send that carries a file, else (None, None)."""
        if self.type in ("audio", "document", "image", "video", "sticker") and isinstance(self.content, Mapping):
            return self.content.get("id"), self.content.get("link")
        return None, None


def check_send(body: object) -> Send:
    """The message in a request body.

    Raises GraphError as Meta would: 100 (unknown or missing product, type, key; text too long), 131008 (something is
    missing), 131009 (a value is not valid).
    """
    if not isinstance(body, dict):
        raise GraphError(100, "The request body must be a JSON object.")
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    kind = body.get("type", "text")
    if kind not in CONTENTS:
        raise GraphError(100, f"Param type must be one of {{{', '.join(sorted(CONTENTS)).upper()}}} - got {kind!r}.")
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
