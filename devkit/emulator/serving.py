"""What is every emulator as a web application? Its parts run while it does, and other web pages are kept out."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware


class Api(Protocol):
    """Handlers of some paths."""

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""


class Part(Protocol):
    """What runs as long as the emulator."""

    async def start(self) -> None:
        """Begin."""

    async def close(self) -> None:
        """End."""


def application(
    apis: Sequence[Api], parts: Sequence[Part], *, most_bytes: int, errors: Sequence[Middleware] = ()
) -> web.Application:
    """These APIs; requests of up to `most_bytes`. `errors` make answers of what the handlers raise."""

    async def running(app: web.Application) -> AsyncIterator[None]:
        for part in parts:
            await part.start()
        yield
        for part in reversed(parts):
            await part.close()

    app = web.Application(client_max_size=most_bytes, middlewares=[only_own_pages, *errors])
    app.cleanup_ctx.append(running)
    for api in apis:
        app.router.add_routes(api.routes())
    return app


@web.middleware
async def only_own_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what other web pages in the developer's browser send here: the customer API has no sign-in."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text="This development tool answers only its own page.")
    return await handler(request)
