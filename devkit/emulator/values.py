"""What are an emulator's values like, and how is one read from a request?"""

from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

Model = TypeVar("Model", bound=BaseModel)


class Frozen(BaseModel):
    """Base of every value of an emulator: immutable, and a misspelled key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


async def model_in(request: web.Request, model: type[Model]) -> Model:
    """The body as `model`. Raises 415 when it is not sent as JSON, 400 with the reasons when it does not fit.

    Asking for the content type keeps other web pages in the developer's browser out: they cannot send it
    unasked.
    """
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send JSON, with Content-Type: application/json.")
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        raise web.HTTPBadRequest(
            text=error.json(include_url=False, include_input=False), content_type="application/json"
        ) from None
