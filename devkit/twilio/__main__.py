"""How is the emulator started by hand? `python -m devkit.twilio --config file.json` (a `TwilioConfig` as
JSON)."""

import argparse
import logging
import sys
from pathlib import Path

from aiohttp import web
from pydantic import ValidationError

from devkit.twilio.app import build
from devkit.twilio.config import TwilioConfig


def main() -> int:
    """Run until interrupted; 2 when the configuration cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m devkit.twilio", description="Twilio emulator")
    parser.add_argument("--config", type=Path, required=True, help="TwilioConfig as a JSON file")
    path: Path = parser.parse_args().config
    try:
        config = TwilioConfig.model_validate_json(path.read_bytes())
    except OSError as error:
        print(f"Cannot read {path}: {error.strerror}. Give --config a JSON file.", file=sys.stderr)
        return 2
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        print(f"{path} is not a valid configuration: {problems}", file=sys.stderr)
        return 2
    log = logging.getLogger("devkit.twilio")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        web.run_app(
            build(config),
            host=config.host,
            port=config.port,
            access_log=None,
            shutdown_timeout=1,
            print=lambda _: log.info("Twilio is at http://%s:%d", config.host, config.port),
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
