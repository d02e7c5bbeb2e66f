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
    found = sorted(whispers(home), key=_size, reverse=True)
    if not found:
        return None, f"no faster-whisper model lies in {home}"
    return found[0], f"the largest faster-whisper model in {home} is {found[0].name}"


def piper_voice(name: str = "auto", folder: Path | None = None, language: str = "en") -> tuple[Path | None, str]:
    """The .onnx file of a Piper voice and why it was chosen, or None and why there is none.

    A voice lies in ``models/piper``, or in a folder there that has its name. "auto" takes one of ``language``.
    """
    home = (folder or models_folder()) / "piper"
    if name != "auto":
        for place in (Path(name).expanduser(), home / name, home / f"{name}.onnx", home / name / f"{name}.onnx"):
            if _is_voice(place):
                return place, f"the voice {name} is at {place}"
        return None, f'there is no Piper voice "{name}" (an .onnx with its .onnx.json): not a file, nor in {home}'
    found = voices(home)
    fitting = [place for place in found if place.name.startswith(language)]
    if not fitting:
        others = f" for the language {language}" if found else ""
        return None, f"no Piper voice{others} lies in {home}"
    return fitting[0], f"the voice {fitting[0].stem} lies in {fitting[0].parent}"


def whispers(home: Path) -> list[Path]:
    """The folders of whole faster-whisper models in ``home``, by name."""
    return sorted(place for place in _folders(home) if _is_whisper(place))


def voices(home: Path) -> list[Path]:
    """The .onnx files of whole Piper voices in ``home`` and in its folders, by name."""
    places = [home, *_folders(home)]
    try:
        found = [file for place in places for file in place.glob("*.onnx") if _is_voice(file)]
    except OSError:
        return []
    return sorted(found, key=lambda file: file.name)


def _is_whisper(place: Path) -> bool:
    return all((place / file).is_file() for file in WHISPER_FILES)


def _is_voice(place: Path) -> bool:
    return place.suffix == ".onnx" and place.is_file() and Path(f"{place}.json").is_file()


def _folders(home: Path) -> list[Path]:
    try:
        return [place for place in home.iterdir() if place.is_dir() and not place.name.startswith(".")]
    except OSError:
        return []


def _size(place: Path) -> int:
    return (place / "model.bin").stat().st_size
