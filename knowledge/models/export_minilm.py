# mypy: ignore-errors
# (torch, transformers and onnx are not part of the environment that is type-checked)
"""Development only: exports all-MiniLM-L6-v2 to the int8 ONNX model that lies in minilm-int8/.

Needs torch, transformers, onnx and onnxruntime in an environment of its own; nothing of the running
product imports this file. WEIGHTS is a folder with the model's safetensors, config.json and tokenizer.json.

    python knowledge/models/export_minilm.py WEIGHTS OUT
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from transformers import AutoModel

OPSET = 17
SAMPLE = (2, 16)
"""Shape (texts, tokens) of the input that the export traces; both axes are dynamic in the result."""


class Pooled(nn.Module):
    """The encoder with its token states averaged over the mask and set to unit length."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1e-9)
        return nn.functional.normalize(mean, dim=1), states


def export(weights: Path, out: Path) -> None:
    """Write model.onnx, tokenizer.json and config.json to ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    # eager attention: the fused kernels do not trace
    encoder = AutoModel.from_pretrained(weights, attn_implementation="eager").eval()
    ids = torch.ones(SAMPLE, dtype=torch.int64)
    axes = {0: "batch", 1: "tokens"}
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            Pooled(encoder).eval(),
            (ids, torch.ones_like(ids), torch.zeros_like(ids)),
            str(full),
            input_names=["input_ids", "attention_mask", "token_type_ids"],
            output_names=["embedding", "states"],
            dynamic_axes={
                "input_ids": axes,
                "attention_mask": axes,
                "token_type_ids": axes,
                "embedding": {0: "batch"},
                "states": axes,
            },
            opset_version=OPSET,
            dynamo=False,
        )
        # per channel matters: cosine to the 32-bit model .994, against .951 per tensor
        quantize_dynamic(str(full), str(out / "model.onnx"), weight_type=QuantType.QInt8, per_channel=True)
    _name_states(out / "model.onnx")
    for name in ("tokenizer.json", "config.json"):
        shutil.copy(weights / name, out / name)


def _name_states(path: Path) -> None:
    """One Identity node gives the token states the output name that readers ask for."""
    model = onnx.load(str(path))
    model.graph.node.append(onnx.helper.make_node("Identity", ["states"], ["last_hidden_state"]))
    states = next(output for output in model.graph.output if output.name == "states")
    states.name = "last_hidden_state"
    onnx.save(model, str(path))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    export(arguments.weights, arguments.out)
