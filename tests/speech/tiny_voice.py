"""A tiny Piper voice: a real ONNX graph, written byte by byte, that sounds 256 samples for every phoneme.

It exercises Piper itself (phonemes, ids, sessions, sentences), not the quality of a trained voice.
"""

import json
import struct
from pathlib import Path

SAMPLES_A_PHONEME = 256
SAMPLE_RATE = 22_050
_PHONEMES = " ^$_abcdefghijklmnopqrstuvwxyzæðŋɐɑɒɔəɚɛɜɡɪɹɾʃʊʌʒˈˌːθᵻ.,!?;:"
_FLOAT, _INT64 = 1, 7


def tiny_voice(folder: Path, name: str = "en_GB-tiny") -> Path:
    """Write ``name``.onnx and its .onnx.json into ``folder``; returns the path of the .onnx."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    path.write_bytes(_model())
    ids = {phoneme: [number] for number, phoneme in enumerate(_PHONEMES)}
    about = {
        "audio": {"sample_rate": SAMPLE_RATE},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": ids,
        "num_symbols": len(ids),
        "num_speakers": 1,
        "speaker_id_map": {},
    }
    Path(f"{path}.json").write_text(json.dumps(about), encoding="utf-8")
    return path


# The few parts of the protocol buffer format and of onnx.proto that such a graph needs.


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _node(kind: str, inputs: list[str], output: str, **attributes: int) -> bytes:
    body = b"".join(_bytes(1, name) for name in inputs) + _bytes(2, output) + _bytes(4, kind)
    for name, value in attributes.items():
        body += _bytes(5, _bytes(1, name) + _number(3, value) + _number(20, 2))
    return _bytes(1, body)


def _constant(name: str, kind: int, values: list[float]) -> bytes:
    data = (
        struct.pack(f"<{len(values)}f", *values)
        if kind == _FLOAT
        else struct.pack(f"<{len(values)}q", *map(int, values))
    )
    return _bytes(5, _number(1, len(values)) + _number(2, kind) + _bytes(8, name) + _bytes(9, data))


def _port(field: int, name: str, kind: int, shape: list[str | int]) -> bytes:
    sizes = b"".join(_bytes(1, _bytes(2, each) if isinstance(each, str) else _number(1, each)) for each in shape)
    return _bytes(field, _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, sizes))))


def _model() -> bytes:
    graph = b"".join(
        (
            _node("Cast", ["input"], "loud", to=_FLOAT),
            _node("Unsqueeze", ["loud", "axis"], "column"),
            _node("Expand", ["column", "block"], "stretched"),
            _node("Mul", ["stretched", "volume"], "scaled"),
            _node("Reshape", ["scaled", "flat"], "output"),
            _bytes(2, "tiny voice"),
            _constant("axis", _INT64, [2]),
            _constant("block", _INT64, [1, 1, SAMPLES_A_PHONEME]),
            _constant("volume", _FLOAT, [0.01]),
            _constant("flat", _INT64, [1, 1, 1, -1]),
            _port(11, "input", _INT64, ["batch", "phonemes"]),
            _port(11, "input_lengths", _INT64, ["batch"]),
            _port(11, "scales", _FLOAT, [3]),
            _port(12, "output", _FLOAT, ["batch", 1, 1, "samples"]),
        )
    )
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _bytes(1, "") + _number(2, 15))
