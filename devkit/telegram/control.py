"""How do tests steer the emulator? `/_control/…`: faults on and off, who is there, and all that was sent so far."""

from collections.abc import Mapping

from aiohttp import web

from devkit.emulator.control import Control
from devkit.emulator.values import model_in
from devkit.telegram.api import BotApi
from devkit.telegram.config import Person
from devkit.telegram.faults import FaultBox
from devkit.telegram.methods import Methods
from devkit.telegram.sender import WebhookSender
from devkit.telegram.state import BotState, Chat, Message, World


class ControlApi(Control):
    """The handlers of `/_control/…` that are nobody's doing."""

    health_path = "/_control/health"

    def __init__(
        self, world: World, sender: WebhookSender, faults: FaultBox, api: BotApi, methods: Methods
    ) -> None:
        super().__init__(sender, faults)
        self._world = world
        self._hooks = sender
        self._done = faults.done
        self._api = api
        self._methods = methods

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        return [
            *super().routes(),
            web.get("/_control/state", self.state),
            web.get("/_control/idle", self.idle),
            web.post("/_control/people", self.add_person),
            web.post("/_control/bots/{bot:[0-9]+}/webhook", self.webhook),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """Everything: chats with their messages in order, webhooks and calls counted, faults done."""
        return web.json_response(
            {
                "bots": {str(bot.bot.id): self._bot(bot) for bot in self._world.bots.values()},
                "webhooks": self._webhooks(),
                "calls": dict(self._api.calls),
                "refused_by_limits": self._methods.refused_by_limits,
                "taps": {tap_id: tap.answered for tap_id, tap in self._world.taps.items()},
                "faults_done": dict(self._done),
            }
        )

    async def idle(self, request: web.Request) -> web.Response:
        """Waits until no webhook is pending, at most `?within=` seconds (60 at most); the counts, and `idle`."""
        return web.json_response(await self.waited(request, "within") | self._webhooks())

    async def add_person(self, request: web.Request) -> web.Response:
        """A person more, or the same one changed (`deactivated`, another name)."""
        person = await model_in(request, Person)
        self._world.people[person.id] = person
        for bot in self._world.bots.values():
            if person.id in bot.chats:
                bot.chats[person.id].person = person
        return web.json_response(person.model_dump())

    async def webhook(self, request: web.Request) -> web.Response:
        """Send these bytes to the bot's webhook, once and now: `{"status": 200}`, 0 for no answer.

        `?secret=` replaces the secret (`none` leaves the header out).
        """
        hook = self._hooks.hooks.get(int(request.match_info["bot"]))
        if hook is None or not hook.url:
            raise web.HTTPConflict(text="This bot has no webhook: call setWebhook first.")
        secret = request.query.get("secret", hook.secret)
        status, _, _ = await self._hooks.post_once(
            hook.url, await request.read(), "" if secret == "none" else secret
        )
        return web.json_response({"status": status})

    def _webhooks(self) -> dict[str, object]:
        """`posts` in all; updates `accepted`, `expired`, `dropped`; POSTs that `repeated` or `duplicated` one."""
        names = ("posts", "accepted", "repeated", "duplicated", "expired", "dropped", "unwanted")
        counts = {name: self._hooks.counts[name] for name in names}
        return {"pending": self._hooks.pending, **counts}

    def _bot(self, bot: BotState) -> Mapping[str, object]:
        hook = self._hooks.hooks[bot.bot.id]
        chats = {str(person_id): _chat(chat) for person_id, chat in bot.chats.items()}
        return {"username": bot.bot.username, "webhook": hook.url, "pending": hook.pending, "chats": chats}


def _chat(chat: Chat) -> Mapping[str, object]:
    messages = [_message(message) for message in chat.messages.values()]
    return {"blocked": chat.blocked, "typing": chat.typing, "messages": messages}


def _message(message: Message) -> Mapping[str, object]:
    return {
        "message_id": message.message_id,
        "number": message.number,
        "sender": message.sender,
        "at": message.at,
        "method": message.method,
        "reply_to": message.reply_to,
        "reactions": message.reactions,
        "keyboard": message.keyboard,
        "edited": message.edited_at is not None,
        **message.content,
    }
