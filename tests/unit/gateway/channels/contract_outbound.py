"""What must hold of everything that goes out, on every channel? Limits, words, choices, answers, secrets."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.gateway.channels import (
    Channel,
    Delivered,
    HttpAnswer,
    HttpCall,
    MediaLink,
    OutsideWindow,
    Paused,
    Rejected,
    Retry,
)
from services.gateway.channels.degrade import more
from services.gateway.domain.more import more_of
from shared.errors import Transient, UsherError
from shared.messages.conversation import Body, Choice, DocumentBody, LinkBody, TextBody
from tests.unit.gateway.channels.contract_case import MESSAGE, ChannelCase, Tap, a_file
from tests.unit.gateway.channels.contract_texts import ANSWERS, CHOICES, SHORT, TEXT, other_bodies

some = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)


class OutboundContract(ChannelCase):
    """Inherited by the tests of every channel."""

    # --- what it is -----------------------------------------------------------------------------------

    def test_it_is_loaded_by_its_name_and_has_every_member_of_the_protocol(self) -> None:
        channel = self.channel()

        members = [name for name in vars(Channel) if not name.startswith("_")]
        assert [name for name in members if not hasattr(channel, name)] == []
        assert channel.name == self.name

    def test_it_asks_for_the_secrets_that_it_uses(self) -> None:
        needs = self.channel().needs

        assert all(need.about for need in needs)
        assert {need.name for need in needs if need.required} <= set(self.account().secrets)
        assert set(self.account().secrets) <= {need.name for need in needs}

    def test_it_can_show_choices_somehow(self) -> None:
        can = self.channel().capabilities

        assert can.numbered or can.buttons or can.rows
        assert can.text > 0 and can.per_second > 0

    # --- rendering ------------------------------------------------------------------------------------

    def _calls(self, body: Body, **values: str) -> list[HttpCall]:
        """The requests as the sender makes them: a file goes up first where the channel wants that."""
        message = self.message(body, values=values)
        upload = self.channel().upload(message, self.account())
        calls = self.channel().render(message, self.account(), "media-1" if upload else None)
        return [upload, *calls] if upload else calls

    def _words(self, calls: Sequence[HttpCall]) -> str:
        texts = [shown.text for call in calls for shown in self.shown(call) if shown.what == "text"]
        return _bare("".join(texts))

    def _within_limits(self, calls: Sequence[HttpCall]) -> None:
        for call in calls:
            assert call.url.startswith(self.url_schemes), "a request needs a whole URL"
            for what, text, limit, length in self.shown(call):
                assert 0 < length(text) <= limit, f"{what} has {length(text)} of {limit}: {text[:80]!r}"

    @some
    @given(TEXT, CHOICES, st.none() | SHORT)
    def test_a_text_with_choices_stays_within_the_limits_and_loses_no_word(
        self, text: str, choices: list[Choice], label: str | None
    ) -> None:
        calls = self._calls(TextBody(text=text, choices=tuple(choices), label=label))

        assert calls
        self._within_limits(calls)
        assert _bare(self.reads(text)) in self._words(calls)

    @some
    @given(CHOICES.filter(bool))
    def test_every_choice_can_be_reached(self, choices: list[Choice]) -> None:
        if self.channel().capabilities.numbered:
            words = self._words(self._calls(TextBody(text="When?", choices=tuple(choices))))
            for number, choice in enumerate(choices, 1):
                assert _bare(f"{number}.{self.reads(choice.title)}") in words
            return
        offset = 0
        while offset < len(choices):
            taps = self._page(choices, offset)
            assert taps, f"nothing to tap from choice {offset} on"
            for choice, tap in zip(choices[offset:], taps, strict=False):
                assert tap.choice_id == choice.choice_id
                assert tap.title == choice.title or _begins(choice.title, tap.title), tap
            offset += len(taps)

    def _page(self, choices: Sequence[Choice], offset: int) -> list[Tap]:
        """The taps from this choice on; the last one asks for more when these are not all."""
        values = {"page_of": str(MESSAGE), "page_offset": str(offset)} if offset else {}
        calls = self._calls(TextBody(text="When?", choices=tuple(choices[offset:])), **values)
        self._within_limits(calls)
        taps = [Tap(*tap) for call in calls for tap in self.taps(call)]
        if taps and more_of(taps[-1].choice_id) is not None:
            rest = taps.pop()
            assert rest.choice_id == more(MESSAGE, offset + len(taps))
            assert rest.title
        else:
            assert offset + len(taps) == len(choices), "the rest cannot be reached"
        return taps

    @some
    @given(other_bodies())
    def test_every_other_kind_stays_within_the_limits_and_is_said_somehow(self, body: Body) -> None:
        calls = self._calls(body)

        self._within_limits(calls)
        text = getattr(body, "text", None) or getattr(body, "caption", None) or ""
        is_itself = body.kind in self.channel().capabilities.kinds
        if body.kind in ("voice", "template") and is_itself:
            assert calls
        elif body.kind in ("document", "image"):
            assert calls or not (text.strip() or is_itself or body.kind == "document")
        elif body.kind != "reaction":
            assert calls
            assert _bare(self.reads(text)) in self._words(calls)
        if isinstance(body, LinkBody):
            assert any(body.url in _content(call) for call in calls)

    def test_requests_come_out_the_same_each_time(self) -> None:
        body = TextBody(text="When?", choices=(Choice(choice_id="1", title="Monday"),))

        assert self._calls(body) == self._calls(body)

    # --- answers --------------------------------------------------------------------------------------

    def test_a_taken_message_is_delivered(self) -> None:
        assert isinstance(self.channel().classify(self.success, 1), Delivered)

    @pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
    @pytest.mark.parametrize("body", [b"", b"{}", b"<html>Bad gateway</html>"])
    def test_too_many_and_broken_servers_are_tried_again_later(self, status: int, body: bytes) -> None:
        pauses = []
        for tries in (1, 2, 3, 10, 100):
            outcome = self.channel().classify(HttpAnswer(status, body), tries)
            assert isinstance(outcome, Retry)
            assert 0 < outcome.after < math.inf
            assert outcome.unclear == (status >= 500), "after a 5xx nobody knows; after a 429 everybody does"
            pauses.append(outcome.after)
        assert pauses[-1] <= 24 * 3600

    def test_a_pause_that_the_provider_asks_for_is_kept(self) -> None:
        outcome = self.channel().classify(HttpAnswer(429, b"{}", retry_after=37.0), 1)

        assert isinstance(outcome, Retry)
        assert outcome.after >= 37.0

    def test_a_refusal_is_never_tried_again_at_once(self) -> None:
        for answer in self.refused:
            assert isinstance(self.channel().classify(answer, 1), Paused | Rejected), answer

    @settings(some, max_examples=400)
    @given(st.integers(100, 599), st.binary(max_size=60) | ANSWERS, st.integers(1, 30))
    def test_whatever_is_answered_has_an_outcome(self, status: int, body: bytes, tries: int) -> None:
        channel, answer = self.channel(), HttpAnswer(status, body)

        outcome = channel.classify(answer, tries)

        assert isinstance(outcome, Delivered | Retry | Rejected | Paused | OutsideWindow)
        assert isinstance(outcome, Delivered) or outcome.reason
        assert channel.uploaded(answer) is None or channel.uploaded(answer)
        for probe in channel.probes(self.account()):
            assert isinstance(probe.explain(answer), str | None)
        try:
            assert isinstance(channel.located(answer, self.account()), MediaLink | None)
        except Transient as error:
            assert str(error)

    # --- secrets and places ---------------------------------------------------------------------------

    def test_secrets_are_never_shown(self) -> None:
        channel, account = self.channel(), self.account()
        shown = [repr(channel), str(channel), repr(account), repr(channel.probes(account))]
        shown += [repr(channel.connect(account, "https://usher.example/webhooks/x")), repr(channel.needs)]
        for body in (TextBody(text="Hello"), DocumentBody(file=a_file("application/pdf"), filename="a.pdf")):
            shown += [repr(call) for call in self._calls(body)]
        shown.append(repr(channel.seen(self.user_id, "wamid.1", account)))
        shown += [repr(channel.classify(HttpAnswer(401, b"{}"), 1))]

        assert not [(secret, text) for secret in self.secrets() for text in shown if secret in text]

    def test_without_its_secrets_it_says_what_is_missing_and_shows_nothing(self) -> None:
        account = self.account()
        bare = type(account)(account.tenant_id, account.channel, account.account_id, account.owner_id)

        try:
            self.channel().render(self.message(TextBody(text="Hello")), bare)
        except UsherError as error:
            assert "usher channel add" in str(error) or "USHER_" in str(error)

    def test_requests_that_check_and_connect_go_to_places_that_may_have_our_credentials(self) -> None:
        channel, account = self.channel(), self.account()
        calls = [probe.call for probe in channel.probes(account)]
        calls += channel.connect(account, "https://usher.example/webhooks/x")

        assert all(probe.about for probe in channel.probes(account))
        assert all(call.url.startswith(self.url_schemes) and channel.trusts(call.url) for call in calls)

    @some
    @given(st.text(max_size=30))
    def test_no_other_place_is_trusted_with_our_credentials(self, text: str) -> None:
        channel = self.channel()
        own = [call.url for call in self._calls(TextBody(text="Hello")) if channel.trusts(call.url)]
        hosts = [urlsplit(url).netloc for url in own]

        assert not channel.trusts(text)
        assert not channel.trusts("https://example.net/file")
        assert not channel.trusts("http://[")
        for host in hosts:
            assert not channel.trusts(f"https://{host}.example.net/file")
            assert not channel.trusts(f"https://{host}@example.net/file")
            assert not channel.trusts(f"https://example.net/{host}")
            assert not channel.trusts(f"ftp://{host}/file")

    @some
    @given(st.text(max_size=40))
    def test_an_id_of_a_file_that_is_none_is_refused_or_leads_to_a_trusted_place(self, media_id: str) -> None:
        channel = self.channel()
        try:
            found = channel.locate(media_id, self.account())
        except UsherError as error:
            assert not [secret for secret in self.secrets() if secret in str(error)]
            return
        assert channel.trusts(found.url) or not found.headers


def _bare(text: str) -> str:
    """The text without any white space: parts are cut there."""
    return "".join(text.split())


def _begins(title: str, shown: str) -> bool:
    """A title cut to its beginning."""
    return shown.endswith("…") and _bare(title).startswith(_bare(shown[:-1]))


def _content(call: HttpCall) -> str:
    return json.dumps(call.json, ensure_ascii=False) + " ".join(call.form.values())
