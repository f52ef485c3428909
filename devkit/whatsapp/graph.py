"""What does a business see of Meta? The Graph API: sending, marking read, and files up and down."""

import asyncio
import hmac
import json
import secrets
from collections.abc import Callable
from functools import partial

import aiohttp
from aiohttp import web

from devkit.emulator.meta import signature
from devkit.whatsapp import limits
from devkit.whatsapp.audio import is_voice_note
from devkit.whatsapp.config import Business
from devkit.whatsapp.errors import GraphError, error_body
from devkit.whatsapp.faults import FaultBox, SendFault
from devkit.whatsapp.network import Network, show_media
from devkit.whatsapp.payloads import digits
from devkit.whatsapp.sendlog import Outcome, SendEntry, SendLog
from devkit.whatsapp.sends import Send, check_send
from devkit.whatsapp.state import Media, Phone

_FETCH_TIMEOUT = aiohttp.ClientTimeout(total=20)


class GraphApi:
    """The handlers of `/{version}/…` and of the media download links."""

    def __init__(self, network: Network, faults: FaultBox, sends: SendLog) -> None:
        self._network = network
        self._store = network.store
        self._config = network.config
        self._faults = faults
        self._sends = sends

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        version = r"/{version:v\d+\.\d+}"
        return [
            web.post(version + r"/{number:\d+}/messages", self.messages),
            web.post(version + r"/{number:\d+}/media", self.upload),
            web.get(version + r"/{media:\d+}", self.media),
            web.delete(version + r"/{media:\d+}", self.delete),
            web.get(r"/media/{media:\d+}", self.download),
        ]

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """`POST /{version}/{phone_number_id}/messages`."""
        self._authorise(request)
        business = self._business(request)
        body = await _json(request)
        if isinstance(body, dict) and "status" in body:
            return self._mark_read(business, body)
        send = check_send(body)
        phone = self._recipient(send)
        fault = self._fault(phone.customer.wa_id)
        note = partial(self._note, business, phone, send, ordered=fault is not None)
        if fault is not None and (
            fault.way in ("refuse", "unsent") or (fault.way == "bare" and not fault.taken)
        ):
            return await self._not_taken(request, fault, note)
        try:
            wamid = self._send(business, phone, send, fault)
        except GraphError as error:
            note("refused", code=error.code)
            raise
        answered = fault is None or fault.way not in ("lost", "bare")
        note("taken", wamid=wamid, answered=answered)
        if fault is not None and not answered:
            return await self._unanswered(request, fault)
        contact = {"input": send.to or send.recipient, "wa_id": phone.customer.wa_id}
        sent = {"id": wamid} | ({"message_status": "accepted"} if send.type == "template" else {})
        if fault is not None and fault.way == "quality":
            sent["message_status"] = "held_for_quality_assessment"
        return web.json_response({"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]})

    def _fault(self, wa_id: str) -> SendFault | None:
        """What goes wrong with this send on request, whichever way it was asked for."""
        faults = self._faults.current
        if self._faults.take("fail_sends", wa_id):
            return SendFault(way="refuse", code=faults.fail_code, status=faults.fail_status)
        if self._faults.take("lose_answers", wa_id):
            return SendFault(way="lost", after_seconds=faults.lose_after_seconds)
        return self._faults.next_send(wa_id)

    async def _not_taken(
        self, request: web.Request, fault: SendFault, note: Callable[..., None]
    ) -> web.StreamResponse:
        if fault.way == "refuse":
            note("refused", code=fault.code)
            raise GraphError(
                fault.code,
                "Refused on request of the emulator's faults.",
                status=fault.status,
                retry_after=fault.retry_after,
            )
        note("unsent", answered=False)
        return await self._unanswered(request, fault)

    async def _unanswered(self, request: web.Request, fault: SendFault) -> web.StreamResponse:
        """Something in between gives up: no answer, or one that says nothing."""
        await asyncio.sleep(fault.after_seconds)
        if fault.way == "bare":
            return web.Response(status=fault.status or 502, text="upstream trouble")
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _note(
        self,
        business: Business,
        phone: Phone,
        send: Send,
        outcome: Outcome,
        *,
        ordered: bool,
        code: int | None = None,
        wamid: str | None = None,
        answered: bool = True,
    ) -> None:
        content = send.content if isinstance(send.content, dict) else {}
        self._sends.add(
            SendEntry(
                self._sends.next_seq(),
                self._network.clock(),
                business.phone_number_id,
                phone.customer.wa_id,
                send.type,
                str(content.get("body", "")),
                send.tracker,
                outcome,
                code,
                wamid,
                ordered,
                answered,
            )
        )

    def _send(self, business: Business, phone: Phone, send: Send, fault: SendFault | None) -> str:
        template = None
        if send.type == "template" and isinstance(send.content, dict):
            template = limits.find_template(self._config.templates, send.content)
        media_id, link = send.media
        media = self._stored(media_id) if media_id else None
        if media is not None:
            limits.check_use(send.type, media.mime_type)
        self._network.admit(business, phone, send.type)
        if template is not None and template.category == "marketing":
            self._network.admit_marketing(business, phone)
        failure = fault.code if fault is not None and fault.way == "fail" else None
        if link:
            return self._network.to_customer(
                business, phone, send, None, self._fetch(send.type, link), failure
            )
        view = show_media(send, media) if media else None
        return self._network.to_customer(business, phone, send, template, view, failure)

    def _mark_read(self, business: Business, body: dict[str, object]) -> web.Response:
        typing = body.get("typing_indicator")
        if body.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        if body["status"] != "read" or typing not in (None, {"type": "text"}):
            raise GraphError(
                131009, "Param status must be 'read', and typing_indicator {'type': 'text'} where given."
            )
        if not isinstance(body.get("message_id"), str):
            raise GraphError(131008, "Parameter message_id is required.")
        self._network.read_by_business(business, str(body["message_id"]), typing=typing is not None)
        return web.json_response({"success": True})

    async def upload(self, request: web.Request) -> web.Response:
        """`POST /{version}/{phone_number_id}/media`, multipart with `file`, `type`, `messaging_product`."""
        self._authorise(request)
        self._business(request)
        if not request.content_type.startswith("multipart/"):
            raise GraphError(
                100, "The request must be multipart/form-data with messaging_product, type and file."
            )
        form = await request.post()
        if form.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        part, given = form.get("file"), form.get("type")
        if not isinstance(part, web.FileField):
            raise GraphError(131008, "Parameter file is required, as a file part with a filename.")
        data = part.file.read()
        mime_type = given if isinstance(given, str) and given else part.content_type
        limits.check_upload(mime_type, len(data))
        if mime_type.startswith("audio/ogg") and not is_voice_note(data):
            raise GraphError(131053, "audio/ogg is taken with the opus codec and one channel only.")
        media = self._keep(data, mime_type, part.filename)
        return web.json_response({"id": media.id})

    async def media(self, request: web.Request) -> web.Response:
        """`GET /{version}/{media_id}`: where the file can be had for the next five minutes."""
        self._authorise(request)
        media = self._stored(request.match_info["media"])
        expires = int(self._network.clock()) + limits.MEDIA_URL_SECONDS
        base = self._config.public_url or f"{request.scheme}://{request.host}"
        url = f"{base.rstrip('/')}/media/{media.id}?ext={expires}&hash={self._seal(media.id, expires)}"
        return web.json_response(
            {
                "url": url,
                "mime_type": media.mime_type,
                "sha256": media.sha256.hex(),
                "file_size": len(media.data),
                "id": media.id,
                "messaging_product": "whatsapp",
            }
        )

    async def download(self, request: web.Request) -> web.Response:
        """The bytes, for who holds the token and a link that is not older than five minutes."""
        self._authorise(request)
        media_id, expires = request.match_info["media"], request.query.get("ext", "")
        sealed = expires.isdigit() and hmac.compare_digest(
            self._seal(media_id, int(expires)), request.query.get("hash", "")
        )
        media = self._store.media(media_id)
        if not sealed or int(expires) < self._network.clock() or media is None:
            raise web.HTTPNotFound(text="This media link is not valid, or no longer: ask for a new one.")
        return web.Response(body=media.data, headers={"Content-Type": media.mime_type})

    async def delete(self, request: web.Request) -> web.Response:
        """`DELETE /{version}/{media_id}`."""
        self._authorise(request)
        self._store.remove_media(self._stored(request.match_info["media"]).id)
        return web.json_response({"success": True})

    def _authorise(self, request: web.Request) -> None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        expected = self._config.access_token.get_secret_value().encode()
        if kind.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), expected):
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")

    def _business(self, request: web.Request) -> Business:
        number = request.match_info["number"]
        business = self._network.business(number)
        if business is None:
            raise _unknown_object(number, "post")
        return business

    def _recipient(self, send: Send) -> Phone:
        if send.to is None:
            return self._store.by_user_id(send.recipient or "")
        if not 7 <= len(send.to) <= 15:
            raise GraphError(131009, "Param to: not a phone number in international format.")
        if any(send.to == digits(one.display_phone_number) for one in self._config.businesses):
            raise GraphError(
                131021, "Recipient phone number cannot be the sender's, or another business number."
            )
        return self._store.phone(send.to)

    def _stored(self, media_id: str) -> Media:
        media = self._store.media(media_id)
        if media is None:
            raise _unknown_object(media_id, "get")
        return media

    def _keep(self, data: bytes, mime_type: str, filename: str | None) -> Media:
        return self._store.add_media(Media(new_media_id(), data, mime_type, self._network.clock(), filename))

    async def _fetch(self, kind: str, link: str) -> Media:
        try:
            async with aiohttp.ClientSession(timeout=_FETCH_TIMEOUT) as session, session.get(link) as answer:
                answer.raise_for_status()
                data = await answer.content.read(limits.MAX_REQUEST_BYTES)
                mime_type = answer.content_type
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise GraphError(131053, f"Media link could not be fetched ({type(error).__name__}).") from error
        limits.check_upload(mime_type, len(data))
        limits.check_use(kind, mime_type)
        return self._keep(data, mime_type, None)

    def _seal(self, media_id: str, expires: int) -> str:
        secret = self._config.app_secret.get_secret_value()
        return signature(secret, f"{media_id}:{expires}".encode()).removeprefix("sha256=")


def new_media_id() -> str:
    """A media id like Meta's: sixteen digits."""
    return str(10**15 + secrets.randbelow(9 * 10**15))


@web.middleware
async def graph_errors(request: web.Request, handler: aiohttp.typedefs.Handler) -> web.StreamResponse:
    """Turns GraphError into Meta's error body."""
    try:
        return await handler(request)
    except GraphError as error:
        headers = {} if error.retry_after is None else {"Retry-After": f"{error.retry_after:g}"}
        body = error_body(error, "A" + secrets.token_urlsafe(16))
        return web.json_response(body, status=error.status, headers=headers)


async def _json(request: web.Request) -> object:
    try:
        body: object = json.loads(await request.read())
    except ValueError:
        raise GraphError(100, "The request body is not valid JSON.") from None
    return body


def _unknown_object(object_id: str, method: str) -> GraphError:
    details = (
        f"Unsupported {method} request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation."
    )
    return GraphError(100, details, subcode=33)
