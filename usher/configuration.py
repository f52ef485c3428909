"""Which settings are there? Writes docs/configuration.md from `Settings`: `python -m usher.configuration`."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from shared.settings import OPS_PORTS, Settings
from usher.environment import as_text

PAGE = Path(__file__).parent.parent / "docs" / "configuration.md"

HEAD = """# Configuration

<!-- Written by `python -m usher.configuration` (`make docs`) from shared/settings.py: change it there. -->

Every setting is an environment variable, or a key (lower case, without `USHER_`) of one TOML file: `usher.toml`
in the working folder, or the file that `USHER_CONFIG` names. The environment wins over the file, the file over
the default. Secrets belong in the environment or in a file that only Usher can read; they are never logged.

```toml
# usher.toml
http_port = 8080
llm = "offline"
```

`usher doctor` says what is configured and what is missing.
"""

TYPES = {
    int: "integer",
    float: "number",
    str: "text",
    bool: "true or false",
    Path: "path",
    SecretStr: "secret",
}


def page() -> str:
    """The whole page as Markdown."""
    rows = [_row(name, field) for name, field in Settings.model_fields.items()]
    table = ["| variable | type | default | meaning |", "|---|---|---|---|", *rows]
    ports = ", ".join(f"{service} {port}" for service, port in OPS_PORTS.items())
    tail = (
        f"Ports of /metrics and /health when `USHER_OPS_PORT` is 0: {ports}. With `usher up`, a port that is set is\n"
        + "the first service's; the others follow it. A second instance of booking has a port ten further on."
    )
    return "\n".join([HEAD, *table, "", tail, ""])


def type_name(annotation: Any) -> str:
    """`int | None` as `integer`, and so on: what a person writes into the variable."""
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return " or ".join(type_name(kind) for kind in kinds)
    return TYPES.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _row(name: str, field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=False)
    shown = "–" if default is None else f"`{as_text(default)}`"
    meaning = " ".join((field.description or "").split()).replace("|", "\\|")
    return f"| `USHER_{name.upper()}` | {type_name(field.annotation)} | {shown} | {meaning} |"


def main() -> None:
    """Write the page; with `--check`, only say (status 1) whether the written one is out of date."""
    if "--check" in sys.argv[1:]:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page()
        sys.exit(0 if current else f"{PAGE.name} is out of date: run `python -m usher.configuration`.")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
