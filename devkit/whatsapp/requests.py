"""How is a JSON body of the phone and control API read? Checked by a model, with an answer that says what is
wrong."""

from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


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
