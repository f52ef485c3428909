"""What must hold of everything that comes in, on every channel? Verification, parsing, keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.gateway.channels import (
    EventIn,
    Inbound,
    Malformed,
    MessageIn,
    NotAuthentic,
    RawRequest,
    StatusIn,
    Unreadable,
)
from services.gateway.domain.account import ChannelAccount
from tests.unit.gateway.channels.contract_case import GOLDEN, RECORDED, ChannelCase, golden, key_of
from tests.unit.gateway.channels.contract_mutations import flip, mutated, with_nul

some = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
)  # the same test runs for several channels


class InboundContract(ChannelCase):
    """Inherited by the tests of every channel with webhooks."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Runs a test for each of the channel's payloads, under the payload's name."""
        if "payload" in metafunc.fixturenames:
            paths = self.payloads()
            assert paths, f"tests/fixtures/{self.name} has no payloads"
            metafunc.parametrize("payload", paths, ids=[path.stem for path in paths])
        if "recorded_payload" in metafunc.fixturenames:
            folder = RECORDED / (self.recorded or "")
            missing = pytest.mark.skip(reason=f"{folder.name} is not in ../shared/data")
            found = sorted(folder.glob("*.json"))
            metafunc.parametrize(
                "recorded_payload",
                found or [pytest.param(folder, marks=missing)],
                ids=[path.stem for path in found] or ["none"],
            )

    def __init_subclass__(cls, **arguments: object) -> None:
        """A channel of which nobody has recorded payloads has no test of them."""
        super().__init_subclass__(**arguments)
        if cls.recorded is None:
            cls.test_a_recorded_payload_of_others_is_read_without_loss = None  # type: ignore[method-assign,assignment]

    def _request(self, body: bytes) -> RawRequest:
        return self.signed(body, self.account_for(body))

    def _refuses(self, request: RawRequest) -> bool:
        try:
            self.channel().verify(request)
        except NotAuthentic:
            return True
        return False

    # --- payloads -------------------------------------------------------------------------------------

    def test_a_payload_verifies_and_parses_into_what_its_golden_file_says(self, payload: Path) -> None:
        request = self._request(self.encode(payload))

        self.channel().verify(request)
        items = self.channel().parse(request)

        assert_sound(items)
        expected = payload.with_name(payload.stem + GOLDEN)
        hint = f"python -m tests.unit.gateway.channels.contract --write {self.name}"
        assert expected.exists(), f"{expected.name} is missing: write it with `{hint}` and review it"
        assert golden(items) == expected.read_text("utf-8")

    def test_a_recorded_payload_of_others_is_read_without_loss(self, recorded_payload: Path) -> None:
        request = self._request(self.encode(recorded_payload))

        self.channel().verify(request)
        items = self.channel().parse(request)

        assert_sound(items)
        unreadable = [item for item in items if isinstance(item, Unreadable)]
        assert items, "nothing at all was read"
        assert bool(unreadable) == (recorded_payload.name in self.recorded_unreadable), unreadable

    def test_parsing_again_gives_the_same_items(self, payload: Path) -> None:
        request = self._request(self.encode(payload))

        first, again = self.channel().parse(request), self.channel().parse(request)

        assert first == again

    def test_a_later_delivery_of_the_same_body_gives_the_same_keys(self, payload: Path) -> None:
        request = self._request(self.encode(payload))
        later = replace(request, received_at=request.received_at.replace(year=2027))

        first, again = self.channel().parse(request), self.channel().parse(later)

        assert [key_of(item) for item in first] == [key_of(item) for item in again]

    def test_items_regrouped_into_bodies_of_their_own_keep_their_keys(self, payload: Path) -> None:
        body = self.encode(payload)
        together = self.channel().parse(self._request(body))

        alone = [
            item
            for single in self.regroup(body)
            for item in self.channel().parse(self.signed(single, self.account_for(body)))
        ]

        assert sorted(map(key_of, alone)) == sorted(map(key_of, together))

    def test_the_items_of_a_body_have_keys_of_their_own(self, payload: Path) -> None:
        items = self.channel().parse(self._request(self.encode(payload)))

        keys = [key_of(item) for item in items if not isinstance(item, Unreadable)]

        assert len(set(keys)) == len(keys)

    def test_a_url_of_one_account_brings_nothing_of_another(self, payload: Path) -> None:
        body = self.encode(payload)
        account = self.account_for(body)
        other = replace(account, account_id=f"{account.account_id}7", owner_id="7" * 9)
        request = replace(self.signed(body, other), account=other)

        try:
            items = self.channel().parse(request)
        except Malformed:
            return

        assert {item.account_id for item in items} <= {None, other.account_id}

    # --- verification ---------------------------------------------------------------------------------

    @some
    @given(st.data())
    def test_one_flipped_bit_never_verifies(self, data: st.DataObject) -> None:
        body = self.encode(data.draw(st.sampled_from(self.payloads())))
        request = self._request(body)
        places = ["signature", "body"] if self.covers_body and body else ["signature"]

        if data.draw(st.sampled_from(places)) == "signature":
            assert self._refuses(replace(request, headers=self._flip_signature(request, data)))
            return
        flipped = replace(request, body=flip(body, data))

        if self.exact_body:
            assert self._refuses(flipped)
        else:  # other bytes that say the same are the same message
            assert self._refuses(flipped) or self.channel().parse(flipped) == self.channel().parse(request)

    def _flip_signature(self, request: RawRequest, data: st.DataObject) -> Mapping[str, str]:
        name = self._signature(request)
        flipped = flip(request.headers[name].encode("latin-1"), data).decode("latin-1")
        return _with(request.headers, name, flipped)

    def _signature(self, request: RawRequest) -> str:
        """The header without which the request is not authentic."""
        for name in request.headers:
            if self._refuses(replace(request, headers=_with(request.headers, name, None))):
                return name
        raise AssertionError("no header is the signature")

    @pytest.mark.parametrize(
        "value", [None, "", " ", "sha256=", "sha256=\u00f1\u00e9", "\udcff\udcfe", "=" * 71]
    )
    def test_without_a_good_signature_nothing_verifies(self, value: str | None) -> None:
        request = self._request(self.encode(self.payloads()[0]))

        changed = _with(request.headers, self._signature(request), value)

        assert self._refuses(replace(request, headers=changed))

    def test_a_signature_in_another_case_does_not_verify(self) -> None:
        request = self._request(self.encode(self.payloads()[0]))
        name = self._signature(request)

        swapped = _with(request.headers, name, request.headers[name].swapcase())

        assert self._refuses(replace(request, headers=swapped))

    def test_without_any_secret_in_force_nothing_verifies(self) -> None:
        body = self.encode(self.payloads()[0])
        account = self.account_for(body)
        request = self.signed(body, account)
        by_nothing = self.signed(body, with_secret(account, self.signing_secret, ("",)))

        for secrets in ({}, {self.signing_secret: ()}, {self.signing_secret: ("",)}):
            without = replace(account, secrets=secrets)
            assert self._refuses(replace(request, account=without))
            assert self._refuses(replace(by_nothing, account=without))

    def test_while_a_secret_rotates_both_values_verify_and_no_third(self) -> None:
        body = self.encode(self.payloads()[0])
        account = self.account_for(body)
        values = account.secrets[self.signing_secret]
        assert len(values) == 2, "account() needs two values of the signing secret"

        def refuses(value: str) -> bool:
            request = self.signed(body, with_secret(account, self.signing_secret, (value,)))
            return self._refuses(replace(request, account=account))

        assert [refuses(value) for value in (*values, f"{values[0]}x")] == [False, False, True]

    def test_a_refusal_tells_neither_secrets_nor_the_right_signature(self) -> None:
        request = self._request(self.encode(self.payloads()[0]))
        name = self._signature(request)
        wrong = replace(request, headers=_with(request.headers, name, request.headers[name][:-2] + "zz"))

        with pytest.raises(NotAuthentic) as refusal:
            self.channel().verify(wrong)

        told = f"{refusal.value} {refusal.value!r}"
        assert not [secret for secret in (*self.secrets(), request.headers[name]) if secret in told]

    @pytest.mark.parametrize(
        "query", [{}, {"hub.mode": "subscribe", "hub.verify_token": "ñ\udcff", "hub.challenge": "1"}]
    )
    def test_a_handshake_without_our_token_is_refused(self, query: dict[str, str]) -> None:
        for account in (None, self.account(), replace(self.account(), secrets={})):
            with pytest.raises(NotAuthentic):
                self.channel().challenge(query, account)

    # --- whatever may come ----------------------------------------------------------------------------

    @some
    @given(st.binary(max_size=200))
    def test_random_bytes_are_malformed_or_read(self, body: bytes) -> None:
        self._reads_or_refuses(body, self.account())

    @some
    @given(st.data())
    def test_a_mutated_payload_is_malformed_or_read(self, data: st.DataObject) -> None:
        body = self.encode(data.draw(st.sampled_from(self.payloads())))
        account = self.account_for(body)

        self._reads_or_refuses(mutated(body, data), account)

    def test_no_text_with_a_nul_gets_through(self, payload: Path) -> None:
        body = self.encode(payload)

        for changed in with_nul(body):
            self._reads_or_refuses(changed, self.account_for(body))

    def _reads_or_refuses(self, body: bytes, account: ChannelAccount) -> None:
        request = self.signed(body, account)
        self.channel().acknowledge(request)
        try:
            items = self.channel().parse(request)
        except Malformed as refusal:
            assert str(refusal)
            return
        assert_sound(items)

    def test_a_kind_that_nobody_knows_is_kept_and_asks_for_no_answer(self) -> None:
        body = self.unknown_kind()

        items = self.channel().parse(self.signed(body, self.account_for(body)))

        assert_sound(items)
        for item in items:
            is_passed_on = isinstance(item, MessageIn) and item.content.kind in ("other", "unsupported")
            assert is_passed_on or isinstance(item, EventIn), item


def assert_sound(items: list[Inbound]) -> None:
    """Each item can be stored and handed on: it has ids, aware times, and no NUL (PostgreSQL has none)."""
    assert isinstance(items, list)
    for item in items:
        match item:
            case MessageIn():
                said = f"{item.provider_id}{item.user_id}{item.name}{item.phone}{item.aliases}{item.quoted}"
                assert item.account_id and item.provider_id and item.user_id, item
                assert item.sent_at.tzinfo is not None
                assert "\x00" not in said + item.content.model_dump_json() + str(item.referral), item
                assert "\\u0000" not in item.content.model_dump_json(), item
            case StatusIn():
                assert item.key and item.account_id and "\x00" not in item.key, item
                assert item.at.tzinfo is not None
                assert item.user_id if item.watermark else item.provider_id, item
            case EventIn():
                assert item.key and item.type and "\x00" not in item.key + item.type, item
            case Unreadable():
                assert item.reason
            case _:
                raise AssertionError(f"{item!r} is nothing that a channel may give")


def with_secret(account: ChannelAccount, name: str, values: tuple[str, ...]) -> ChannelAccount:
    """The account with these values of one secret."""
    return replace(account, secrets={**account.secrets, name: values})


def _with(headers: Mapping[str, str], name: str, value: str | None) -> Mapping[str, str]:
    others = {key: found for key, found in headers.items() if key.lower() != name.lower()}
    return others if value is None else {**others, name: value}
