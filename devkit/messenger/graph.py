"""What does an app see of Messenger and Instagram? The Send API, uploads, the page and its subscription."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Mapping
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from devkit.messenger.checks import check
from devkit.messenger.config import Account
from devkit.messenger.errors import SendError
from devkit.messenger.faults import FaultBox
from devkit.messenger.network import Network
from devkit.messenger.state import File, Json, new_number

ACTIONS: Final = ("typing_on", "typing_off", "mark_seen")
MOST_FILE_BYTES: Final = 25 * 1024 * 1024


class GraphApi:
    """The handlers of `/v23.0/me/…`."""

    def __init__(self, network: Network, faults: FaultBox) -> None:
        self._network = network
        self._store = network.store
        self._config = network.config
        self._faults = faults
        self._recent: dict[str, deque[float]] = {}

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        me = f"/{self._config.api_version}/me"
        return [
            web.get(me, self.me),
            web.post(f"{me}/messages", self.messages),
            web.post(f"{me}/message_attachments", self.upload),
            web.get(f"{me}/subscribed_apps", self.subscription),
            web.post(f"{me}/subscribed_apps", self.subscribe),
        ]

    # --- the Send API ---------------------------------------------------------------------------------

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """`POST me/messages`: a message or a sender action; {"recipient_id", "message_id"} unless a fault has it otherwise."""
        account = self._account(request)
        body = await _json(request)
        person, tag = _recipient(body), _tag(body)
        self._admit_call(account)
        if "sender_action" in body:
            return self._act(account, person, str(body["sender_action"]))
        faults = self._faults.current
        if self._faults.strikes("fail_sends", "fail_chance", person):
            raise SendError(
                faults.fail_code,
                faults.fail_subcode,
                status=faults.fail_status,
                retry_after=faults.retry_after,
            )
        if self._faults.strikes("swallow_sends", "swallow_chance", person):
            return await self._hang_up(request)
        message = body.get("message")
        if not isinstance(message, dict):
            raise SendError(100, None, "The parameter message is required")
        self._network.admit(account, person, tag)
        check(message, account.platform, self._store.uploads)
        mid, reported = self._network.send(account, person, message, tag)
        if self._faults.strikes("lose_answers", "lose_chance", person):
            return await self._hang_up(request)
        if self._faults.strikes("lie_sends", "lie_chance", person):
            raise SendError(2)
        if faults.late_answers:
            await reported.wait()
        return web.json_response({"recipient_id": person, "message_id": mid})

    def _act(self, account: Account, person: str, action: str) -> web.Response:
        if action not in ACTIONS:
            raise SendError(100, None, f"Param sender_action must be one of {{{', '.join(ACTIONS)}}}")
        self._network.admit(account, person, None).typing += action == "typing_on"
        return web.json_response({"recipient_id": person})

    async def _hang_up(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self._faults.current.hang_seconds)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def upload(self, request: web.Request) -> web.Response:
        """`POST me/message_attachments`: a file that may be sent, {"attachment_id"}."""
        account = self._account(request)
        form = await request.post()
        given, about = form.get("filedata"), form.get("message")
        if not isinstance(given, web.FileField) or not isinstance(about, str):
            raise SendError(100, None, "Params message and filedata are required")
        platform = form.get("platform", "messenger")
        attachment = _attachment_of(about)
        if platform != account.platform or attachment.get("type") not in ("image", "audio", "video", "file"):
            raise SendError(100, None, "Param platform or message[attachment][type] does not fit")
        data = given.file.read()
        if len(data) > MOST_FILE_BYTES:
            raise SendError(100, 2018109, "Attachment size exceeds allowable limit")
        attachment_id = new_number()
        self._store.uploads[attachment_id] = File(given.filename, given.content_type, data)
        return web.json_response({"attachment_id": attachment_id})

    # --- the page -------------------------------------------------------------------------------------

    async def me(self, request: web.Request) -> web.Response:
        """`GET me`: whose token it is; a profile's token is that of the page it is linked to."""
        account = self._account(request)
        if account.platform == "messenger":
            return web.json_response({"id": account.account_id, "name": account.name})
        linked = {"instagram_business_account": {"id": account.account_id}}
        return web.json_response({"id": f"9{account.account_id}"[:15], "name": account.name, **linked})

    async def subscription(self, request: web.Request) -> web.Response:
        """`GET me/subscribed_apps`: our app with its fields, or nobody."""
        fields = self._network.subscribed[self._account(request).account_id]
        app = {"id": self._config.app_id, "name": "App", "subscribed_fields": list(fields)}
        return web.json_response({"data": [app] if fields else []})

    async def subscribe(self, request: web.Request) -> web.Response:
        """`POST me/subscribed_apps` with `subscribed_fields`."""
        account = self._account(request)
        fields = str((await request.post()).get("subscribed_fields", ""))
        self._network.subscribed[account.account_id] = tuple(filter(None, fields.split(",")))
        return web.json_response({"success": True})

    # --- who asks, and how often ----------------------------------------------------------------------

    def _account(self, request: web.Request) -> Account:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        given = given or request.query.get("access_token", "")
        for account in self._config.accounts:
            expected = account.page_token.get_secret_value().encode()
            if secrets.compare_digest(given.encode("utf-8", "surrogateescape"), expected):
                return account
        raise SendError(190)

    def _admit_call(self, account: Account) -> None:
        """Raise SendError 613 when the last second has had as many sends as the account may make."""
        most, now = self._config.calls_per_second, self._network.clock()
        if most is None:
            return
        recent = self._recent.setdefault(account.account_id, deque())
        while recent and recent[0] <= now - 1:
            recent.popleft()
        if len(recent) >= most:
            raise SendError(613)
        recent.append(now)


async def _json(request: web.Request) -> Json:
    try:
        body = json.loads(await request.read())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise SendError(100, None, "Unsupported post request: the body is no JSON object")
    return body


def _recipient(body: Mapping[str, object]) -> str:
    recipient = body.get("recipient")
    person = recipient.get("id") if isinstance(recipient, dict) else None
    if not isinstance(person, str) or not person:
        raise SendError(100, None, "The parameter recipient is required")
    return person


def _tag(body: Mapping[str, object]) -> str | None:
    kind, tag = body.get("messaging_type", "RESPONSE"), body.get("tag")
    if kind not in ("RESPONSE", "UPDATE", "MESSAGE_TAG"):
        raise SendError(100, None, "Param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG}")
    if (kind == "MESSAGE_TAG") != isinstance(tag, str):
        raise SendError(100, None, "A tag goes with messaging_type MESSAGE_TAG, and only with it")
    return tag if isinstance(tag, str) else None


def _attachment_of(about: str) -> Json:
    try:
        found = json.loads(about)["attachment"]
    except (ValueError, KeyError, TypeError):
        found = None
    return found if isinstance(found, dict) else {}


@web.middleware
async def graph_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a refusal as Meta words it."""
    try:
        return await handler(request)
    except SendError as error:
        headers = {} if error.retry_after is None else {"Retry-After": f"{error.retry_after:g}"}
        return web.json_response(error.body(secrets.token_urlsafe(8)), status=error.status, headers=headers)
