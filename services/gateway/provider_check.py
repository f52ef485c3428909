"""Do an account's credentials work, and does the provider know our URL? Asked of the provider, answered in sentences.

No secret gets into a sentence: the calls are not shown, and what their answers mean is the adapter's to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import quote, urlsplit

from services.gateway.channels import Channel, Delivered, HttpAnswer, HttpCall
from services.gateway.domain.account import ChannelAccount
from services.gateway.sender import AnswerLost, NotSent
from shared.errors import UsherError
from shared.settings import Settings

_LEFT_AS_IT_IS: Final = "+:@"
"""Legal in a path. Twilio signs the URL as it was pasted there, so a "+" must not become "%2B" on the way."""


class Caller(Protocol):
    """See `sender.Caller`."""

    async def call(self, call: HttpCall, data: bytes | None = None) -> HttpAnswer | NotSent | AnswerLost:
        """Make one request."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `problem`: what is wrong and what to do about it; None when all is well."""

    about: str
    problem: str | None = None


def webhook_url(channel: Channel, account: ChannelAccount, settings: Settings) -> str:
    """What to paste at the provider: the account's own URL when it has a secret of its own to verify with, else the
    installation's."""
    base = settings.public_url.rstrip("/") or f"http://{settings.http_host}:{settings.http_port}"
    # The secrets that may have two values at once are those that requests are verified with.
    if any(need.rotates and account.secrets.get(need.name) for need in channel.needs):
        return f"{base}/webhooks/{channel.name}/{quote(account.account_id, safe=_LEFT_AS_IT_IS)}"
    return f"{base}/webhooks/{channel.name}"


def next_step(channel: Channel, account: ChannelAccount, settings: Settings) -> str:
    """What the owner does with a new account, in a line to copy from."""
    if channel.name == "webchat":  # nobody calls us: people come by the page
        base = webhook_url(channel, account, settings).partition("/webhooks/")[0]
        return f'for your pages: <script src="{base}/webchat/widget.js" data-account="{account.account_id}" async></script>'
    return f"webhook URL: {webhook_url(channel, account, settings)}"


async def check(channel: Channel, account: ChannelAccount, caller: Caller) -> list[Finding]:
    """What the account lacks, then what each of its probes shows. Raises nothing for what the provider does."""
    missing = [need for need in channel.needs if need.required and not account.secrets.get(need.name)]
    findings = [
        Finding(
            f"secret {need.name}",
            f"is missing ({need.about}): `usher channel add {channel.name} {account.account_id}` asks for it.",
        )
        for need in missing
    ]
    try:
        probes = channel.probes(account)
    except UsherError as error:
        return findings or [Finding("credentials", str(error))]
    for probe in probes:
        answer = await caller.call(probe.call)
        problem = probe.explain(answer) if isinstance(answer, HttpAnswer) else _unanswered(probe.call, answer)
        findings.append(Finding(probe.about, problem))
    return findings


async def connect(channel: Channel, account: ChannelAccount, url: str, caller: Caller) -> list[Finding]:
    """Tell the provider our URL; empty when that has to be done by hand. Stops at the first thing that goes wrong.

    Raises `MissingSecret`.
    """
    calls = channel.connect(account, url)
    findings: list[Finding] = []
    for step, call in enumerate(calls, 1):
        about = f"step {step} of {len(calls)} of telling {channel.name} our URL"
        answer = await caller.call(call)
        problem = _refusal(channel, answer) if isinstance(answer, HttpAnswer) else _unanswered(call, answer)
        findings.append(Finding(about, problem))
        if problem:
            break
    return findings


def went_well(findings: Sequence[Finding]) -> bool:
    """Whether nothing is wrong."""
    return all(finding.problem is None for finding in findings)


def _refusal(channel: Channel, answer: HttpAnswer) -> str | None:
    if 200 <= answer.status < 300:
        return None
    outcome = channel.classify(answer, 1)
    reason = "" if isinstance(outcome, Delivered) else f": {outcome.reason}"
    return f"the provider answered {answer.status}{reason}."


def _unanswered(call: HttpCall, answer: NotSent | AnswerLost) -> str:
    host = urlsplit(call.url).hostname or "the provider"
    if isinstance(answer, NotSent):
        return f"{host} cannot be reached ({answer.reason}): look at the network, and at the channel's *_API_URL."
    return f"{host} did not answer ({answer.reason}): try again in a moment."
