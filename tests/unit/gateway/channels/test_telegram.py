"""Telegram: what the contract asks of every channel, and what its updates and the secret mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from services.gateway.channels import (
    ConsentChanged,
    EventIn,
    HttpAnswer,
    HttpCall,
    Inbound,
    Malformed,
    MessageIn,
    NotAuthentic,
    RawRequest,
    Unreadable,
)
from services.gateway.channels.telegram import Telegram
from services.gateway.domain.account import ChannelAccount
from shared.messages.conversation import (
    ChoiceContent,
    EditContent,
    MediaContent,
    OtherContent,
    Referral,
    TextContent,
    VoiceContent,
)
from tests.unit.gateway.channels.contract import ChannelContract, Shown, Tap, headers
from tests.unit.gateway.channels.contract_case import FIXTURES, NOW, TENANT

TOKEN = "7000000001:AAF-test_token"
CHAT = "910000001"
BOT = ChannelAccount(
    TENANT,
    "telegram",
    "7000000001",
    secrets={"bot_token": (TOKEN,), "webhook_secret": ("newest-Secret_1", "former-Secret_2")},
)


def adapter(api_url: str = "https://api.telegram.org") -> Telegram:
    return Telegram(api_url, "https://usher.example")


def parameters(call: HttpCall) -> Mapping[str, object]:
    """What a request tells Telegram; the JSON fields of a form are read."""
    if call.json is not None:
        return call.json
    structures = ("reply_parameters", "reply_markup")
    return {name: json.loads(v) if name in structures else v for name, v in call.form.items()}


def method(call: HttpCall) -> str:
    return call.url.rpartition("/")[2]


class TestTelegram(ChannelContract):
    """Everything that holds of every channel."""

    name = "telegram"
    signing_secret = "webhook_secret"
    covers_body = False
    recorded = "telegram"
    user_id = CHAT
    success = HttpAnswer(200, b'{"ok":true,"result":{"message_id":7,"chat":{"id":910000001}}}')

    def account(self) -> ChannelAccount:
        return BOT

    def signed(self, body: bytes, account: ChannelAccount) -> RawRequest:
        secret = account.secrets["webhook_secret"][0]
        return RawRequest(body, headers(X_Telegram_Bot_Api_Secret_Token=secret), NOW, account=account)

    def unknown_kind(self) -> bytes:
        return json.dumps({"update_id": 9, "moon_landing": {"chat": {"id": 1}}}).encode()

    def shown(self, call: HttpCall) -> list[Shown]:
        told = parameters(call)
        texts = [Shown("text", str(told[key]), size) for key, size in LIMITS.items() if key in told]
        buttons = [button for row in keyboard(call) for button in row]
        assert len(buttons) <= 10
        texts += [Shown("button", button["text"], 64) for button in buttons]
        data = [button["callback_data"] for button in buttons if "callback_data" in button]
        return texts + [Shown("callback_data", one, 64, lambda text: len(text.encode())) for one in data]

    def taps(self, call: HttpCall) -> list[Tap]:
        return [Tap(button["callback_data"], button["text"]) for row in keyboard(call) for button in row]


LIMITS = {"text": 4096, "caption": 1024}


def keyboard(call: HttpCall) -> list[list[dict[str, str]]]:
    markup = parameters(call).get("reply_markup")
    found: list[list[dict[str, str]]] = markup.get("inline_keyboard", []) if isinstance(markup, dict) else []
    return found


# --- in -----------------------------------------------------------------------------------------------


def parse(update: object, account: ChannelAccount | None = BOT) -> list[Inbound]:
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    return adapter().parse(RawRequest(body, {}, NOW, account=account))


def fixture(name: str) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads((FIXTURES / "telegram" / f"{name}.json").read_bytes())
    return found


def one(name: str) -> Inbound:
    [item] = parse(fixture(name))
    return item


def message(name: str) -> MessageIn:
    item = one(name)
    assert isinstance(item, MessageIn), item
    return item


def test_a_message_comes_from_its_chat_with_the_persons_name() -> None:
    item = message("text")

    assert (item.user_id, item.name, item.account_id) == (CHAT, "Ana Sousa", "7000000001")
    assert item.provider_id == f"{CHAT}:41"
    assert item.content == TextContent(text="Yoga tomorrow at 6 pm? 🧘")


def test_an_answer_names_the_message_it_quotes() -> None:
    assert message("text_reply").quoted == f"{CHAT}:39"


def test_the_start_button_says_hello_and_its_payload_is_where_the_person_came_from() -> None:
    assert message("start").content == TextContent(text="hello")
    assert message("start").referral is None
    item = message("start_payload")
    assert item.content == TextContent(text="hello")
    assert item.referral == Referral(source="link", source_id="poster_may-24")


def test_a_word_that_only_begins_like_the_start_command_is_left_alone() -> None:
    update = fixture("text")
    update["message"]["text"] = "/starting when?"

    [item] = parse(update)

    assert isinstance(item, MessageIn)
    assert item.content == TextContent(text="/starting when?")


def test_an_edit_is_neither_its_message_nor_another_edit_and_names_what_it_changes() -> None:
    item = message("edited_text")
    again = fixture("edited_text") | {"update_id": 999}

    [other] = parse(again)

    assert item.content == EditContent(provider_id=f"{CHAT}:41", text="Yoga tomorrow at 7 pm?")
    assert isinstance(other, MessageIn)
    assert len({message("text").provider_id, item.provider_id, other.provider_id}) == 3


def test_a_repeated_edit_is_the_same_one() -> None:
    assert message("edited_text").provider_id == message("edited_text").provider_id


def test_a_live_location_that_moves_asks_for_no_answer() -> None:
    assert isinstance(one("edited_live_location"), EventIn)


def test_a_tap_gives_the_choice_and_what_its_button_said() -> None:
    item = message("tap")

    assert item.content == ChoiceContent(choice_id="slot:2", title="Tue 18:00")
    assert item.provider_id == "callback:3908412345678901234"
    assert item.quoted == f"{CHAT}:39"
    assert item.sent_at == NOW


def test_a_tap_on_a_short_form_comes_in_as_it_is_for_the_conversation_to_resolve() -> None:
    assert message("tap_short_form").content == ChoiceContent(choice_id="n:3:0a1b2c3d", title="")


def test_a_tap_on_a_message_too_old_to_be_shown_is_still_a_choice() -> None:
    assert message("tap_old_message").content == ChoiceContent(choice_id="slot:9", title="")


@pytest.mark.parametrize("name", ["tap_in_group", "group_text", "channel_post", "pinned_message", "reaction"])
def test_what_is_no_private_message_is_kept_as_an_event(name: str) -> None:
    assert isinstance(one(name), EventIn)


@pytest.mark.parametrize(("name", "allowed"), [("blocked", False), ("unblocked", True)])
def test_blocking_the_bot_is_wanting_to_hear_nothing_more(name: str, allowed: bool) -> None:
    item = one(name)

    assert isinstance(item, EventIn)
    assert item.news == ConsentChanged(user_id=CHAT, allowed=allowed, scope="all")


def test_being_added_to_a_group_says_nothing_of_anybodys_consent() -> None:
    item = one("added_to_group")

    assert isinstance(item, EventIn)
    assert not isinstance(item.news, ConsentChanged)


def test_voice_notes_and_audio_files_are_voices() -> None:
    voice, audio = message("voice").content, message("audio").content

    assert isinstance(voice, VoiceContent)
    assert isinstance(audio, VoiceContent)
    assert (voice.mime, audio.mime) == ("audio/ogg", "audio/x-m4a")


def test_of_a_photo_the_largest_size_is_taken_wherever_it_stands() -> None:
    content = message("photo").content

    assert isinstance(content, MediaContent)
    assert content.media_id.endswith("_6")
    assert content.caption == "my knee"


@pytest.mark.parametrize(
    ("name", "media", "mime"),
    [
        ("video", "video", "video/mp4"),
        ("video_note", "video", "video/mp4"),
        ("animation", "video", "video/mp4"),
        ("document", "document", "application/pdf"),
        ("sticker", "sticker", "video/webm"),
    ],
)
def test_files_are_typed(name: str, media: str, mime: str) -> None:
    content = message(name).content

    assert isinstance(content, MediaContent)
    assert (content.media, content.mime) == (media, mime)


def test_ones_own_contact_gives_the_phone_number_and_somebody_elses_does_not() -> None:
    assert message("own_contact").phone == "+351910000001"
    assert message("other_contact").phone is None
    assert message("other_contact").content.kind == "contacts"


def test_a_kind_without_a_reader_keeps_its_name_and_words() -> None:
    assert message("poll").content == OtherContent(type="poll", text="Monday or Tuesday?")
    assert message("dice").content == OtherContent(type="dice", text="🎲")


def test_an_update_that_cannot_be_read_is_put_aside_with_its_bytes() -> None:
    item = one("no_chat")

    assert isinstance(item, Unreadable)
    assert json.loads(item.raw) == fixture("no_chat")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"7", b"{", b"{}", b'{"update_id":"1","message":{}}', b"[" * 100_000]
)
def test_what_is_no_update_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse(body)


def test_an_update_at_no_bots_url_is_refused() -> None:
    request = RawRequest(b'{"update_id":1}', headers(X_Telegram_Bot_Api_Secret_Token="x"), NOW)

    with pytest.raises(NotAuthentic):
        adapter().verify(request)
    with pytest.raises(Malformed):
        adapter().parse(request)


def test_the_secret_of_another_bot_opens_nothing() -> None:
    other = replace(BOT, account_id="7000000002", secrets={"webhook_secret": ("another",)})
    request = RawRequest(
        b"{}", headers(X_Telegram_Bot_Api_Secret_Token="newest-Secret_1"), NOW, account=other
    )

    with pytest.raises(NotAuthentic):
        adapter().verify(request)


def test_every_payload_has_a_file_that_says_what_it_means() -> None:
    folder: Path = FIXTURES / "telegram"
    payloads = {path.stem for path in folder.glob("*.json") if ".golden" not in path.name}

    assert payloads == {path.name.removesuffix(".golden.json") for path in folder.glob("*.golden.json")}
