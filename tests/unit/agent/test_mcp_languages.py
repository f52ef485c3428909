"""Are results over MCP in the language that the caller asked for, and in the business's where they asked for none of ours?"""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client

from services.agent.mcp.bearer import Scope
from services.agent.mcp.callers import Caller, People
from services.agent.mcp.languages import LanguageUnknown, accepted, chosen
from services.agent.mcp.server import Request, Serving, build_server
from services.agent.tools import TOOLS, Ports
from shared import ids
from shared.messages.booking import BookSession
from tests.unit.agent.studio import NOW, TENANT, VINYASA, Studio, session, week
from tests.unit.agent.test_agent_mcp import ADDRESS, Directory, agreed, answer, named

SEVEN = session(VINYASA, "2026-11-23 19:00")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt-BR"),
        ("en;q=0.5, fr;q=0.9", "fr"),
        ("ja, it;q=0.3", "it"),
        ("ES", "ES"),
        ("ja, zh;q=0.9", None),
        ("*", None),
        ("*, de;q=0.5", None),
        ("de;q=0, en;q=0", None),
        ("de;q=high", None),
        (",;=;q=1,,", None),
        ("", None),
        (None, None),
    ],
)
def test_the_language_wanted_most_of_those_we_speak_is_the_one(
    header: str | None, language: str | None
) -> None:
    assert accepted(header) == language


def test_a_language_that_is_set_is_one_of_ours_or_is_refused_with_those_there_are() -> None:
    assert chosen("") is None
    assert chosen("en_US") == "en-US"
    with pytest.raises(LanguageUnknown, match="en, es, pt, fr, de, it"):
        chosen("ja")


def speaking(studio: Studio, language: str | None, scope: Scope = "customer") -> Client:
    caller = Caller(TENANT, scope, ADDRESS, b"k" * 32, language)
    counter = iter(range(1000))

    async def who(_request: Request) -> Caller:
        return caller

    people, ports = People(Directory(), named), Ports(studio)
    serving = Serving(TOOLS, ports, who, people, lambda: ids.derive("mcp", next(counter)), lambda: NOW)
    return Client(build_server(serving))


LINES = {
    None: "Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana, €15.00, 4 spots left",
    "en-US": "Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana, €15.00, 4 spots left",  # the business's English
    "es": "Vinyasa Yoga, lun, 23 nov 19:00–20:00 con Ana, 15,00 €, quedan 4 plazas",
    "pt": "Vinyasa Yoga, seg., 23 de nov. 19:00–20:00 com Ana, € 15,00, restam 4 lugares",
    "fr": "Vinyasa Yoga, lun. 23 nov. 19:00–20:00 avec Ana, 15,00 €, il reste 4 places",
    "de": "Vinyasa Yoga, Mo., 23. Nov. 19:00–20:00 mit Ana, 15,00 €, 4 Plätze frei",
    "it": "Vinyasa Yoga, lun 23 nov 19:00–20:00 con Ana, 15,00 €, restano 4 posti",
}
FULL = {
    None: "That class is full.",
    "es": "Esa clase está completa.",
    "de": "Dieser Kurs ist ausgebucht.",
}


@pytest.mark.parametrize("language", LINES)
async def test_what_is_found_and_what_it_costs_is_in_the_language_asked_for(language: str | None) -> None:
    async with speaking(week(), language) as mcp:
        found = await answer(mcp, "find_sessions", what="vinyasa", when="2026-11-23 19:00")
        booked = await agreed(mcp, "book", session_id=str(SEVEN.session_id), party_size=2)

    assert found["sessions"][0]["line"].replace("\xa0", " ") == LINES[language]
    assert booked["status"] == "done"


@pytest.mark.parametrize("language", FULL)
async def test_why_not_is_said_in_that_language_too_with_its_code(language: str | None) -> None:
    studio = week()
    studio.fill(SEVEN)
    async with speaking(studio, language) as mcp:
        shown = await answer(mcp, "book", session_id=str(SEVEN.session_id))
        quoted = await answer(mcp, "quote", session_id=str(SEVEN.session_id))

    assert (shown["status"], shown["code"], shown["sentence"]) == ("refused", "session_full", FULL[language])
    assert (quoted["code"], quoted["sentence"]) == ("session_full", FULL[language])


@pytest.mark.parametrize("when", ["tomorrow at 7pm", "morgen um 19 Uhr", "2026-11-23 19:00"])
async def test_times_are_understood_in_any_language_whatever_was_asked_for(when: str) -> None:
    async with speaking(week(), "de") as mcp:
        found = await answer(mcp, "find_sessions", what="vinyasa", when=when)

    assert [one["session_id"] for one in found["sessions"]] == [str(SEVEN.session_id)]


async def test_a_quote_of_one_language_is_good_in_another_and_the_customer_is_told_in_their_own() -> None:
    studio = week()
    async with speaking(studio, "fr") as french:
        shown = await answer(french, "book", session_id=str(SEVEN.session_id))
    async with speaking(studio, None) as mcp:
        done: dict[str, Any] = await answer(
            mcp, "book", session_id=str(SEVEN.session_id), quote_token=shown["quote_token"]
        )

    assert done["status"] == "done"
    [command] = studio.commands
    assert isinstance(command, BookSession)
    assert command.contact.language is None
