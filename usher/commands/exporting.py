"""What does `usher export` write? A business's document, as it is now."""

from __future__ import annotations

from typing import Annotated

import typer

from usher.loop import run


def export_command(tenant: Annotated[str, typer.Argument(help="The business's slug.")]) -> None:
    """Write the document of a business as YAML: what `usher import` reads. Importing it again changes nothing.

    Customers, bookings and money are not in it.

    Example:

    - `usher export casa > studio.yaml`
    """
    from usher.configured import load_settings, require, with_running_servers
    from usher.importing import export_document

    settings = with_running_servers(load_settings())
    require(settings, "database_url")
    typer.echo(run(export_document(tenant, settings)), nl=False)
