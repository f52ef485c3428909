"""What does an account see of Twilio? The REST API: messages, the account, its numbers, files."""

import asyncio
import hmac
import re
from base64 import b64encode
from collections import deque
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from devkit.twilio.config import Number
from devkit.twilio.errors import TwilioError
from devkit.twilio.faults import FaultBox
from devkit.twilio.network import Network
from devkit.twilio.state import File, Message, new_sid
from devkit.twilio.storage import Storage

MOST_CHARACTERS: Final = 1600
_E164: Final = re.compile(r"\+[1-9]\d{6,14}")
_BSUID: Final = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")
_CONTENT_SID: Final = re.compile(r"HX[0-9a-fA-F]{32}")
_ACCOUNT: Final = "/2010-04-01/Accounts/{account}"


class RestApi:
    """The handlers of `/2010-04-01/…`."""

    def __init__(self, network: Network, faults: FaultBox, storage: Storage) -> None:
        self._network = network
        self._store = network.store
        self._config = network.config
        self._faults = faults
        self._storage = storage
        self._recent: deque[float] = deque()

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        return [
            web.get(_ACCOUNT + ".json", self.account),
            web.get(_ACCOUNT + "/IncomingPhoneNumbers.json", self.numbers),
            web.post(_ACCOUNT + "/Messages.json", self.create),
            web.get(_ACCOUNT + "/Messages.json", self.messages),
            web.get(_ACCOUNT + "/Messages/{sid:\\w+}.json", self.fetch),
            web.get(_ACCOUNT + "/Messages/{sid:\\w+}/Media/{media:\\w+}", self.media),
        ]

    # --- messages -------------------------------------------------------------------------------------

    async def create(self, request: web.Request) -> web.StreamResponse:
        """`POST Messages.json`: checked, taken, and answered 201 unless a fault has it otherwise."""
        self._authorise(request)
        self._admit_request()
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        sender, person = self._addresses(form)
        faults = self._faults.current
        if self._faults.strikes("fail_sends", "fail_chance", person):
            raise TwilioError(faults.fail_code, status=faults.fail_status, retry_after=faults.retry_after)
        if self._faults.strikes("swallow_sends", "swallow_chance", person):
            return await self._hang_up(request)
        message = self._message(sender, person, form)
        self._network.admit(sender, person, is_template=message.content_sid is not None)
        resource = message.resource(self._config.account_sid)
        reported = self._network.send(sender, message)
        if self._faults.strikes("lose_answers", "lose_chance", person):
            return await self._hang_up(request)
        if faults.late_answers:
            await reported.wait()
        return web.json_response(resource, status=201)

    async def _hang_up(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self._faults.current.hang_seconds)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _addresses(self, form: Mapping[str, str]) -> tuple[Number, str]:
        """The sender and the person's address without prefix. Raises TwilioError."""
        if not form.get("To"):
            raise TwilioError(21604)
        if not form.get("From"):
            raise TwilioError(21603)
        channel = "whatsapp" if form["From"].startswith("whatsapp:") else "sms"
        sender = self._network.number(channel, form["From"].removeprefix("whatsapp:"))
        if sender is None:
            raise TwilioError(63007 if channel == "whatsapp" else 21606)
        person = form["To"].removeprefix("whatsapp:")
        is_whatsapp = form["To"].startswith("whatsapp:")
        is_address = _E164.fullmatch(person) or (is_whatsapp and _BSUID.fullmatch(person))
        if is_whatsapp != (channel == "whatsapp") or not is_address:
            raise TwilioError(21211)
        if person == sender.number:
            raise TwilioError(21266)
        return sender, person

    def _message(self, sender: Number, person: str, form: Mapping[str, str]) -> Message:
        body, content_sid = form.get("Body", ""), form.get("ContentSid")
        if not body.strip() and not content_sid and not form.get("MediaUrl"):
            raise TwilioError(21619)
        if len(body.encode("utf-16-le")) // 2 > MOST_CHARACTERS:
            raise TwilioError(21617)
        if content_sid and not _CONTENT_SID.fullmatch(content_sid):
            raise TwilioError(21655)
        variables = form.get("ContentVariables")
        if variables is not None and not _are_variables(variables):
            raise TwilioError(21656)
        callback = form.get("StatusCallback")
        if callback and urlsplit(callback).scheme not in ("http", "https"):
            raise TwilioError(21609)
        return Message(
            sid=new_sid("SM"),
            channel=sender.channel,
            ours=sender.number,
            person=person,
            outbound=True,
            body=body,
            created_at=self._network.clock(),
            callback=callback,
            content_sid=content_sid,
            content_variables=variables,
        )

    async def messages(self, request: web.Request) -> web.Response:
        """`GET Messages.json?To=&From=`: newest first, at most `PageSize`."""
        self._authorise(request)
        wanted = {name: request.query[name] for name in ("To", "From") if name in request.query}
        resources = [
            one.resource(self._config.account_sid) for one in reversed(self._store.messages.values())
        ]
        found = [
            one for one in resources if all(one[name.lower()] == value for name, value in wanted.items())
        ]
        size = request.query.get("PageSize", "50")
        return web.json_response({"messages": found[: int(size) if size.isdigit() else 50], "page": 0})

    async def fetch(self, request: web.Request) -> web.Response:
        """`GET Messages/{sid}.json`."""
        self._authorise(request)
        message = self._store.messages.get(request.match_info["sid"])
        if message is None:
            raise TwilioError(20404)
        return web.json_response(message.resource(self._config.account_sid))

    # --- account, numbers, files ----------------------------------------------------------------------

    async def account(self, request: web.Request) -> web.Response:
        """`GET Accounts/{sid}.json`."""
        self._authorise(request)
        config = self._config
        return web.json_response(
            {
                "sid": config.account_sid,
                "status": config.account_status,
                "friendly_name": "Emulated",
                "type": "Full",
            }
        )

    async def numbers(self, request: web.Request) -> web.Response:
        """`GET IncomingPhoneNumbers.json?PhoneNumber=`: the account's numbers that contain this."""
        self._authorise(request)
        wanted = request.query.get("PhoneNumber", "")
        found = [
            {
                "phone_number": one.number,
                "friendly_name": one.name or one.number,
                "sms_url": one.webhook_url,
                "sms_method": "POST",
                "capabilities": {"sms": True, "mms": True, "voice": False},
                "account_sid": self._config.account_sid,
            }
            for one in self._config.numbers
            if one.channel == "sms" and wanted in one.number
        ]
        return web.json_response({"incoming_phone_numbers": found, "page": 0})

    async def media(self, request: web.Request) -> web.Response:
        """`GET Messages/{sid}/Media/{media}`: the bytes, or a redirect to them."""
        self._authorise(request)
        file = self._file(request)
        if file.message_sid != request.match_info["sid"]:
            raise TwilioError(20404)
        if self._config.media_redirect:
            raise web.HTTPTemporaryRedirect(self._storage.link(file))
        return web.Response(body=file.data, headers={"Content-Type": file.content_type})

    def _file(self, request: web.Request) -> File:
        file = self._store.files.get(request.match_info["media"])
        if file is None:
            raise TwilioError(20404)
        return file

    # --- who asks, and how often ----------------------------------------------------------------------

    def _authorise(self, request: web.Request) -> None:
        sid, token = self._config.account_sid, self._config.auth_token.get_secret_value()
        expected = f"Basic {b64encode(f'{sid}:{token}'.encode()).decode()}".encode()
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            raise TwilioError(20003)
        if request.match_info["account"] != sid:
            raise TwilioError(20404)

    def _admit_request(self) -> None:
        """Raise TwilioError 20429 when the last second has had as many requests as the account may make."""
        most, now = self._config.api_per_second, self._network.clock()
        if most is None:
            return
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if len(self._recent) >= most:
            raise TwilioError(20429)
        self._recent.append(now)


def _are_variables(text: str) -> bool:
    try:
        values = orjson.loads(text)
    except ValueError:
        return False
    return isinstance(values, dict) and all(isinstance(value, str) for value in values.values())


@web.middleware
async def rest_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a refusal as Twilio words it."""
    try:
        return await handler(request)
    except TwilioError as error:
        headers = {} if error.retry_after is None else {"Retry-After": f"{error.retry_after:g}"}
        body = error.body()
        if body is None:
            return web.Response(status=error.status, headers=headers)
        return web.json_response(body, status=error.status, headers=headers)
