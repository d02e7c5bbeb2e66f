"""The models that can be fetched by name: data in listed.yaml."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.data_file import read
from assistant.errors import ModelError

LIST = Path(__file__).with_name("listed.yaml")

Kind = Literal["whisper", "piper"]


class Listed(BaseModel):
    """One model: where it lies on the hub, what it hears or speaks, its licence, and its size in megabytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    kind: Kind = "whisper"
    repo: str
    folder: str = ""
    languages: tuple[str, ...]
    size: int = Field(gt=0)
    licence: str
    says: str

    def wants(self, path: str) -> bool:
        """Whether the file ``path`` of the repository belongs to the model."""
        folder, _, name = path.rpartition("/")
        if folder != self.folder:
            return False
        if self.kind == "whisper":
            return name in _WHISPER
        return name in (f"{self.name}.onnx", f"{self.name}.onnx.json", "MODEL_CARD")

    def is_whole(self, names: set[str]) -> bool:
        """Whether files with these names are enough to run the model."""
        return names >= (_NEEDED if self.kind == "whisper" else {f"{self.name}.onnx", f"{self.name}.onnx.json"})


_NEEDED = {"model.bin", "config.json", "tokenizer.json"}
_WHISPER = {*_NEEDED, "preprocessor_config.json", "vocabulary.txt", "vocabulary.json"}


class _List(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    whisper: dict[str, Listed]
    piper: dict[str, Listed]


@cache
def listed(path: Path = LIST) -> dict[str, Listed]:
    """Every listed model by name. Raises ModelError naming file, line and key."""
    found = read(path, _List, ModelError)
    kinds: tuple[tuple[Kind, dict[str, Listed]], ...] = (("whisper", found.whisper), ("piper", found.piper))
    return {
        name: model.model_copy(update={"name": name, "kind": kind})
        for kind, models in kinds
        for name, model in models.items()
    }
