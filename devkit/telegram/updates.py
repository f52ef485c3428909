"""What does Telegram write down? `User`, `Chat`, `Message` and the updates made of them, as the Bot API shows them."""

from collections.abc import Mapping

from devkit.telegram.config import Bot, Person
from devkit.telegram.state import BotState, Chat, File, Message

Json = Mapping[str, object]


def user(person: Person) -> dict[str, object]:
    """A `User` that is a person."""
    return {"id": person.id, "is_bot": False, **_names(person), **_some(language_code=person.language_code)}


def bot_user(bot: Bot) -> dict[str, object]:
    """A `User` that is a bot."""
    return {"id": bot.id, "is_bot": True, "first_name": bot.first_name, "username": bot.username}


def private_chat(person: Person) -> dict[str, object]:
    """The `Chat` of a person with any bot."""
    return {"id": person.id, **_names(person), "type": "private"}


def message(bot: BotState, chat: Chat, item: Message, *, replies: bool = True) -> dict[str, object]:
    """A `Message`; the one it answers stands in it, without what that one answers."""
    sender = bot_user(bot.bot) if item.sender == "bot" else user(chat.person)
    answered = chat.messages.get(item.reply_to) if item.reply_to is not None and replies else None
    return {
        "message_id": item.message_id,
        "from": sender,
        "chat": private_chat(chat.person),
        "date": int(item.at),
        **({"edit_date": int(item.edited_at)} if item.edited_at is not None else {}),
        **({"reply_to_message": message(bot, chat, answered, replies=False)} if answered else {}),
        **item.content,
    }


def file(kept: File, **more: object) -> dict[str, object]:
    """What a message shows of a file."""
    return {
        "file_id": kept.file_id,
        "file_unique_id": kept.unique_id,
        "file_size": kept.size,
        **_some(file_name=kept.name),
        **more,
    }


def tap(bot: BotState, chat: Chat, item: Message, tap_id: str, data: str) -> dict[str, object]:
    """A `CallbackQuery`."""
    return {
        "id": tap_id,
        "from": user(chat.person),
        "message": message(bot, chat, item),
        "chat_instance": str(-chat.person.id * 7),
        "data": data,
    }


def my_chat_member(bot: BotState, chat: Chat, at: float, *, blocked: bool) -> dict[str, object]:
    """A `ChatMemberUpdated`: the person blocked the bot, or let it back."""
    kicked = {"user": bot_user(bot.bot), "status": "kicked", "until_date": 0}
    member = {"user": bot_user(bot.bot), "status": "member"}
    return {
        "chat": private_chat(chat.person),
        "from": user(chat.person),
        "date": int(at),
        "old_chat_member": member if blocked else kicked,
        "new_chat_member": kicked if blocked else member,
    }


def _names(person: Person) -> dict[str, object]:
    return {
        "first_name": person.first_name,
        **_some(last_name=person.last_name, username=person.username),
    }


def _some(**fields: object) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}
