"""One small change to a source file, by the operators of cosmic-ray."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import ndiff
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

# Left out of cosmic-ray's operators: `is` in place of a comparison (the same as == for None, booleans and members of
# an enumeration, a warning for the rest), and all but one partner for each arithmetic operator.
_PARTNERS = (
    "Add_Sub",
    "Sub_Add",
    "Mul_Div",
    "Div_Mul",
    "FloorDiv_Mul",
    "Mod_Mul",
    "Pow_Mul",
    "BitOr_BitAnd",
    "BitAnd_BitOr",
)


def _wanted(operator: str) -> bool:
    if operator.endswith(("_Is_IsNot", "_IsNot_Is")):
        return True
    if "ReplaceBinaryOperator_" in operator:
        return operator.endswith(tuple(f"_{partner}" for partner in _PARTNERS))
    return not re.search(r"ReplaceComparisonOperator_(.*_Is(Not)?|Is(Not)?_.*)$", operator)


@dataclass(frozen=True, slots=True)
class Mutant:
    """``code`` is the whole mutated file. ``name`` tells it from others: file, old line, new line."""

    file: str
    line: int
    operator: str
    name: str
    code: str


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of the file at ``path``, each text once."""
    code = path.read_text(encoding="utf-8")
    skipped = _types(code)
    seen = {code}
    for name in operator_names():
        kind = get_operator(name)
        if kind.arguments() or not _wanted(name):
            continue
        operator = kind()
        places = [place for node in ast_nodes(get_ast(code)) for place in operator.mutation_positions(node)]
        for occurrence, ((line, column), _) in enumerate(places):
            if any(first <= (line, column) < last for first, last in skipped):
                continue
            mutated = mutate_code(code, operator, occurrence)
            if mutated is not None and mutated not in seen:
                seen.add(mutated)
                yield Mutant(path.name, line, name, f"{path.name}: {_change(code, mutated)}", mutated)


def _types(code: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the types stand: they are mypy's to check, and most mutants of them cannot even be imported."""
    found: list[ast.expr] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.AnnAssign):
            found.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            found += [one.annotation for one in ast.walk(node.args) if isinstance(one, ast.arg) and one.annotation]
            found += [node.returns] if node.returns else []
    for node in ast.parse(code).body:  # aliases: Value = bool | int, Known = Callable[...], but not Annotated[...]
        if isinstance(node, ast.Assign):
            union = isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.BitOr)
            if union or ast.unparse(node.value).startswith("Callable["):
                found.append(node.value)
    for node in ast.walk(ast.parse(code)):  # isinstance(value, int | float)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
            found += node.args[1:]
    return [
        ((one.lineno, one.col_offset), (one.end_lineno or one.lineno, one.end_col_offset or one.col_offset))
        for one in found
    ]


def _change(code: str, mutated: str) -> str:
    """The lines that differ, in short: ``old → new``."""
    told = {"-": [], "+": []}  # type: dict[str, list[str]]
    for line in ndiff(code.splitlines(), mutated.splitlines()):
        if line[:1] in told:
            told[line[:1]].append(re.sub(r"\s+", " ", line[2:].strip()))
    return " ".join(f"{' '.join(told['-'])} → {' '.join(told['+'])}".split())
