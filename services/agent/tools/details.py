"""The tool `session_details`: what else is known of one session?"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from services.agent.tools.asked import language_of
from services.agent.tools.render import SessionLine, session_line
from services.agent.tools.spec import Args, Ports, Result, ToolCall, ToolSpec, TurnContext
from shared.messages.booking import GetSession


class DetailsArgs(Args):
    """Arguments of `session_details`."""

    session_id: UUID = Field(description="The id of a session from an earlier result.")


class DetailsAnswer(Result):
    """One session. `waiting` is how many wait for a place; `problem` when there is no such session."""

    session: SessionLine | None = None
    description: str | None = None
    location: str | None = None
    online: bool = False
    cancelled: bool = False
    waiting: int = 0
    problem: Literal["not_found"] | None = None


async def session_details(
    ports: Ports, context: TurnContext, args: DetailsArgs, _call: ToolCall
) -> DetailsAnswer:
    """Ask booking; who else comes is never said."""
    found = await ports.bookings.session(GetSession(tenant_id=context.tenant_id, session_id=args.session_id))
    if found.session is None:
        return DetailsAnswer(problem="not_found")
    catalogue = await ports.bookings.catalogue(context.tenant_id)
    return DetailsAnswer(
        session=session_line(found.session, language_of(context, catalogue)),
        description=found.description,
        location=found.location,
        online=found.online,
        cancelled=found.cancelled,
        waiting=found.waiting,
    )


SESSION_DETAILS: ToolSpec[DetailsArgs] = ToolSpec(
    name="session_details",
    description="One session in detail: description, level, place, room, whether online, spots left, how many wait.",
    args=DetailsArgs,
    result=DetailsAnswer,
    run=session_details,
)
