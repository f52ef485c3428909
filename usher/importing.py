"""What happens when a file is imported or a document exported? Each service takes its part; mistakes show their place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from shared.db import Database
from shared.errors import UsherError
from shared.ids import tenant_id_of

if TYPE_CHECKING:
    from services.booking.document import Document, TenantPart
    from services.booking.document.marks import Source
    from services.gateway.domain.account import ChannelAccount
    from services.gateway.store.accounts import AccountStore
    from shared.settings import Settings

Say = Callable[[str], None]
Kind = Literal["customers", "passes", "timetable"]
_NOTHING_CHANGED = "This was a dry run: nothing was changed."


class ImportFailed(UsherError):
    """This cannot be imported."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to import a list: for which tenant (slug; None: the only one there is), and what the lines mean."""

    tenant: str | None = None
    region: str | None = None
    service: str | None = None
    dry_run: bool = False
    skip_bad: bool = False


def read(file: Path) -> bytes:
    """The file. Raises `ImportFailed` when it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise ImportFailed(f"{file} cannot be read: {error.strerror}.") from error


def parse(data: bytes, name: str) -> Source:
    """The YAML (or JSON) mapping in it, with places. Raises `UnreadableFile` or `InvalidDocument`."""
    from services.booking.document.marks import read_source

    try:
        return read_source(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ImportFailed(f"{name}:{line}: this is not UTF-8.") from error


async def import_document(source: Source, settings: Settings, *, dry_run: bool, say: Say) -> None:
    """Import all tenants of a document, one transaction each. Raises `InvalidDocument` with places in the file."""
    from services.booking.document import InvalidDocument
    from services.booking.document.marks import located
    from services.booking.importing import import_tenant

    try:
        document, accounts = _checked(source)
        async with _database(settings) as db:
            store = _account_store(db, settings)
            known = await _known_accounts(store, accounts)
            for position, tenant in enumerate(document.tenants):
                imported = await import_tenant(db, document, position, dry_run=dry_run)
                theirs = [a for a in accounts if a.tenant_id == tenant_id_of(tenant.slug)]
                for line in (*imported.lines(), *_account_lines(theirs, known)):
                    say(line)
                if not dry_run:
                    await _put_accounts(store, theirs, known)
    except InvalidDocument as error:
        raise located(error, source) from None
    if dry_run:
        say(_NOTHING_CHANGED)


async def import_list(
    kind: Kind, data: bytes, name: str, options: Options, settings: Settings, *, say: Say
) -> None:
    """Import customers or passes from CSV, or a timetable from ICS, of one tenant. Raises `ImportFailed`."""
    async with _database(settings) as db:
        slug = options.tenant or await _only_tenant(db)
        if kind == "timetable":
            await _import_timetable(db, slug, data, name, options, say)
        else:
            await _import_csv(db, kind, slug, data, name, options, say)
    if options.dry_run:
        say(_NOTHING_CHANGED)


async def export_document(slug: str, settings: Settings) -> str:
    """The YAML of one tenant, its channel accounts included. Raises `NoSuchTenant`."""
    from services.booking.document.writing import to_yaml
    from services.booking.exporting import export

    async with _database(settings) as db:
        tenant = await export(db, slug)
        stored = await _account_store(db, settings).stored()
    return to_yaml(
        _with_accounts(tenant, [s.account for s in stored if s.account.tenant_id == tenant_id_of(slug)])
    )


def _account_store(db: Database, settings: Settings) -> AccountStore:
    from services.gateway.secrets import Vault
    from services.gateway.store.accounts import AccountStore

    return AccountStore(db, Vault.from_settings(settings))


def _with_accounts(tenant: TenantPart, accounts: Sequence[ChannelAccount]) -> TenantPart:
    """Their secrets are left out: they stay where they are when the document is imported again."""
    number = next((a for a in accounts if a.channel == "whatsapp" and not a.settings), None)
    whatsapp = number and {
        "phone_number_id": number.account_id,
        "waba_id": number.owner_id,
        "display_phone_number": number.display_number,
    }
    channels = [
        {
            "channel": a.channel,
            "account_id": a.account_id,
            "owner_id": a.owner_id,
            "display_number": a.display_number,
            "settings": dict(a.settings) or None,
        }
        for a in accounts
        if a is not number
    ]
    return tenant.model_copy(
        update={"whatsapp": whatsapp and _said(whatsapp), "channels": tuple(_said(each) for each in channels)}
    )


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _checked(source: Source) -> tuple[Document, list[ChannelAccount]]:
    """The document as both services read it. Raises `InvalidDocument` with the mistakes of both."""
    from pydantic import ValidationError

    from services.booking.document import InvalidDocument, Mistake, read_document
    from services.gateway.seed import BadSeed, accounts_of

    mistakes: list[Mistake] = []
    document: Document | None = None
    accounts: list[ChannelAccount] = []
    try:
        document = read_document(source.data)
    except InvalidDocument as error:
        mistakes += error.mistakes
    try:
        accounts = accounts_of(source.data)
    except BadSeed as error:
        cause = error.__cause__
        details = cause.errors(include_input=False) if isinstance(cause, ValidationError) else []
        known = {mistake.path for mistake in mistakes}
        mistakes += [
            Mistake(d["loc"], d["msg"])
            for d in details
            if {"whatsapp", "channels"} & set(d["loc"]) and d["loc"] not in known
        ]
        if not mistakes:
            raise
    if mistakes or document is None:
        raise InvalidDocument(mistakes)
    return document, accounts


async def _known_accounts(
    store: AccountStore, accounts: Sequence[ChannelAccount]
) -> dict[tuple[str, str], ChannelAccount]:
    """The stored ones. Raises `ImportFailed` when one of `accounts` is another tenant's."""
    stored = await store.stored() if accounts else []
    known = {(s.account.channel, s.account.account_id): s.account for s in stored}
    for account in accounts:
        other = known.get((account.channel, account.account_id))
        if other is not None and other.tenant_id != account.tenant_id:
            raise ImportFailed(
                f"The {account.channel} account {account.account_id} belongs to another business: remove it there first."
            )
    return known


def _account_lines(
    accounts: Sequence[ChannelAccount], known: dict[tuple[str, str], ChannelAccount]
) -> list[str]:
    from services.gateway.store.accounts import changes

    lines = []
    for account in accounts:
        before = known.get((account.channel, account.account_id))
        if changes(before, account):
            lines.append(f"  {'+' if before is None else '~'} {account.channel} account {account.account_id}")
    return lines


async def _put_accounts(
    store: AccountStore,
    accounts: Sequence[ChannelAccount],
    known: dict[tuple[str, str], ChannelAccount],
) -> None:
    from services.gateway.store.accounts import changes

    for account in accounts:
        if changes(known.get((account.channel, account.account_id)), account):
            await store.put(account)


async def _import_csv(
    db: Database, kind: str, slug: str, data: bytes, name: str, options: Options, say: Say
) -> None:
    from services.booking.csv_import import import_customers
    from services.booking.csv_passes import import_passes

    do = import_customers if kind == "customers" else import_passes
    tenant_id = await _tenant_id(db, slug)
    now = datetime.now(UTC)
    plan = await do(db, tenant_id, data, now=now, region=options.region, dry_run=True)
    refused = bool(plan.problems) and not options.skip_bad
    lines = (
        plan.describe()
        if options.dry_run
        else [*(f"{name}: {p}" for p in plan.problems), plan.describe()[-1]]
    )
    for line in lines:
        say(line)
    if refused and not options.dry_run:
        raise ImportFailed(
            f"{name} has mistakes, so nothing was imported: mend them, or leave these lines out with --skip-bad."
        )
    if not options.dry_run:
        await do(db, tenant_id, data, now=now, region=options.region, skip_bad=options.skip_bad)


async def _import_timetable(
    db: Database, slug: str, data: bytes, name: str, options: Options, say: Say
) -> None:
    from services.booking.document import InvalidDocument
    from services.booking.exporting import export
    from services.booking.ics_import import read_timetable
    from services.booking.importing import import_tenant
    from services.booking.timetable_import import with_timetable

    tenant = await export(db, slug)
    found = with_timetable(tenant, read_timetable(data, tenant.timezone), options.service)
    for problem in found.problems:
        say(f"{name}:{problem.line}: {problem.text}")
    if found.problems and not options.skip_bad and not options.dry_run:
        raise ImportFailed(
            f"{name} cannot be taken whole, so nothing was imported: --skip-bad takes the rest."
        )
    try:
        imported = await import_tenant(db, found.document, 0, dry_run=options.dry_run)
    except InvalidDocument as error:
        texts = "\n  ".join(mistake.text for mistake in error.mistakes)
        raise ImportFailed(f"{name} does not fit with what is there:\n  {texts}") from error
    for line in imported.lines():
        say(line)


async def _only_tenant(db: Database) -> str:
    async with db.system() as connection:
        rows = await connection.fetch("SELECT slug FROM booking.tenants ORDER BY slug")
    if len(rows) == 1:
        return str(rows[0]["slug"])
    slugs = ", ".join(row["slug"] for row in rows[:10]) or "none yet: import its document first"
    raise ImportFailed(f"Say whose with --tenant; there are {slugs}.")


async def _tenant_id(db: Database, slug: str) -> UUID:
    tenant_id = tenant_id_of(slug)
    async with db.tenant(tenant_id) as connection:
        if await connection.fetchval("SELECT true FROM booking.tenants WHERE tenant_id = $1", tenant_id):
            return tenant_id
    raise ImportFailed(f"There is no tenant {slug!r}: import its document first.")


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    db = await Database.open(settings.database_url or "", size=2, name="usher import")
    try:
        yield db
    finally:
        await db.close()
