"""How is the emulator started by hand? `python -m devkit.llm --config file.json` (a `LlmConfig` as
JSON)."""

import argparse
import logging
import sys
from pathlib import Path

from aiohttp import web
from pydantic import ValidationError

from devkit.llm.app import build
from devkit.llm.config import LlmConfig


def main() -> int:
    """Run until interrupted; 2 when the configuration cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m devkit.llm", description="Emulator of language models")
    parser.add_argument("--config", type=Path, required=True, help="LlmConfig as a JSON file")
    path: Path = parser.parse_args().config
    try:
        config = LlmConfig.model_validate_json(path.read_bytes())
    except OSError as error:
        print(f"Cannot read {path}: {error.strerror}. Give --config a JSON file.", file=sys.stderr)
        return 2
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        print(f"{path} is not a valid configuration: {problems}", file=sys.stderr)
        return 2
    log = logging.getLogger("devkit.llm")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        web.run_app(
            build(config),
            host=config.host,
            port=config.port,
            access_log=None,
            shutdown_timeout=1,
            handler_cancellation=True,  # a caller that has gone away is counted
            print=lambda _: log.info("Models are at http://%s:%d", config.host, config.port),
        )
    except OSError as error:
        print(
            f"Cannot listen on {config.host}:{config.port}: {error.strerror}. Choose another port.",
            file=sys.stderr,
        )
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
