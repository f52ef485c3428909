"""What can be asked of `usher model`? Which models answer for whom, what they took, whether one works."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import UUID

import typer

from usher.loop import run

if TYPE_CHECKING:
    from services.agent.models.costs import Total
    from usher.models import ModelDesk

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Language models: which answer for which business, what they cost (docs/models.md).",
)

DAYS = 30
MICROS = 1_000_000
T = TypeVar("T")

Slug = Annotated[str, typer.Argument(metavar="TENANT", help="The slug of the business.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")]


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """Say which models the installation has, and which businesses have their own."""

    async def work(desk: ModelDesk) -> tuple[str, int, dict[str, dict[str, object]]]:
        choices = {slug: asdict(choice) for slug, choice in (await desk.choices()).items()}
        return desk.settings.llm, desk.settings.llm_tenant_tokens, choices

    llm, tokens, choices = _at_desk(work)
    if as_json:
        _print_json({"default": {"models": llm, "tokens_per_day": tokens}, "tenants": choices})
        return
    rows = [("(installation)", llm, _number(tokens))]
    rows += [(slug, str(c["models"] or ""), _number(c["tokens_per_day"])) for slug, c in choices.items()]
    _print_table(("tenant", "models", "tokens in 24 h"), rows)


@app.command()
def use(
    tenant: Slug,
    models: Annotated[
        str | None,
        typer.Argument(help="provider:model, several in order separated by commas; `offline` for none."),
    ] = None,
    tokens_per_day: Annotated[
        int | None, typer.Option(min=0, help="Tokens in 24 hours; 0: any number. The installation's without.")
    ] = None,
) -> None:
    """Give a business models of its own, a budget of its own, or both. Running agents follow within half a minute.

    Examples:

    - `usher model use casa anthropic:claude-sonnet-5-5,openai:gpt-6.1-terra`
    - `usher model use casa offline`
    - `usher model use casa --tokens-per-day 2000000`
    """
    if models is None and tokens_per_day is None:
        raise typer.BadParameter(
            "Name models, --tokens-per-day, or both; `usher model reset` takes both away."
        )
    now = _at_desk(lambda desk: desk.choose(tenant, models, tokens_per_day))
    tokens = "" if now.tokens_per_day is None else f", tokens in 24 hours: {_number(now.tokens_per_day)}"
    typer.echo(f"{tenant}: {now.models or 'the models of the installation'}{tokens}")


@app.command()
def reset(tenant: Slug) -> None:
    """Let a business have the installation's models and budget again."""
    _at_desk(lambda desk: desk.reset(tenant))
    typer.echo(f"{tenant}: the models and the budget of the installation")


@app.command()
def costs(
    tenant: Annotated[str | None, typer.Option(help="The slug of one business; all of them without.")] = None,
    conversation: Annotated[UUID | None, typer.Option(metavar="ID", help="Only this conversation.")] = None,
    days: Annotated[int, typer.Option(min=1, help="Of so many days.")] = DAYS,
    as_json: AsJson = False,
) -> None:
    """Say how many answers, tokens and dollars each model took. Prices are those of the list that came with pydantic-ai."""
    since = datetime.now(UTC) - timedelta(days=days)
    found = _at_desk(lambda desk: desk.costs(since, tenant, conversation))
    if as_json:
        _print_json({slug: [asdict(total) for total in found[slug]] for slug in found})
        return
    rows = [(slug, t.model, f"{t.answers:,}", f"{t.input_tokens:,}", f"{t.output_tokens:,}", _dollars(t))
            for slug in found for t in found[slug]]  # fmt: skip
    _print_table(("tenant", "model", "answers", "tokens in", "tokens out", "US$"), rows)


@app.command("try")
def try_it(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="provider:model")], as_json: AsJson = False
) -> None:
    """Ask a model for one word, with the keys of this environment: does it answer, how fast, for how much?"""
    from usher.models import try_model

    tried = run(try_model(model))
    if as_json:
        _print_json(asdict(tried))
        return
    price = "price not known" if tried.cost_micros is None else f"${tried.cost_micros / MICROS:.6f}"
    typer.echo(
        f"{tried.model} said {tried.text!r} after {tried.seconds:.1f} s, {tried.tokens} tokens, {price}"
    )


def _at_desk(work: Callable[[ModelDesk], Awaitable[T]]) -> T:
    from usher.configured import load_settings, require, with_running_servers
    from usher.models import opened

    settings = with_running_servers(load_settings())
    require(settings, "database_url")

    async def all_of_it() -> T:
        async with opened(settings) as desk:
            return await work(desk)

    return run(all_of_it())


def _dollars(total: Total) -> str:
    if total.unpriced == total.answers:
        return "not known"
    more = f" + {total.unpriced} not known" if total.unpriced else ""
    return f"{total.cost_micros / MICROS:,.4f}{more}"


def _number(tokens: object) -> str:
    if tokens is None:
        return ""
    return f"{tokens:,}" if tokens else "any number"


def _print_json(document: object) -> None:
    import json

    typer.echo(json.dumps(document, indent=1, default=str))


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    if not rows:
        typer.echo("None.")
        return
    table = Table(*(Column(name, overflow="fold") for name in columns), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
