"""Which recognisers and voices lie on disk. Only looks; downloads nothing."""

from pathlib import Path

from assistant.paths import models_folder

WHISPER_FILES = ("model.bin", "config.json", "tokenizer.json")


def whisper_model(name: str = "auto", folder: Path | None = None) -> tuple[Path | None, str]:
    """The folder of a faster-whisper model and why it was chosen, or None and why there is none.

    ``name`` is "auto", the name of a folder in ``models/whisper``, or a path.
    """
    home = (folder or models_folder()) / "whisper"
    if name != "auto":
        for place in (Path(name).expanduser(), home / name, home / f"faster-whisper-{name}"):
            if _is_whisper(place):
                return place, f"the model {name} is at {place}"
        return None, f'there is no faster-whisper model "{name}": neither a folder of that path nor in {home}'
    found = sorted((place for place in _folders(home) if _is_whisper(place)), key=_size, reverse=True)
    if not found:
        return None, f"no faster-whisper model lies in {home}"
    return found[0], f"the largest faster-whisper model in {home} is {found[0].name}"


def piper_voice(name: str = "auto", folder: Path | None = None) -> tuple[Path | None, str]:
    """The .onnx file of a Piper voice and why it was chosen, or None and why there is none."""
    home = (folder or models_folder()) / "piper"
    if name != "auto":
        for place in (Path(name).expanduser(), home / name, home / f"{name}.onnx"):
            if _is_voice(place):
                return place, f"the voice {name} is at {place}"
        return None, f'there is no Piper voice "{name}" (an .onnx with its .onnx.json): not a file, nor in {home}'
    try:
        found = sorted(place for place in home.glob("*.onnx") if _is_voice(place))
    except OSError:
        found = []
    if not found:
        return None, f"no Piper voice lies in {home}"
    english = [place for place in found if place.name.startswith("en")] or found
    return english[0], f"the voice {english[0].stem} lies in {home}"


def _is_whisper(place: Path) -> bool:
    return all((place / file).is_file() for file in WHISPER_FILES)


def _is_voice(place: Path) -> bool:
    return place.suffix == ".onnx" and place.is_file() and Path(f"{place}.json").is_file()


def _folders(home: Path) -> list[Path]:
    try:
        return [place for place in home.iterdir() if place.is_dir()]
    except OSError:
        return []


def _size(place: Path) -> int:
    return (place / "model.bin").stat().st_size
