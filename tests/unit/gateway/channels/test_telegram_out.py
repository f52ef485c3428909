"""Telegram: the requests of the Bot API, what its answers mean, and what `usher channel check` says."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from services.gateway.channels import (
    Delivered,
    HttpAnswer,
    HttpCall,
    MediaLink,
    Paused,
    Rejected,
    Retry,
)
from services.gateway.domain.account import ChannelAccount
from shared.errors import Transient, UsherError
from shared.messages.conversation import (
    Body,
    ChannelAddress,
    Choice,
    ContactRequestBody,
    DocumentBody,
    ImageBody,
    LinkBody,
    LocationRequestBody,
    MessageSent,
    ReactionBody,
    TemplateBody,
    TextBody,
    VoiceBody,
)
from shared.messages.media import FileRef
from tests.unit.gateway.channels.contract_case import CONVERSATION, MESSAGE, TENANT
from tests.unit.gateway.channels.test_telegram import BOT, CHAT, TOKEN, adapter, keyboard, method, parameters

API = f"https://api.telegram.org/bot{TOKEN}"
OURS = "https://usher.example/webhooks/telegram/7000000001"


def calls(body: Body | str, reply_to: str | None = None, **values: str) -> list[HttpCall]:
    message = MessageSent(
        tenant_id=TENANT,
        message_id=MESSAGE,
        conversation_id=CONVERSATION,
        to=ChannelAddress(channel="telegram", account_id="7000000001", user_id=CHAT),
        purpose="reply",
        body=TextBody(text=body) if isinstance(body, str) else body,
        in_reply_to=reply_to,
        values=values,
    )
    return adapter().render(message, BOT)


def the_call(body: Body | str, reply_to: str | None = None) -> HttpCall:
    [call] = calls(body, reply_to)
    return call


def a_file(mime: str, size: int = 2048) -> FileRef:
    return FileRef(bucket="files", key="receipts/1", mime=mime, size=size, sha256="0" * 64)


def choices(count: int, **more: str) -> tuple[Choice, ...]:
    return tuple(Choice(choice_id=f"slot:{n}", title=f"Slot {n}", **more) for n in range(1, count + 1))


# --- out ----------------------------------------------------------------------------------------------


def test_a_text_goes_to_the_chat_as_plain_words() -> None:
    call = the_call("5 > 3 *and* _more_")

    assert call.url == f"{API}/sendMessage"
    assert call.json == {
        "chat_id": CHAT,
        "text": "5 > 3 *and* _more_",
        "link_preview_options": {"is_disabled": True},
    }


def test_a_long_text_comes_in_parts_and_only_the_first_quotes_and_only_the_last_has_buttons() -> None:
    sent = [
        parameters(call)
        for call in calls(TextBody(text="word " * 1500, choices=choices(2)), reply_to=f"{CHAT}:41")
    ]

    assert len(sent) == 2
    assert sent[0]["reply_parameters"] == {"message_id": 41, "allow_sending_without_reply": True}
    assert "reply_parameters" not in sent[1]
    assert "reply_markup" in sent[1]
    assert "reply_markup" not in sent[0]


@pytest.mark.parametrize("reply_to", ["callback:39084", "910000002:41", "wamid.1", ""])
def test_what_is_no_message_of_this_chat_is_not_quoted(reply_to: str) -> None:
    assert "reply_parameters" not in parameters(the_call("hi", reply_to))


def test_an_edit_is_answered_at_its_message() -> None:
    assert parameters(the_call("hi", f"{CHAT}:41:e507"))["reply_parameters"] == {
        "message_id": 41,
        "allow_sending_without_reply": True,
    }


def test_choices_become_one_button_a_row() -> None:
    call = the_call(TextBody(text="When?", choices=choices(3)))

    assert keyboard(call) == [[{"text": f"Slot {n}", "callback_data": f"slot:{n}"}] for n in (1, 2, 3)]


def test_ten_choices_are_all_there_and_of_eleven_the_last_two_are_behind_more() -> None:
    ten = keyboard(the_call(TextBody(text="When?", choices=choices(10))))
    eleven = keyboard(the_call(TextBody(text="When?", choices=choices(11))))

    assert [row[0]["text"] for row in ten] == [f"Slot {n}" for n in range(1, 11)]
    assert [row[0]["text"] for row in eleven] == [*(f"Slot {n}" for n in range(1, 10)), "More"]
    assert eleven[-1][0]["callback_data"] == f"more:{MESSAGE}:9"


def test_a_page_counts_on_from_the_message_it_continues() -> None:
    of = "44444444-4444-4444-8444-444444444444"

    [call] = calls(TextBody(text="When?", choices=choices(12)), page_of=of, page_offset="9")

    assert keyboard(call)[-1][0]["callback_data"] == f"more:{of}:18"


def test_a_description_stands_in_the_text_and_never_on_the_button() -> None:
    body = TextBody(text="When?", choices=choices(1, description="with João, 12 €"))

    call = the_call(body)

    assert parameters(call)["text"] == "When?\n• Slot 1: with João, 12 €"
    assert keyboard(call)[0][0]["text"] == "Slot 1"


def test_an_id_without_room_in_64_bytes_gets_a_short_form_that_counts_the_choices() -> None:
    ids = ("x" * 64, "x" * 65, "é" * 33, "", "n:1:0123abcd")
    body = TextBody(text="?", choices=tuple(Choice(choice_id=i, title="t") for i in ids))

    data = [row[0]["callback_data"] for row in keyboard(the_call(body))]

    # The digits begin the sha256 of the message's id.
    assert data == ["x" * 64, *(f"n:{n}:b454f82c" for n in (2, 3, 4, 5))]


def test_a_short_form_on_a_page_is_that_of_the_message_it_continues() -> None:
    long = tuple(Choice(choice_id=f"{n}" * 70, title="t") for n in range(1, 4))

    [first] = calls(TextBody(text="?", choices=long))
    [page] = calls(TextBody(text="?", choices=long[1:]), page_of=str(MESSAGE), page_offset="1")

    assert keyboard(first)[1:] == keyboard(page)


def test_a_choice_without_a_title_can_be_tapped_all_the_same() -> None:
    body = TextBody(text="?", choices=(Choice(choice_id="a", title=" "),))

    assert keyboard(the_call(body))[0][0]["text"] == "1"


def test_a_link_is_a_button_unless_telegram_would_refuse_its_address() -> None:
    open_ = the_call(LinkBody(text="Pay", label="Open", url="https://pay.example/1"))
    local = the_call(LinkBody(text="Pay", label="Open", url="http://localhost:8080/1"))

    assert keyboard(open_) == [[{"text": "Open", "url": "https://pay.example/1"}]]
    assert parameters(local)["text"] == "Pay\nOpen: http://localhost:8080/1"
    assert not keyboard(local)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (LocationRequestBody(text="Where?"), "request_location"),
        (ContactRequestBody(text="?"), "request_contact"),
    ],
)
def test_asking_for_a_place_or_a_number_uses_telegrams_own_button_once(body: Body, field: str) -> None:
    markup = parameters(the_call(body))["reply_markup"]

    assert isinstance(markup, dict)
    assert markup["keyboard"][0][0][field] is True
    assert markup["one_time_keyboard"] is True


def test_a_document_goes_along_with_its_request() -> None:
    body = DocumentBody(file=a_file("application/pdf"), filename="receipt.pdf", caption="Thank you")

    call = the_call(body, reply_to=f"{CHAT}:41")

    assert adapter().upload(MESSAGE_WITH_FILE, BOT) is None
    assert call.url == f"{API}/sendDocument"
    assert call.file is not None
    assert (call.file.field, call.file.filename) == ("document", "receipt.pdf")
    assert call.form == {
        "chat_id": CHAT,
        "caption": "Thank you",
        "reply_parameters": '{"message_id":41,"allow_sending_without_reply":true}',
    }


def test_a_caption_too_long_for_a_file_goes_ahead_as_text() -> None:
    body = DocumentBody(file=a_file("application/pdf"), filename="a.pdf", caption="word " * 300)

    text, document = calls(body)

    assert [method(text), method(document)] == ["sendMessage", "sendDocument"]
    assert len(document.form["caption"]) <= 1024
    assert f"{parameters(text)['text']} {document.form['caption']}".split() == ["word"] * 300


def test_a_picture_is_a_photo_and_above_10_mb_a_file() -> None:
    photo = the_call(ImageBody(file=a_file("image/png")))
    large = the_call(ImageBody(file=a_file("image/jpeg", 11 * 1024 * 1024)))

    assert photo.file is not None
    assert large.file is not None
    assert (method(photo), photo.file.field, photo.file.filename) == ("sendPhoto", "photo", "image.png")
    assert (method(large), large.file.field, large.file.filename) == ("sendDocument", "document", "image.jpg")


def test_a_voice_note_is_one() -> None:
    call = the_call(VoiceBody(file=a_file("audio/ogg"), text="See you at six"))

    assert call.file is not None
    assert (method(call), call.file.field, call.file.filename) == ("sendVoice", "voice", "voice.ogg")


def test_a_reaction_is_put_on_and_taken_off_a_message_of_the_chat() -> None:
    put = the_call(ReactionBody(provider_id=f"{CHAT}:41", emoji="👍"))
    off = the_call(ReactionBody(provider_id=f"{CHAT}:41", emoji=""))

    assert put.url == f"{API}/setMessageReaction"
    assert parameters(put)["reaction"] == [{"type": "emoji", "emoji": "👍"}]
    assert parameters(off)["reaction"] == []
    assert calls(ReactionBody(provider_id="callback:1", emoji="👍")) == []


def test_a_heart_is_spelt_as_telegram_lists_it() -> None:
    heart = the_call(ReactionBody(provider_id=f"{CHAT}:41", emoji="\u2764\ufe0f"))

    assert parameters(heart)["reaction"] == [{"type": "emoji", "emoji": "\u2764"}]


def test_a_template_is_said_in_its_words() -> None:
    body = TemplateBody(template="booking_confirmed", language="en", text="See you on Monday")

    assert parameters(the_call(body))["text"] == "See you on Monday"


def test_a_message_seen_shows_typing_and_a_tap_seen_is_answered() -> None:
    typing = adapter().seen(CHAT, f"{CHAT}:41", BOT)
    answered = adapter().seen(CHAT, "callback:3908412345678901234", BOT)

    assert typing is not None
    assert answered is not None
    assert (method(typing), typing.json) == ("sendChatAction", {"chat_id": CHAT, "action": "typing"})
    assert (method(answered), answered.json) == (
        "answerCallbackQuery",
        {"callback_query_id": "3908412345678901234"},
    )


@pytest.mark.parametrize("token", ["", "7000000001", "7000000001:a/../b", "x:y", "1:ä"])
def test_a_token_that_is_none_never_becomes_a_part_of_a_url(token: str) -> None:
    account = ChannelAccount(TENANT, "telegram", "7000000001", secrets={"bot_token": (token,)})

    with pytest.raises(UsherError) as refusal:
        adapter().seen(CHAT, "1", account)

    assert not token.partition(":")[2] or token not in str(refusal.value)
    assert "usher channel add" in str(refusal.value)


# --- answers ------------------------------------------------------------------------------------------


def answer(status: int, body: object = None, retry_after: float | None = None) -> HttpAnswer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpAnswer(status, raw, retry_after)


def error(status: int, said: str, **more: object) -> HttpAnswer:
    return answer(status, {"ok": False, "error_code": status, "description": said, **more})


def test_a_message_taken_is_known_by_chat_and_number() -> None:
    taken = answer(200, {"ok": True, "result": {"message_id": 77, "chat": {"id": 910000001}}})

    assert adapter().classify(taken, 1) == Delivered(f"{CHAT}:77")
    assert adapter().classify(answer(200, {"ok": True, "result": True}), 1) == Delivered(None)


def test_the_pause_telegram_asks_for_is_kept_to_the_second() -> None:
    told = error(429, "Too Many Requests: retry after 37", parameters={"retry_after": 37})

    for tries in (1, 9):
        outcome = adapter().classify(told, tries)
        assert isinstance(outcome, Retry)
        assert (outcome.after, outcome.unclear) == (37.0, False)


def test_without_a_told_pause_the_header_serves_then_our_own() -> None:
    header, own = adapter().classify(answer(429, b"", 12.0), 1), adapter().classify(answer(429, b""), 3)

    assert isinstance(header, Retry)
    assert isinstance(own, Retry)
    assert (header.after, own.after) == (12.0, 2.0)


def test_a_person_who_blocked_the_bot_has_opted_out() -> None:
    outcome = adapter().classify(error(403, "Forbidden: bot was blocked by the user"), 1)

    assert isinstance(outcome, Rejected)
    assert outcome.opted_out


@pytest.mark.parametrize(
    "refusal",
    [
        error(403, "Forbidden: user is deactivated"),
        error(403, "Forbidden: bot can't initiate conversation with a user"),
        error(400, "Bad Request: chat not found"),
        error(400, "Bad Request: BUTTON_DATA_INVALID"),
        error(400, "Bad Request: group chat was upgraded", parameters={"migrate_to_chat_id": -100}),
        error(404, "Not Found: method not found"),
        answer(413, b"<html>413 Request Entity Too Large</html>"),
    ],
)
def test_what_can_never_be_sent_is_rejected_without_an_opt_out(refusal: HttpAnswer) -> None:
    outcome = adapter().classify(refusal, 1)

    assert isinstance(outcome, Rejected)
    assert not outcome.opted_out
    assert outcome.reason


@pytest.mark.parametrize("refusal", [error(401, "Unauthorized"), error(404, "Not Found"), answer(403, b"")])
def test_a_token_that_does_not_work_pauses_the_account(refusal: HttpAnswer) -> None:
    assert isinstance(adapter().classify(refusal, 1), Paused)


@pytest.mark.parametrize(
    ("broken", "unclear"),
    [
        (answer(502, b"<html>Bad Gateway</html>"), True),
        (answer(500, b""), True),
        (error(500, "Internal Server Error: Request aborted"), True),
        (error(500, "Internal Server Error: sent nothing"), False),
        (answer(200, b"<html>sign in to this network</html>"), True),
        (answer(408, b""), True),
    ],
)
def test_only_telegrams_own_error_says_that_nothing_was_sent(broken: HttpAnswer, unclear: bool) -> None:
    outcome = adapter().classify(broken, 1)

    assert isinstance(outcome, Retry)
    assert outcome.unclear == unclear


# --- files --------------------------------------------------------------------------------------------


def test_a_file_is_asked_for_by_id_and_found_under_the_token() -> None:
    asked = adapter().locate("BQACAgQAAx-_", BOT)
    found = adapter().located(answer(200, {"ok": True, "result": {"file_path": "voice/file_7.oga"}}), BOT)

    assert (method(asked), asked.json) == ("getFile", {"file_id": "BQACAgQAAx-_"})
    assert found == MediaLink(f"https://api.telegram.org/file/bot{TOKEN}/voice/file_7.oga", "audio/ogg")
    assert adapter().trusts(found.url)
    assert TOKEN not in repr(found)


def test_a_file_too_big_for_bots_is_gone_and_trouble_is_not() -> None:
    assert adapter().located(error(400, "Bad Request: file is too big"), BOT) is None
    waiting = "Bad Request: wrong file_id or the file is temporarily unavailable"
    for trouble in (error(400, waiting), error(500, "x"), error(401, "Unauthorized"), answer(200, b"")):
        with pytest.raises(Transient):
            adapter().located(trouble, BOT)


@pytest.mark.parametrize("path", ["../../etc/passwd", "/var/lib/bot/file_1", "voice/../../x", "a?b", ""])
def test_a_path_that_leads_elsewhere_is_not_followed(path: str) -> None:
    with pytest.raises(Transient):
        adapter().located(answer(200, {"ok": True, "result": {"file_path": path}}), BOT)


# --- credentials --------------------------------------------------------------------------------------


def explained(number: int, given: HttpAnswer) -> str | None:
    return adapter().probes(BOT)[number].explain(given)


def info(**fields: object) -> HttpAnswer:
    return answer(200, {"ok": True, "result": {"url": OURS, "pending_update_count": 0, **fields}})


def test_the_probes_ask_who_the_bot_is_and_where_its_updates_go() -> None:
    assert [method(probe.call) for probe in adapter().probes(BOT)] == ["getMe", "getWebhookInfo"]


def test_a_token_of_another_bot_is_told_apart() -> None:
    right = answer(200, {"ok": True, "result": {"id": 7000000001, "username": "studio_mar_bot"}})
    wrong = answer(200, {"ok": True, "result": {"id": 7000000002, "username": "hudson_bot"}})

    assert explained(0, right) is None
    assert "hudson_bot" in (explained(0, wrong) or "")
    assert "@BotFather" in (explained(0, error(401, "Unauthorized")) or "")


def test_a_webhook_that_is_ours_and_works_is_well() -> None:
    assert explained(1, info()) is None
    assert explained(1, info(last_error_message="Connection timed out")) is None, "long over: nothing waits"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (info(url=""), "--connect"),
        (info(url="https://other.example/bot/secret-path"), "other.example"),
        (info(allowed_updates=["message"]), "callback_query"),
        (info(pending_update_count=3, last_error_message="Connection timed out"), "Connection timed out"),
        (
            info(
                pending_update_count=3,
                last_error_message="Wrong response from the webhook: 401 Unauthorized",
            ),
            "webhook_secret",
        ),
    ],
)
def test_a_webhook_that_does_not_work_is_explained(found: HttpAnswer, said: str) -> None:
    told = explained(1, found) or ""

    assert said in told
    assert "secret-path" not in told


def test_connecting_gives_telegram_the_newest_secret_and_drops_nothing_that_waits() -> None:
    [call] = adapter().connect(BOT, OURS)

    assert urlsplit(call.url).path == f"/bot{TOKEN}/setWebhook"
    assert dict(parse_qsl(urlsplit(call.url).query)) == {
        "url": OURS,
        "secret_token": "newest-Secret_1",
        "allowed_updates": '["message","edited_message","callback_query","my_chat_member"]',
        "max_connections": "40",
    }


@pytest.mark.parametrize("secret", ["with space", "é", "x" * 257])
def test_a_secret_telegram_would_not_take_is_refused_with_advice(secret: str) -> None:
    account = ChannelAccount(
        TENANT, "telegram", "7000000001", secrets={"bot_token": (TOKEN,), "webhook_secret": (secret,)}
    )

    with pytest.raises(UsherError, match="usher channel rotate") as refusal:
        adapter().connect(account, OURS)

    assert secret not in str(refusal.value)


MESSAGE_WITH_FILE = MessageSent(
    tenant_id=TENANT,
    message_id=MESSAGE,
    conversation_id=CONVERSATION,
    to=ChannelAddress(channel="telegram", account_id="7000000001", user_id=CHAT),
    purpose="receipt",
    body=DocumentBody(file=a_file("application/pdf"), filename="receipt.pdf"),
)
