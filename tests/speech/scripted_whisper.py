"""A scripted Whisper: a real CTranslate2 model with hand-filled weights, so that it writes chosen words for any sound.

It exercises faster-whisper itself (features, prompt, search, timestamps, text), not the quality of a trained model.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ctranslate2.specs import WhisperSpec
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

EOT, SOT, VOCABULARY = 50_257, 50_258, 51_865
ENGLISH, TRANSCRIBE, START_OF_PREVIOUS, NO_SPEECH, NO_TIMESTAMPS, FIRST_TIMESTAMP = (
    50_259,
    50_359,
    50_361,
    50_362,
    50_363,
    50_364,
)
WIDTH = 64
"""Width of the model and number of its positions; each position is one axis, so each can be given its own token."""


def scripted_whisper(folder: Path, text: str, *, seconds: float = 2.0, prompt: int = 3, says: str = "") -> Path:
    """Write a model into ``folder`` that says ``text``, spanning 0 to ``seconds``, after ``prompt`` prompt tokens.

    With ``says`` it knows the words of ``text``, and says those.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = list(dict.fromkeys(text.split()))
    tokenizer = _tokenizer(words)
    said = [tokenizer.token_to_id(f"Ġ{word}") for word in (says or text).split()]
    ending = FIRST_TIMESTAMP + round(seconds / 0.02)
    _save_model(folder, tokenizer, [FIRST_TIMESTAMP, *said, ending, ending, EOT], prompt)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def _tokenizer(words: Sequence[str]) -> Tokenizer:
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: number for number, letter in enumerate(letters)}
    merges: list[tuple[str, str]] = []
    for word in words:
        piece = "Ġ"
        for letter in word:
            if piece + letter not in vocabulary:
                merges.append((piece, letter))
                vocabulary[piece + letter] = len(vocabulary)
            piece += letter
    while len(vocabulary) < EOT - 1:
        vocabulary[f"<unused{len(vocabulary)}>"] = len(vocabulary)
    vocabulary[""] = EOT - 1
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    languages = ["en", *(code for code in _LANGUAGE_CODES if code not in ("en", "yue"))]
    special = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in languages)]
    special += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"]
    special += ["<|notimestamps|>", *(f"<|{number * 0.02:.2f}|>" for number in range(1_501))]
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in special])
    assert tokenizer.token_to_id("<|notimestamps|>") == NO_TIMESTAMPS
    assert tokenizer.get_vocab_size() == VOCABULARY
    return tokenizer


def _save_model(folder: Path, tokenizer: Tokenizer, script: Sequence[int], prompt: int) -> None:
    spec = WhisperSpec(1, 1, 1, 1)
    zeros = np.zeros

    def norm(layer: object) -> None:
        layer.gamma = np.ones(WIDTH, np.float32)  # type: ignore[attr-defined]  # CTranslate2's specs are untyped
        layer.beta = zeros(WIDTH, np.float32)

    def linear(layer: object, rows: int, columns: int) -> None:
        layer.weight = zeros((rows, columns), np.float32)
        layer.bias = zeros(rows, np.float32)

    def attention(layer: object, of_itself: bool) -> None:
        norm(layer.layer_norm)
        sizes = (3 * WIDTH, WIDTH) if of_itself else (WIDTH, 2 * WIDTH, WIDTH)
        for part, rows in zip(layer.linear, sizes, strict=True):
            linear(part, rows, WIDTH)

    def feed_forward(layer: object) -> None:
        norm(layer.layer_norm)
        linear(layer.linear_0, WIDTH, WIDTH)
        linear(layer.linear_1, WIDTH, WIDTH)

    encoder, decoder = spec.encoder, spec.decoder
    for convolution, inputs in ((encoder.conv1, 80), (encoder.conv2, WIDTH)):
        convolution.weight = zeros((WIDTH, inputs, 3), np.float32)
        convolution.bias = zeros(WIDTH, np.float32)
    encoder.position_encodings.encodings = zeros((1_500, WIDTH), np.float32)
    norm(encoder.layer_norm)
    attention(encoder.layer[0].self_attention, True)
    feed_forward(encoder.layer[0].ffn)

    decoder.embeddings.weight = zeros((VOCABULARY, WIDTH), np.float32)
    positions = zeros((448, WIDTH), np.float32)
    positions[np.arange(448), np.minimum(np.arange(448), WIDTH - 1)] = 1.0
    decoder.position_encodings.encodings = positions
    norm(decoder.layer_norm)
    attention(decoder.layer[0].self_attention, True)
    attention(decoder.layer[0].attention, False)
    feed_forward(decoder.layer[0].ffn)
    projection = zeros((VOCABULARY, WIDTH), np.float32)
    projection[ENGLISH, 0] = 5.0
    for at, token in enumerate(script):
        projection[token, prompt - 1 + at] = 5.0
    projection[EOT, prompt - 1 + len(script) :] = 5.0
    decoder.projection.weight = projection

    vocabulary = tokenizer.get_vocab(with_added_tokens=True)
    spec.register_vocabulary([token for token, _ in sorted(vocabulary.items(), key=lambda item: item[1])])
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = list(range(ENGLISH, TRANSCRIBE - 1))
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    spec.save(str(folder))
    assert json.loads((folder / "config.json").read_text())["lang_ids"]
