"""What may be said to people, and answered by providers? Texts, choices, bodies and answers, drawn by hypothesis."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from shared.messages.conversation import (
    Body,
    Choice,
    ContactRequestBody,
    DocumentBody,
    ImageBody,
    LinkBody,
    LocationRequestBody,
    ReactionBody,
    TemplateBody,
    VoiceBody,
)
from tests.unit.gateway.channels.contract_case import a_file

_LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
TEXT = st.one_of(
    st.text(_LETTERS, max_size=80),
    st.lists(
        st.sampled_from(["a", "see you", "ção", "🧘🏽", "x" * 700, "\n\n", "“”", "日本"]), max_size=40
    ).map(" ".join),
)
SHORT = st.text(_LETTERS, min_size=1, max_size=120).filter(str.strip)
CHOICES = st.lists(
    st.builds(
        Choice,
        choice_id=st.text(
            st.characters(codec="ascii", exclude_categories=["Cc", "Zs"]), min_size=1, max_size=60
        ),
        title=SHORT,
        description=st.none() | SHORT,
    ),
    max_size=35,
    unique_by=lambda choice: choice.choice_id,
)


@st.composite
def other_bodies(draw: st.DrawFn) -> Body:
    """A body of any kind but text and page."""
    text = draw(TEXT)
    word = draw(SHORT)
    url = "https://studio.example/book?day=2026-11-23"
    bodies: list[Body] = [
        DocumentBody(
            file=a_file("application/pdf"),
            filename=f"{word}.pdf",
            caption=draw(st.sampled_from([None, text])),
        ),
        ImageBody(file=a_file("image/jpeg"), caption=draw(st.sampled_from([None, text]))),
        VoiceBody(file=a_file("audio/ogg; codecs=opus"), text=text),
        LinkBody(text=text, label=word, url=url),
        LocationRequestBody(text=text),
        ContactRequestBody(text=text),
        ReactionBody(provider_id="wamid.1", emoji=draw(st.sampled_from(["", "👍"]))),
        TemplateBody(template="booking_confirmed", language="en", parameters=("Ana", word), text=text),
    ]
    return draw(st.sampled_from(bodies))


def _answers() -> st.SearchStrategy[bytes]:
    """JSON answers that look like an error of somebody's, with anything for a code."""
    code: st.SearchStrategy[object] = st.none() | st.integers(-1, 140000) | st.text(max_size=5) | st.just({})
    error = st.fixed_dictionaries({"code": code, "message": code, "error_subcode": code})
    shape = st.one_of(
        st.fixed_dictionaries({"error": error | code}),
        st.fixed_dictionaries({"code": code, "message": code, "status": code}),
        st.fixed_dictionaries(
            {"ok": code, "error_code": code, "description": code, "parameters": code | error}
        ),
        st.fixed_dictionaries({"messages": code | st.lists(code, max_size=2), "result": code, "sid": code}),
        st.lists(code, max_size=2),
    )
    return shape.map(lambda value: json.dumps(value).encode())


ANSWERS = _answers()
