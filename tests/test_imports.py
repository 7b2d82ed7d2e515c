"""Imports point one way, screens → workbench → store, and what draws or lists never loads what trains."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FORBIDDEN = {
    "store": {"workbench", "screens"},
    "workbench": {"screens", "textual", "sqlite3"},
    "screens": {"sqlite3", "scipy"},
}
MAY_OPEN_THE_INTERFACE = {"workbench/cli/interface.py", "workbench/cli/demo.py"}
HEAVY = {"torch", "transformers", "sklearn", "scipy", "pandas"}


def imports_of(path: Path) -> Iterator[tuple[str, bool]]:
    """The top-level names that a module imports, and whether it does so inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], id(node) in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield (node.module or "").partition(".")[0], id(node) in inside


@pytest.mark.parametrize("package", FORBIDDEN)
def test_a_package_imports_only_those_below_it(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        name = path.relative_to(ROOT).as_posix()
        for imported, inside in imports_of(path):
            if imported in FORBIDDEN[package]:
                opens_interface = imported == "screens" and inside and name in MAY_OPEN_THE_INTERFACE
                assert opens_interface, f"{name} imports {imported}"


def test_every_package_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = {path.parent for package in FORBIDDEN for path in (ROOT / package).rglob("__init__.py")}
    packages = {folder.relative_to(ROOT).as_posix().replace("/", ".") for folder in folders}
    assert packages == set(project["tool"]["setuptools"]["packages"])


def loaded_after(code: str) -> set[str]:
    """The top-level modules that a clean interpreter has loaded after ``code``."""
    program = f"{code}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import screens.app",
        "import workbench.models, workbench.data, workbench.evaluation.metrics",
        "import workbench.runs.launcher, workbench.runs.supervisor",
        "import workbench.cli.running, workbench.cli.listing, workbench.cli.showing",
    ],
)
def test_what_lists_draws_or_supervises_loads_nothing_heavy(code: str) -> None:
    assert not loaded_after(code) & HEAVY


def test_help_loads_little() -> None:
    loaded = loaded_after("from workbench.cli.parser import build_parser\nbuild_parser().format_help()")
    assert not loaded & (HEAVY | {"numpy", "rich", "textual", "sqlite3", "sqlite_utils", "psutil", "pynvml"})


def test_another_module_of_our_name_is_named_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "store.py").write_text("", encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import workbench"
    failed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = failed.stderr.strip().splitlines()[-1]
    assert "needs its own package 'store'" in last
    assert str(tmp_path / "store.py") in last
    assert "PYTHONSAFEPATH=1" in last
