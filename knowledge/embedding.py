"""Sentence embeddings: all-MiniLM-L6-v2 (int8) on onnxruntime, pooled vectors and token states."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import file_digest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import ModelError

WIDTH = 384
"""Length of a vector: the hidden size of MiniLM-L6."""

LONGEST = 256
"""Tokens of a text that are read; the model was trained with 256."""

BATCH = 8
"""Texts a forward pass. Larger batches pad more and are no faster on one core."""

BUILT_IN = Path(__file__).parent / "models" / "minilm-int8"

BASIS = "basis.npy"
"""In the model's folder: float32 [64, 384], the directions in which token states are kept, by
`knowledge.models.token_basis`.
"""

Vectors = NDArray[np.float32]


@lru_cache
def model_hash(folder: Path) -> str:
    """What tells the model in ``folder`` from any other: the SHA-256 of its weights, in hexadecimal."""
    with (folder / "model.onnx").open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model made of one text of t tokens, without its start and end marks.

    ``vector`` is float32 [384] of unit length, ``tokens`` float32 [t, 384] (not normalised), ``spans`` int32
    [t, 2]: the characters of the text that each token covers.
    """

    vector: Vectors
    tokens: Vectors
    spans: NDArray[np.int32]


class Embedder:
    """Texts to unit vectors. The model is read from disk on first use; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokenizer: Any = None

    @classmethod
    def load(cls, folder: Path | None = None) -> "Embedder":
        """The embedder of ``folder``, by default the built-in one. Raises ModelError when a file of it is
        absent.
        """
        folder = folder or BUILT_IN
        for name in ("model.onnx", "tokenizer.json", BASIS):
            if not (folder / name).is_file():
                raise ModelError(f"the embedding model lacks {folder / name}; install the package again")
        return cls(folder)

    @cached_property
    def basis(self) -> Vectors:
        """What turns a question's unit token state [384] into what its product with a kept one [64] is a cosine."""
        basis: Vectors = np.load(self.folder / BASIS)
        return basis

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 [n, 384], in the order of ``texts``. Texts are cut at 256 tokens."""
        readings = self.read(texts)
        if not readings:
            return np.zeros((0, WIDTH), dtype=np.float32)
        return np.stack([reading.vector for reading in readings])

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Vectors and token states of ``texts``, in their order.

        Several texts are read BATCH at a time, and what is made of one then depends a little on the others: the int8
        model scales each pass by all texts in it, which moves a cosine by up to 0.05.
        """
        session, tokenizer = self._open()
        if not texts:
            return []
        encodings = [tokenizer.encode(texts[0])] if len(texts) == 1 else tokenizer.encode_batch(list(texts))
        by_length = sorted(range(len(texts)), key=lambda i: len(encodings[i].ids))
        readings: dict[int, Reading] = {}
        for start in range(0, len(by_length), BATCH):
            part = by_length[start : start + BATCH]
            readings.update(zip(part, _forward(session, [encodings[i] for i in part]), strict=True))
        return [readings[i] for i in range(len(texts))]

    def _open(self) -> tuple[Any, Any]:
        with self._lock:
            if self._session is None:
                import onnxruntime
                from tokenizers import Tokenizer

                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = 1  # a second thread doubles the p95 of a question on two busy cores
                options.inter_op_num_threads = 1
                options.log_severity_level = 3
                self._tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
                self._tokenizer.enable_truncation(LONGEST)
                self._tokenizer.no_padding()
                self._session = onnxruntime.InferenceSession(
                    str(self.folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
                )
        return self._session, self._tokenizer


def _forward(session: Any, encodings: Sequence[Any]) -> list[Reading]:
    """One forward pass over texts of similar length."""
    longest = max(len(encoding.ids) for encoding in encodings)
    ids = np.zeros((len(encodings), longest), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding.ids)] = encoding.ids
        mask[row, : len(encoding.ids)] = 1
    vectors, states = session.run(
        ["embedding", "last_hidden_state"],
        {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)},
    )
    return [
        Reading(
            vectors[row],
            states[row, 1 : len(encoding.ids) - 1].copy(),
            np.array(encoding.offsets[1:-1], dtype=np.int32).reshape(-1, 2),
        )
        for row, encoding in enumerate(encodings)
    ]
