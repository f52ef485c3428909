"""The published description of the bus is the code's."""

from __future__ import annotations

import json
from pathlib import Path

from shared.asyncapi import document, rendered
from shared.subjects import ROUTES

DOCS = Path(__file__).parents[3] / "docs" / "asyncapi.json"


def test_the_committed_document_is_current() -> None:
    assert DOCS.read_text() == rendered(), "run: python -m shared.asyncapi docs/asyncapi.json"


def test_every_reference_in_it_leads_somewhere() -> None:
    whole = document()

    def references(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [ref for value in node.values() for ref in references(value)]
        return [ref for item in node for ref in references(item)] if isinstance(node, list) else []

    for reference in references(whole):
        place: object = whole
        for token in reference.removeprefix("#/").split("/"):
            assert isinstance(place, dict), reference
            place = place[token.replace("~1", "/")]


def test_every_route_is_sent_and_received() -> None:
    operations = json.dumps(document()["operations"])

    for route in ROUTES:
        assert f".send.{route.message.name}" in operations
        assert f".receive.{route.message.name}" in operations
