"""What Meta accepts and refuses: shapes, lengths, files, rates, window, templates."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devkit.whatsapp import limits
from devkit.whatsapp.config import Template
from devkit.whatsapp.errors import GraphError
from devkit.whatsapp.sends import Send, check_send

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "whatsapp_send"
# Not sends Meta would take as they stand: a list without its type, a read mark, placeholders for the number.
NOT_SENDS = ("reply_to_list_message", "typing_indicator", "order_details", "order_status")


def check(**body: object) -> Send:
    return check_send({"messaging_product": "whatsapp", "to": "+351 911 000 001", **body})


def refused(**body: object) -> int:
    with pytest.raises(GraphError) as caught:
        check(**body)
    return caught.value.code


def buttons(*titles: str, body: str = "Which?", **more: object) -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": str(i), "title": title}} for i, title in enumerate(titles)]
    inner = {"type": "button", "body": {"text": body}, "action": {"buttons": replies}, **more}
    return {"type": "interactive", "interactive": inner}


def rows(*titles: str, description: str = "d", button: str = "Times", sections: int = 1) -> dict[str, Any]:
    made = [{"id": f"r{i}", "title": title, "description": description} for i, title in enumerate(titles)]
    parts = [{"title": f"s{i}", "rows": made[i::sections]} for i in range(sections)]
    inner = {"type": "list", "body": {"text": "Pick"}, "action": {"button": button, "sections": parts}}
    return {"type": "interactive", "interactive": inner}


SENDS = [path for path in sorted(RECORDED.glob("*.json")) if not any(word in path.name for word in NOT_SENDS)]


@pytest.mark.parametrize("path", SENDS or [None], ids=lambda p: p.stem if p else "absent")
def test_every_recorded_send_is_accepted(path: Path | None) -> None:
    if path is None:
        pytest.skip("the recorded sends of shared/data/whatsapp_send are not here")
    body = json.loads(path.read_text().replace("{{Recipient-Phone-Number}}", "351911000001"))
    content = body[body.get("type", "text")]
    if "link" in content:
        content["link"] = "https://example.org/file"
    assert check_send(body).to is not None


def test_the_number_is_read_as_digits() -> None:
    assert check(text={"body": "hi"}).to == "351911000001"


def test_a_text_may_have_4096_characters_and_no_more() -> None:
    assert check(text={"body": "x" * 4096}).type == "text"
    assert refused(text={"body": "x" * 4097}) == 100
    assert refused(text={"body": ""}) == 131009


def test_a_missing_product_type_or_part_has_its_own_code() -> None:
    with pytest.raises(GraphError) as caught:
        check_send({"to": "351911000001", "text": {"body": "hi"}})
    assert caught.value.code == 100
    assert refused(type="carrier_pigeon") == 100
    assert refused(type="interactive") == 131008
    assert refused(text={}) == 131008
    assert refused(text={"body": "hi", "colour": "red"}) == 100
    assert refused(to=None, text={"body": "hi"}) == 131008


def test_three_buttons_of_20_units_are_the_most() -> None:
    assert check(**buttons("a" * 20, "b", "c")).type == "interactive"
    assert refused(**buttons("a", "b", "c", "d")) == 131009
    assert refused(**buttons("a" * 21)) == 131009
    assert refused(**buttons()) == 131009
    assert refused(**buttons("same", "same")) == 131009


def test_an_emoji_in_a_title_counts_twice() -> None:
    assert check(**buttons("😀" * 10))
    assert refused(**buttons("😀" * 11)) == 131009


def test_the_body_of_buttons_ends_at_1024_and_header_and_footer_at_60() -> None:
    assert check(**buttons("a", body="x" * 1024, footer={"text": "f" * 60}))
    assert refused(**buttons("a", body="x" * 1025)) == 131009
    assert refused(**buttons("a", footer={"text": "f" * 61})) == 131009
    assert check(**buttons("a", header={"type": "text", "text": "h" * 60}))
    assert refused(**buttons("a", header={"type": "text", "text": "h" * 61})) == 131009


def test_a_list_holds_ten_rows_in_all_with_24_and_72_units() -> None:
    assert check(**rows(*("x" * 24 for _ in range(10)), description="d" * 72, sections=2))
    assert refused(**rows(*("x" for _ in range(11)), sections=2)) == 131009
    assert refused(**rows("x" * 25)) == 131009
    assert refused(**rows("x", description="d" * 73)) == 131009
    assert refused(**rows("x", button="b" * 21)) == 131009


def test_sections_need_titles_when_there_are_several() -> None:
    body = rows("a", "b", sections=2)
    del body["interactive"]["action"]["sections"][1]["title"]
    assert refused(**body) == 131009


def test_a_file_is_named_by_id_or_by_link_but_not_both() -> None:
    assert check(type="document", document={"id": "1", "filename": "r.pdf"}).media == ("1", None)
    assert check(type="audio", audio={"link": "https://example.org/a.ogg"}).media[1] is not None
    assert refused(type="document", document={"id": "1", "link": "https://example.org/r.pdf"}) == 131009
    assert refused(type="document", document={}) == 131009
    assert refused(type="document", document={"id": "1", "caption": "c" * 1025}) == 131009


def test_the_tracker_ends_at_512_characters() -> None:
    assert check(text={"body": "hi"}, biz_opaque_callback_data="t" * 512).tracker == "t" * 512
    assert refused(text={"body": "hi"}, biz_opaque_callback_data="t" * 513) == 131009


def test_a_refusal_names_the_place_in_the_body() -> None:
    with pytest.raises(GraphError, match=r"interactive\['action'\]\['buttons'\]\[1\]\['reply'\]\['title'\]"):
        check(**buttons("fine", "x" * 21))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["text", "interactive", "document", "template", "audio", "location"]), JSON)
def test_no_content_makes_the_check_fail_in_another_way(kind: str, content: object) -> None:
    try:
        check(type=kind, **{kind: content})
    except GraphError as error:
        assert error.status == 400


def test_files_have_a_type_and_a_size_meta_takes() -> None:
    limits.check_upload("application/pdf", 100 * limits.MEBIBYTE)
    limits.check_upload("audio/ogg; codecs=opus", 1)
    for mime_type, size, code in [
        ("application/pdf", 100 * limits.MEBIBYTE + 1, 131053),
        ("image/png", 5 * limits.MEBIBYTE + 1, 131053),
        ("application/pdf", 0, 131053),
        ("audio/opus", 10, 131053),
        ("text/html", 10, 100),
    ]:
        with pytest.raises(GraphError) as caught:
            limits.check_upload(mime_type, size)
        assert caught.value.code == code


def test_the_window_is_open_for_24_hours_after_the_last_message_only() -> None:
    assert limits.window_is_open(0.0, 24 * 3600.0, 24)
    assert not limits.window_is_open(0.0, 24 * 3600.0 + 1, 24)
    assert not limits.window_is_open(None, 0.0, 24)


def test_a_pair_gets_a_burst_of_45_and_then_one_in_six_seconds() -> None:
    due, sent = 0.0, 0
    while (admitted := limits.admit(due, 1000.0, 6, 45)) is not None:
        due, sent = admitted, sent + 1
    assert sent == 45
    assert limits.admit(due, 1005.9, 6, 45) is None
    assert limits.admit(due, 1006.0, 6, 45) is not None


REMINDER = Template(name="reminder", body="Hi {{1}}, see you {{2}}", buttons=("Confirm",))


def template(*values: str, name: str = "reminder", code: str = "en") -> dict[str, object]:
    parameters = [{"type": "text", "text": value} for value in values]
    components = [{"type": "body", "parameters": parameters}]
    return {"name": name, "language": {"code": code}, "components": components}


def test_a_template_must_exist_in_its_language_and_get_all_its_parameters() -> None:
    assert limits.find_template([REMINDER], template("Maria", "at 7")) is REMINDER
    for content, code in [
        (template("Maria"), 132000),
        (template("a", "b", name="other"), 132001),
        (template("a", "b", code="pt"), 132001),
    ]:
        with pytest.raises(GraphError) as caught:
            limits.find_template([REMINDER], content)
        assert caught.value.code == code


def test_without_a_list_of_templates_every_name_is_approved() -> None:
    assert limits.find_template([], template("x", name="anything")) is None


def test_template_words_are_filled_by_position_and_by_name() -> None:
    by_position: list[dict[str, object]] = [
        {"type": "text", "text": "Maria"},
        {"type": "date_time", "date_time": {"fallback_value": "7 pm"}},
    ]
    assert limits.fill("{{1}} at {{2}}, {{3}}", by_position) == "Maria at 7 pm, {{3}}"
    assert limits.fill("{{who}}", [{"type": "text", "text": "Maria", "parameter_name": "who"}]) == "Maria"
