"""The desk cannot reach a vehicle: nothing under knowledge/ imports, names or calls the door."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
FILES = sorted(KNOWLEDGE.rglob("*.py"))
FORBIDDEN = {"assistant", "policies", "intents", "demo"}
DOOR = {"Permit", "Signer", "Verifier", "Gate", "SimulatedVehicle", "apply", "redeem"}
"""The names by which the car's door is opened."""


def names(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").split(".")[0], *(alias.name for alias in node.names)}
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
    return found


def test_there_are_files_to_look_at() -> None:
    assert len(FILES) > 30


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(KNOWLEDGE)))
def test_nothing_under_knowledge_imports_or_names_the_door(path: Path) -> None:
    assert not names(ast.parse(path.read_text("utf-8"))) & (FORBIDDEN | DOOR)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(KNOWLEDGE)))
def test_nothing_under_knowledge_imports_by_a_name_made_at_run_time(path: Path) -> None:
    """Which is how a text could bring the door in."""
    calls = {
        ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
    }
    assert not calls & {"importlib.import_module", "import_module", "__import__", "eval", "exec", "compile"}


def test_a_running_desk_has_loaded_nothing_of_the_cabin() -> None:
    """The whole desk in a process of its own: app, page, MCP and all."""
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, knowledge.support.app, knowledge.support.serving, knowledge.support.chroma_server\n"
            "import knowledge.support.writer, knowledge.support.copilot\n"
            f"print([name for name in sys.modules if name.split('.')[0] in {FORBIDDEN!r}])",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert told.stdout.strip() == "[]"


def test_no_tool_endpoint_or_form_is_named_for_an_act_on_a_car() -> None:
    from knowledge.support import copilot, page

    for module in (copilot, page):
        source = Path(module.__file__).read_text("utf-8")
        assert not [word for word in ("unlock", "set_signal", "actuate", "command(") if word in source]
