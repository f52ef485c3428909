"""Which shapes and lengths may the parts of a message have? Meta's limits on outgoing content, as types."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError


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
            raise PydanticCustomError(
                "rows", f"Total row count exceed max allowed count: 10 (got {len(ids)})"
            )
        if len(set(ids)) < len(ids):
            raise PydanticCustomError("duplicate", "two rows have the same id")
        if len(self.sections) > 1 and not all(section.title for section in self.sections):
            raise PydanticCustomError(
                "section", "section title is required when there is more than one section"
            )
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
        "address_message",
        "call_permission_request",
        "carousel",
        "catalog_message",
        "cta_url",
        "flow",
        "location_request_message",
        "order_details",
        "order_status",
        "product",
        "product_list",
        "request_contact_info",
        "voice_call",
    ]
    body: ShortBody | None = None
    footer: Footer | None = None
    action: dict[str, object] = Field(default_factory=dict)


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
