"""What does `usher import` take? A business's document, customers, passes or a timetable; the work is `usher.importing`'s."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from usher.loop import run

_EXISTING_DATA = "What to import"


def import_command(
    file: Annotated[
        Path | None, typer.Argument(help="YAML or JSON: the document of one or several businesses.")
    ] = None,
    customers: Annotated[
        Path | None, typer.Option(help="CSV of customers.", rich_help_panel=_EXISTING_DATA)
    ] = None,
    passes: Annotated[
        Path | None, typer.Option(help="CSV of passes and gift cards.", rich_help_panel=_EXISTING_DATA)
    ] = None,
    timetable: Annotated[
        Path | None, typer.Option(help="ICS: a calendar of classes.", rich_help_panel=_EXISTING_DATA)
    ] = None,
    tenant: Annotated[
        str | None, typer.Option(help="Whose customers, passes or timetable (not needed when there is one).")
    ] = None,
    service: Annotated[
        str | None, typer.Option(help="Key of the class that all events of the timetable are.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="Country of phone numbers without +, such as PT.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    skip_bad: Annotated[
        bool,
        typer.Option("--skip-bad", help="Leave out wrong lines (CSV, ICS) instead of refusing the file."),
    ] = False,
) -> None:
    """Bring a business into Usher, or up to date: its document, its customers, their passes, its timetable.

    A document says everything about a business (docs/studio-yaml.md). All mistakes are shown at once with line and
    column; nothing is written then. Each business changes as a whole or not at all. The same file again changes
    nothing. What left the document is no longer offered; sessions that are booked stay.

    `usher export TENANT` writes the document as it is now: change it, look at `--dry-run`, import it.

    Examples:

    - `usher import studio.yaml --dry-run`
    - `usher import studio.yaml`
    - `usher import --customers people.csv --tenant casa --region PT`
    - `usher import --passes packs.csv --tenant casa --dry-run`
    - `usher import --timetable classes.ics --service yoga --tenant casa`
    """
    from shared.errors import UsherError
    from usher import importing
    from usher.configured import load_settings, require, with_running_servers

    given = [each for each in (file, customers, passes, timetable) if each is not None]
    if len(given) != 1:
        raise UsherError(
            "Name one thing to import: FILE, --customers, --passes or --timetable (usher import --help)."
        )
    if service is not None and timetable is None:
        raise UsherError("--service goes with --timetable.")
    text = importing.read(given[0])
    settings = with_running_servers(load_settings())
    if file is not None:
        source = importing.parse(text, str(file))
        require(settings, "database_url")
        run(importing.import_document(source, settings, dry_run=dry_run, say=typer.echo))
        return
    require(settings, "database_url")
    options = importing.Options(tenant, region=region, service=service, dry_run=dry_run, skip_bad=skip_bad)
    kind: importing.Kind = "customers" if customers else "passes" if passes else "timetable"
    run(importing.import_list(kind, text, str(given[0]), options, settings, say=typer.echo))
