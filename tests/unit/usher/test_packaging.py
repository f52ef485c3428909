"""The files around the code: pins, containers, and the commands that people type."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.settings import OPS_PORTS, Settings

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
PINS = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and line[0] != "#"]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def direct_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]
    return {canonical(re.split(r"[\[~=<>;! ]", each)[0]) for each in wanted}


def test_constraints_are_plain_pins_without_hosts_or_local_builds() -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!]+", line) for line in PINS)


def test_every_dependency_of_the_project_is_pinned() -> None:
    pinned = {canonical(line.split("==")[0]) for line in PINS}

    assert direct_dependencies() <= pinned, "run `make constraints`"


def test_what_is_installed_here_is_what_is_pinned() -> None:
    pinned = {canonical(name): version for name, version in (line.split("==") for line in PINS)}
    installed = {
        canonical(each.metadata["Name"]): each.version.split("+")[0] for each in metadata.distributions()
    }

    different = {name: version for name, version in installed.items() if pinned.get(name, version) != version}
    assert not different


@pytest.mark.parametrize("service", list(OPS_PORTS))
def test_compose_runs_each_service_in_a_container_of_its_own(service: str) -> None:
    container = COMPOSE["services"][service]

    assert container["command"] == ["run", service]
    assert "/health/ready" in " ".join(container["healthcheck"]["test"])
    assert container["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


@pytest.mark.parametrize(
    ("server", "image"), [("postgres", "postgres:18"), ("nats", "nats:2.15"), ("redis", "redis:8")]
)
def test_compose_uses_official_pinned_images_with_health_checks(server: str, image: str) -> None:
    container = COMPOSE["services"][server]

    assert container["image"].startswith(image)
    assert container["healthcheck"]["test"]
    assert "ports" not in container, "servers are not published"


def test_compose_sets_only_settings_that_exist() -> None:
    known = {f"USHER_{name.upper()}" for name in Settings.model_fields}
    used = {
        name
        for container in COMPOSE["services"].values()
        for name in container.get("environment", {})
        if name.startswith("USHER_")
    }

    assert used <= known


def test_every_variable_of_compose_is_in_the_example_file_without_a_secret() -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text()))
    example = dict(
        line.split("=", 1)
        for line in (ROOT / ".env.example").read_text().splitlines()
        if re.match(r"[A-Z_]+=", line)
    )

    assert used <= set(example)
    assert not [
        name for name, value in example.items() if value and re.search("PASSWORD|SECRET|TOKEN|KEY", name)
    ]


def test_the_image_copies_all_that_the_package_is_made_of() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"][
        "include"
    ]
    dockerfile, ignored = (ROOT / "Dockerfile").read_text(), (ROOT / ".dockerignore").read_text()

    for package in (name.rstrip("*") for name in packages):
        assert f"COPY {package} {package}" in dockerfile
        assert f"!{package}\n" in ignored


def test_make_alone_lists_every_target() -> None:
    listed = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True).stdout

    for target in ("demo", "test", "bench", "lint", "types", "docs", "clean"):
        assert re.search(rf"^  {target} +\w", listed, re.MULTILINE)


@pytest.mark.parametrize("arguments", [["test", "EXTRAS=whisper"], ["demo", "SCRIPT=1"]])
def test_ci_runs_the_commands_that_people_run(arguments: list[str]) -> None:
    assert f"make {' '.join(arguments)}" in (ROOT / ".ci" / "run").read_text()


def test_an_old_python_says_that_it_is_too_old() -> None:
    code = (
        "import runpy, sys; sys.version_info = (3, 9, 1); sys.argv = ['install.py', 'embedded'];"
        f"runpy.run_path({str(ROOT / '.ci' / 'install.py')!r}, run_name='__main__')"
    )

    done = subprocess.run(["python3", "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "Usher needs Python 3.11 or newer" in done.stderr
    assert "PYTHON=" in done.stderr
