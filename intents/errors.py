"""What is wrong with a file of sentences, wording or intents: file, line and key."""

import re
from pathlib import Path
from typing import Any

import yaml


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # C where it was built in
    """YAML in which on, off, yes and no are words, not booleans: here they are what people say."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in Loader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


class SentenceError(Exception):
    """A data file cannot be used. The message names file, line and key, and what to do."""


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in ``path``. Raises SentenceError naming the line where it is no YAML or no mapping."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SentenceError(f"{path}: cannot be read: {error}") from error
    try:
        data = yaml.load(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SentenceError(f"{path}, line {line}: {error.problem or 'no valid YAML'}") from error
    except yaml.YAMLError as error:
        raise SentenceError(f"{path}: no valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise SentenceError(f"{path}, line 1: a mapping is expected, such as `language: en`")
    return data


def line_of(path: Path, keys: tuple[str | int, ...]) -> int:
    """The line (from 1) where the value at ``keys`` stands; the nearest parent's where that is not there."""
    line = 1
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=Loader)
    except (OSError, yaml.YAMLError):
        return line
    for key in keys:
        found = None
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                if name.value == str(key):
                    line, found = name.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            found = node.value[key]
            line = found.start_mark.line + 1
        if found is None:
            break
        node = found
    return line
