"""`usher channel` without a database: what is asked, what is refused, what is never shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from services.gateway.channels import HttpAnswer, HttpCall, Need, load
from services.gateway.domain.account import ChannelAccount
from services.gateway.store.accounts import Pause, Stored
from shared.ids import tenant_id_of
from shared.settings import Settings
from usher.channels import ChannelError, Desk, Entry, Which, account_settings, collect
from usher.cli import app
from usher.commands.channel_desk import ask, print_table

CASA, VILA = tenant_id_of("casa"), tenant_id_of("vila")
COMMANDS = ("add", "list", "news", "check", "rotate", "remove", "pause", "resume", "key", "rekey")
BOT = ChannelAccount(CASA, "echo", "7", None, "Casa", {"secret": ("s3cret", "0ld"), "token": ("t0ken",)})


class Kept:
    """Accounts in memory, as `AccountStore` keeps them."""

    def __init__(self, *stored: Stored) -> None:
        self.rows = list(stored)

    async def stored(self) -> Sequence[Stored]:
        return list(self.rows)

    async def put(self, account: ChannelAccount) -> None:
        before = self._row(account)
        kept = before.account if before else replace(account, secrets={}, settings={})
        merged = replace(
            account,
            secrets={**kept.secrets, **account.secrets},
            settings={**kept.settings, **account.settings},
        )
        self._set(before, Stored(merged))

    async def remove(self, account: ChannelAccount) -> None:
        self._set(self._row(account), None)

    async def rotate(self, account: ChannelAccount, name: str, new: str) -> None:
        row = self._row(account)
        assert row is not None
        values = (new, *row.account.secrets.get(name, ())[:1])
        self._set(row, Stored(replace(row.account, secrets={**row.account.secrets, name: values})))

    async def drop_old(self, account: ChannelAccount, name: str) -> None:
        row = self._row(account)
        assert row is not None
        values = row.account.secrets[name][:1]
        self._set(row, Stored(replace(row.account, secrets={**row.account.secrets, name: values})))

    async def rekey(self) -> tuple[int, list[Stored]]:
        return len(self.rows), []

    async def pause(self, account: ChannelAccount, until: datetime | None, reason: str) -> None:
        row = self._row(account)
        self._set(row, Stored(account, Pause(until, reason)))

    async def resume(self, account: ChannelAccount) -> None:
        self._set(self._row(account), Stored(account))

    def _row(self, account: ChannelAccount) -> Stored | None:
        this = Which(account.channel, account.account_id)
        return next((row for row in self.rows if this.matches(row.account)), None)

    def _set(self, before: Stored | None, now: Stored | None) -> None:
        self.rows = [row for row in self.rows if row is not before] + ([now] if now else [])


def desk(*accounts: ChannelAccount | Stored) -> Desk:
    settings = Settings()
    stored = [one if isinstance(one, Stored) else Stored(one) for one in accounts]
    return Desk(settings, Kept(*stored), {CASA: "casa", VILA: "vila"}, lambda name: load(name, settings))


class Operator:
    """Enters "entered <name>" for every secret that is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, need: Need) -> str:
        self.asked.append(need.name)
        return f"entered {need.name}"


# --- adding ---------------------------------------------------------------------------------------------


async def test_what_the_channel_must_have_is_asked_for_and_what_was_given_is_not() -> None:
    operator = Operator()

    account = await desk().add(Entry("echo", "7", "casa", secrets={"token": "t0ken"}), operator)

    assert operator.asked == ["secret"]
    assert account == ChannelAccount(
        CASA, "echo", "7", secrets={"secret": ("entered secret",), "token": ("t0ken",)}
    )


async def test_a_tenant_can_have_several_numbers_of_a_channel() -> None:
    office = desk(BOT)

    await office.add(Entry("echo", "8", "casa"), Operator())

    assert [one.account.account_id for one in await office.find(Which(tenant="casa"))] == ["7", "8"]


async def test_adding_again_asks_for_nothing_that_is_there_and_changes_only_what_is_said() -> None:
    operator = Operator()

    account = await desk(BOT).add(Entry("echo", "7", owner_id="W1", settings={"url": "http://x"}), operator)

    assert operator.asked == []
    assert account == replace(BOT, owner_id="W1", settings={"url": "http://x"})


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (Entry("pigeon", "1", "casa"), "no channel 'pigeon'; there are whatsapp,"),
        (Entry("echo", "1", "csa"), "no tenant 'csa'; there are casa, vila"),
        (Entry("echo", "1"), "--tenant SLUG"),
        (Entry("echo", "1", "casa", secrets={"tokn": "x"}), "no secret 'tokn'; it has secret, token"),
    ],
)
async def test_a_mistake_is_named_before_anything_is_asked_or_written(entry: Entry, says: str) -> None:
    office, operator = desk(), Operator()

    with pytest.raises(ChannelError, match=says):
        await office.add(entry, operator)

    assert operator.asked == []
    assert await office.accounts.stored() == []


def asked(typed: str) -> tuple[list[str], str, BaseException | None]:
    """What `ask` took from these keystrokes, what the terminal showed, what went wrong."""
    taken: list[str] = []
    program = typer.Typer()

    @program.command()
    def go() -> None:
        taken.append(ask(Need("token", "it chooses one")))

    result = CliRunner().invoke(program, [], input=typed)
    return taken, result.output, result.exception


def test_a_secret_that_is_typed_is_explained_and_not_shown() -> None:
    taken, shown, _ = asked(" t0ken \n")

    assert taken == ["t0ken"]
    assert "token (it chooses one)" in shown
    assert "t0ken" not in shown


@pytest.mark.parametrize("typed", ["", "  \n"])
def test_who_enters_nothing_is_told_how_else_to_give_the_secret(typed: str) -> None:
    taken, _, problem = asked(typed)

    assert taken == []
    assert isinstance(problem, ChannelError)
    assert "--secret-from token=VARIABLE" in str(problem)


# --- secrets from elsewhere -----------------------------------------------------------------------------


def test_secrets_come_from_variables_files_or_chance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THE_TOKEN", " t0ken\n")
    (tmp_path / "key").write_text("s3cret\n")

    found = collect(["token=THE_TOKEN"], [f"secret={tmp_path / 'key'}"], ["verify"])

    assert (found["token"], found["secret"]) == ("t0ken", "s3cret")
    assert len(found["verify"]) >= 32
    assert collect(None, None, ["verify"]) != collect(None, None, ["verify"])


@pytest.mark.parametrize(
    ("variables", "files", "says"),
    [
        (["token=NOT_SET"], [], "token is to come from the variable NOT_SET"),
        (["token"], [], "--secret-from name=VARIABLE"),
        ([], ["token=/nonexistent/file"], "token cannot be read from /nonexistent/file"),
        ([], ["token="], "--secret-file name=path"),
    ],
)
def test_a_secret_that_cannot_be_had_is_named(variables: list[str], files: list[str], says: str) -> None:
    with pytest.raises(ChannelError, match=says):
        collect(variables, files, None)


def test_settings_are_json_where_they_can_be_and_null_removes_one() -> None:
    said = ["rate_per_second=80", "url=https://x/?a=b", 'templates={"reminder": "r1"}', "old=null"]

    assert account_settings(said) == {
        "rate_per_second": 80,
        "url": "https://x/?a=b",
        "templates": {"reminder": "r1"},
        "old": None,
    }


# --- rotating -------------------------------------------------------------------------------------------


async def test_a_secret_that_requests_are_verified_with_keeps_its_old_value_until_the_end() -> None:
    office = desk(BOT)

    [sentence] = await office.rotate(BOT, {"secret": "n3w"})
    [during] = await office.accounts.stored()
    done = await office.finish(during.account, None)
    [after] = await office.accounts.stored()

    assert during.account.secrets["secret"] == ("n3w", "s3cret")
    assert done == ["secret"]
    assert after.account.secrets["secret"] == ("n3w",)
    assert "--finish" in sentence
    assert "n3w" not in sentence


async def test_a_secret_that_we_show_others_is_replaced_at_once() -> None:
    office = desk(BOT)

    assert await office.rotate(BOT, {"token": "n3w"}) == ["token: replaced."]
    [after] = await office.accounts.stored()
    assert after.account.secrets == {"secret": ("s3cret", "0ld"), "token": ("n3w",)}


async def test_an_unknown_secret_is_not_rotated() -> None:
    with pytest.raises(ChannelError, match="it has secret, token"):
        await desk(BOT).rotate(BOT, {"sercet": "x"})


# --- looking --------------------------------------------------------------------------------------------


async def test_the_list_says_which_secrets_are_set_and_never_what_they_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    until = datetime(2026, 12, 1, 10, tzinfo=UTC)
    paused = Stored(BOT, Pause(until, "quality is low"))
    broken = Stored(
        replace(BOT, account_id="8", secrets={}), Pause(None, "by hand"), "sealed with another key"
    )
    office = desk(paused, broken)

    documents = [office.as_document(one) for one in (paused, broken)]
    print_table(documents)
    shown = capsys.readouterr().out + json.dumps(documents)

    assert documents[0]["secrets"] == {"secret": 2, "token": 1}
    assert (documents[0]["tenant"], documents[0]["state"], documents[0]["reason"]) == (
        "casa",
        "paused",
        "quality is low",
    )
    assert documents[0]["paused_until"] == "2026-12-01T10:00:00+00:00"
    assert "secret ×2" in shown
    assert "sealed with" in shown
    assert not [each for each in ("s3cret", "0ld", "t0ken") if each in shown]


async def test_an_account_of_nobody_known_is_listed_by_its_tenants_id() -> None:
    stray = Stored(replace(BOT, tenant_id=tenant_id_of("gone")))

    assert desk(stray).as_document(stray)["tenant"] == str(tenant_id_of("gone"))


async def test_who_names_an_account_that_is_not_there_is_sent_to_the_list() -> None:
    assert await desk().find(Which()) == []
    with pytest.raises(ChannelError, match="usher channel list"):
        await desk(BOT).find(Which("echo", "9"))
    with pytest.raises(ChannelError, match="usher channel list"):
        await desk(BOT).find(Which(tenant="vila"))


class Nobody:
    """A caller that must not be used."""

    async def call(self, call: HttpCall, data: bytes | None = None) -> HttpAnswer:
        raise AssertionError(call.method)


async def test_checking_says_what_keeps_an_account_from_being_checked() -> None:
    office = desk()

    [closed] = await office.check(Stored(BOT, problem="sealed with another key"), Nobody())
    [unknown] = await office.check(Stored(replace(BOT, channel="pigeon")), Nobody())
    [incomplete] = await office.check(Stored(replace(BOT, secrets={"secret": ("s",)})), Nobody())

    assert closed.problem == "sealed with another key"
    assert "no channel 'pigeon'" in (unknown.problem or "")
    assert incomplete.about == "secret token"
    assert await office.check(Stored(BOT), Nobody()) == []


# --- the commands ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does_with_an_example(command: str) -> None:
    result = CliRunner().invoke(app, ["channel", command, "--help"])

    assert result.exit_code == 0
    assert f"usher channel {command}" in result.output
    assert "Example" in result.output


def test_channel_alone_lists_its_commands() -> None:
    shown = CliRunner().invoke(app, ["channel"]).output

    assert all(f" {command} " in shown for command in COMMANDS)


def test_a_new_key_is_one_that_the_gateway_takes_and_nothing_else_is_printed() -> None:
    from services.gateway.secrets import Vault

    printed = CliRunner().invoke(app, ["channel", "key"]).output.split()

    assert len(printed) == 1
    assert Vault.from_settings(Settings.model_validate({"secrets_key": printed[0]})).has_key


def test_no_option_takes_a_secret_itself() -> None:
    shown = CliRunner().invoke(app, ["channel", "add", "--help"], env={"COLUMNS": "200"}).output

    assert "NAME=VARIABLE" in shown
    assert not [option for option in ("--secret ", "--token", "--password") if option in shown]


def test_without_a_database_each_command_is_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "usher", "channel", "list"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "USHER_DATA_DIR": str(tmp_path)},
    )

    assert done.returncode == 1
    assert "USHER_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr
