"""Rules of the house that a machine can check (docs/adr, CONTRIBUTING)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests import cases

ROOT = Path(__file__).parents[2]
SHIPPED = [
    p for folder in ("shared", "services", "usher", "devkit") for p in sorted((ROOT / folder).rglob("*.py"))
]
DOMAIN = [p for p in SHIPPED if "domain" in p.parts]
ADRS = sorted((ROOT / "docs" / "adr").glob("0*.md"))


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", ADRS, ids=relative)
def test_every_decision_names_what_enforces_it(path: Path) -> None:
    [enforced] = re.findall(r"^Enforced by: `([^`]+)`", path.read_text(), re.MULTILINE)

    assert (ROOT / enforced).exists(), enforced


@pytest.mark.parametrize("path", DOMAIN, ids=relative)
def test_domain_code_does_no_io_and_reads_no_clock(path: Path) -> None:
    tree = ast.parse(path.read_text())
    forbidden_modules = {
        "asyncio",
        "asyncpg",
        "aiohttp",
        "sqlalchemy",
        "nats",
        "redis",
        "random",
        "logging",
        "structlog",
    }
    for node in ast.walk(tree):
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Await), f"async in {relative(path)}"
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            assert not {name.split(".")[0] for name in names} & forbidden_modules, names
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in ("now", "utcnow", "today"):
            pytest.fail(f"{relative(path)}:{node.lineno} reads a clock: {ast.unparse(node)}")


@pytest.mark.parametrize(
    "path", [p for p in SHIPPED if p.name != "subjects.py" or p.parent.name != "shared"], ids=relative
)
def test_subjects_are_spelled_in_one_module_only(path: Path) -> None:
    literals = [
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    allowed = {"streams.py", "jobs.py", "asyncapi.py"}  # the provisioner, the job filter, the generator

    spelled = [text for text in literals if re.match(r"^(cmd|evt|qry|job|rcpt|due)\.[a-z_*{]", text)]
    assert not spelled or path.name in allowed, spelled


def test_settings_are_built_in_composition_roots_only() -> None:
    builders = {
        relative(path)
        for path in SHIPPED
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Settings"
    }

    assert {b for b in builders if not b.startswith(("usher/", "devkit/"))} <= {
        "services/agent/mcp.py",
        "services/agent/mcp/__main__.py",
    }


def test_tests_patch_nothing() -> None:
    found = [
        relative(path)
        for path in (ROOT / "tests").rglob("*.py")
        if path != Path(__file__)
        and re.search(r"mock\.patch|mocker\.patch|monkeypatch\.setattr", path.read_text())
    ]

    assert found == []


def test_no_file_names_a_package_registry() -> None:
    hosts = re.compile("pypi" + r"\.org|files\.python" + r"hosted|registry\.npm" + r"js")
    folders = ("shared", "services", "usher", "devkit", "tests", "docs", ".ci")
    files = [
        p
        for f in folders
        for p in (ROOT / f).rglob("*")
        if p.is_file() and p.suffix not in (".pyc", ".ogg", ".png")
    ]
    files += [p for p in ROOT.iterdir() if p.is_file()]

    assert [relative(p) for p in files if hosts.search(p.read_text(errors="ignore"))] == []


def test_every_case_of_the_best_systems_has_a_test_or_a_reason_and_the_page_says_which() -> None:
    tests = cases.tests_of_cases()

    assert [n for n in cases.CASES if not tests[n] and n not in cases.LEFT_OUT] == []
    assert set(tests) == set(cases.CASES)
    assert cases.PAGE.read_text() == cases.page(), "run: python -m tests.cases"
