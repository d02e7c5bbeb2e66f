"""The leaves import neither the cabin nor each other; only the demo stands on top."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = {"assistant", "demo", "intents", "knowledge", "policies", "tests"}
MAY = {
    "policies": {"policies"},
    "intents": {"intents"},
    "knowledge": {"knowledge"},
    "assistant": {"assistant", "intents", "policies", "knowledge"},
    "demo": {"demo", "assistant"},
}
OUTSIDE_OF_POLICIES = {"pydantic", "yaml", "cryptography"}


def imported(path: Path) -> set[str]:
    """Top-level names of everything that a file imports, inside functions and type-checking blocks too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import hides where a thing comes from"
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("folder", sorted(MAY))
def test_a_folder_imports_only_what_it_may(folder: str) -> None:
    wrong = {
        str(path.relative_to(ROOT)): names
        for path in (ROOT / folder).rglob("*.py")
        if (names := (imported(path) & OURS) - MAY[folder])
    }
    assert not wrong


def test_policies_stand_on_the_standard_library_and_three_packages() -> None:
    import sys

    for path in (ROOT / "policies").rglob("*.py"):
        foreign = imported(path) - set(sys.stdlib_module_names) - {"policies"}
        assert foreign <= OUTSIDE_OF_POLICIES, f"{path} imports {foreign}"


def test_only_the_cabin_carries_out_a_permit() -> None:
    callers = {
        str(path.relative_to(ROOT))
        for folder in ("assistant", "intents", "knowledge", "demo")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "apply"
        and ast.unparse(node.func.value).endswith("vehicle")
    }
    assert callers == {"assistant/cabin.py"}
