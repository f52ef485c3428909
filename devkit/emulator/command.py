"""How is an emulator started by hand? `python -m devkit.<name> --config file.json`, the same for all of them."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError


class Listening(Protocol):
    """A configuration that says where to listen."""

    @property
    def host(self) -> str:
        """The address."""

    @property
    def port(self) -> int:
        """The port."""


C = TypeVar("C", bound=BaseModel)


def start(
    name: str,
    what: str,
    kind: type[C],
    build: Callable[[C], web.Application],
    ready: str,
    **options: Any,  # Any: whatever `web.run_app` takes
) -> int:
    """Run until interrupted; 2 when the configuration (a `kind` as JSON) cannot be used. `ready`: with %s:%d in it."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=what)
    parser.add_argument("--config", type=Path, required=True, help=f"{kind.__name__} as a JSON file")
    path: Path = parser.parse_args().config
    try:
        config = kind.model_validate_json(path.read_bytes())
    except OSError as error:
        return _refused(f"Cannot read {path}: {error.strerror}. Give --config a JSON file.")
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        return _refused(f"{path} is not a valid configuration: {problems}")
    return _run(name, config, build(config), ready, options)


def _run(name: str, config: Any, app: web.Application, ready: str, options: dict[str, Any]) -> int:
    at: Listening = config
    log = logging.getLogger(name)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")

    def told(_: object) -> None:
        log.info(ready, at.host, at.port)

    try:
        web.run_app(
            app, host=at.host, port=at.port, access_log=None, shutdown_timeout=1, print=told, **options
        )
    except OSError as error:
        return _refused(f"Cannot listen on {at.host}:{at.port}: {error.strerror}. Choose another port.")
    return 0


def _refused(why: str) -> int:
    print(why, file=sys.stderr)
    return 2
