"""Every setting in one typed object, from cabin.toml and CABIN_ variables; a wrong one is named with file and line."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant import paths
from assistant.errors import SettingsError

Recogniser = Literal["auto", "moonshine", "pocketsphinx", "whisper", "wyoming"]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SpeechSettings(Section):
    """Which engines hear and speak."""

    recogniser: Recogniser = "auto"
    """"auto" is Moonshine beside PocketSphinx (built in), with faster-whisper for questions when a model is on disk."""
    whisper_model: str = "auto"
    """A model's name under the models folder, a folder, or "auto" for the best one found."""
    detect_language: bool = False
    """Let Whisper find out which language is spoken, instead of expecting the one of the settings."""
    deadline_s: float = Field(default=4.0, gt=0, le=30)
    """After so many seconds the built-in recogniser's result is used instead of Whisper's or a Wyoming server's."""
    voice: Literal["auto", "piper", "espeak", "wyoming"] = "auto"
    """"auto" takes Piper when a voice is on disk, else eSpeak NG."""
    piper_voice: str = "auto"
    """A voice's name under the models folder, an .onnx file, or "auto"."""
    wyoming_uri: str = "tcp://127.0.0.1:10300"
    """The Wyoming server that hears, where ``recogniser`` is "wyoming". The line is not encrypted."""
    wyoming_voice_uri: str = "tcp://127.0.0.1:10200"
    """The Wyoming server that speaks, where ``voice`` is "wyoming"."""
    microphone: str = "default"
    """A device's name or a part of it, as `cabin listen --devices` prints it."""
    microphone_zone: Literal["driver", "passenger", "rear_left", "rear_right", "outside", "unknown"] = "unknown"
    """The seat that this microphone hears, when it hears only that one."""
    loudspeaker: str = "default"
    """As for the microphone."""
    wake_word: str = "hey cabin"
    """The words that make the assistant listen; empty: only push-to-talk does."""
    wake_word_uri: str = ""
    """A Wyoming server that listens for them (openWakeWord); empty: the built-in search. It is sent everything that the
    microphone hears, and the line is not encrypted."""


class VehicleSettings(Section):
    """Which car: ours, one behind a KUKSA databroker, or one behind its diagnostic socket (CAN)."""

    kind: Literal["simulated", "kuksa", "can"] = "simulated"
    profile: Literal["electric_suv", "petrol_hatchback", "diesel_van"] = "electric_suv"
    """The simulated car's; so is ``seed``."""
    seed: int = 0
    host: str = "127.0.0.1"
    """The databroker's; so are the four below."""
    port: int = Field(default=55555, ge=1, le=65535)
    token: Path | None = None
    """A file with the access token (a JWT) of this process."""
    root_certificate: Path | None = None
    """A PEM file; with it the line is encrypted and the broker has to show who it is."""
    server_name: str = ""
    """The name in the broker's certificate, where it is not ``host``."""
    can_interface: str = "socketcan"
    """Any python-can interface: socketcan, slcan, pcan, vector, kvaser, virtual ..."""
    can_channel: str = "can0"
    """The interface's channel: can0, or a serial port for slcan."""
    can_bitrate: int = Field(default=500_000, gt=0)


class ModelSettings(Section):
    """A language model on this machine or beyond; none is asked unless it is named."""

    model: str
    provider: str = "openai"
    """As langchain names it: openai (also any server of that protocol), ollama, azure_openai, mistralai ..."""
    base_url: str = ""
    api_key_variable: str = ""
    """The environment variable that holds the key: a key never stands in a file of ours."""
    deadline_s: float = Field(default=4.0, gt=0, le=30)


class KnowledgeSettings(Section):
    """Which manuals."""

    packs: tuple[Path, ...] = ()
    """Pack folders beside the one that ships with cabin."""
    pack: str | None = None
    """The pack of this car. By default the car's VIN chooses, else the first."""
    model: ModelSettings | None = None
    """May shorten answers; heard only where the cited section bears out every sentence."""


class UnderstandingSettings(Section):
    """How sentences are understood beyond the templates and examples."""

    model: ModelSettings | None = None
    """Asked last, about what was not understood; it can only name what the gate then judges."""


class JournalSettings(Section):
    """What is kept of each turn."""

    keep_transcripts: bool = True
    erase_transcripts_after_days: int | None = Field(default=None, ge=1)


class Settings(Section):
    """All settings. Every field can be set in cabin.toml or as CABIN_SECTION__FIELD in the environment."""

    language: Literal["en", "de", "es", "fr", "it"] = "en"
    """Of sentences and replies. The built-in recogniser hears English; the others need a faster-whisper model."""
    data_dir: Path = Field(default_factory=paths.data_folder)
    models_dir: Path = Field(default_factory=paths.models_folder)
    models_hub: str = "https://huggingface.co"
    """Where `cabin models pull` downloads from: the hub, or a mirror of it."""
    chroma_url: str = ""
    """A Chroma server for the support desk; empty: the index of this machine."""
    speech: SpeechSettings = SpeechSettings()
    vehicle: VehicleSettings = VehicleSettings()
    knowledge: KnowledgeSettings = KnowledgeSettings()
    understanding: UnderstandingSettings = UnderstandingSettings()
    journal: JournalSettings = JournalSettings()

    @property
    def index_folder(self) -> Path:
        return self.data_dir / "index"

    @property
    def preferences_file(self) -> Path:
        return self.data_dir / "preferences.yaml"

    @property
    def journal_file(self) -> Path:
        return self.data_dir / "journal.jsonl"


def load() -> Settings:
    """Settings of this run: defaults, then the first cabin.toml found, then the environment.

    Raises SettingsError naming file, line and key (or the variable) of the first thing that is wrong.
    """
    file, values = _read_file()
    variables = _merge_environment(values)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        loc = tuple(str(part) for part in first["loc"])
        problem = "there is no such setting" if first["type"] == "extra_forbidden" else first["msg"]
        named = [name for path, name in variables.items() if path[: len(loc)] == loc or loc[: len(path)] == path]
        where = named[0] if named else f"{file}, line {_line_of(file, loc)}"
        raise SettingsError(f"{where}: {'.'.join(loc)}: {problem}. {_known(loc)}") from error


def _read_file() -> tuple[Path | None, dict[str, Any]]:
    for path in paths.settings_files():
        try:
            return path, tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            if os.environ.get("CABIN_CONFIG"):
                raise SettingsError(f"{path}: CABIN_CONFIG names this file, but it is not there") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: this is not TOML: {error}") from error
        except OSError as error:
            raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    return None, {}


def _merge_environment(values: dict[str, Any]) -> dict[tuple[str, ...], str]:
    """Lay CABIN_ variables over ``values``; returns which setting came from which variable."""
    came_from: dict[tuple[str, ...], str] = {}
    for variable, value in os.environ.items():
        if not variable.startswith("CABIN_") or variable == "CABIN_CONFIG":
            continue
        loc = tuple(variable.removeprefix("CABIN_").lower().split("__"))
        table = values
        for part in loc[:-1]:
            inner = table.setdefault(part, {})
            if not isinstance(inner, dict):
                raise SettingsError(f"{variable}: {part} is not a section of cabin.toml")
            table = inner
        table[loc[-1]] = value.split(os.pathsep) if loc == ("knowledge", "packs") else value
        came_from[loc] = variable
    return came_from


def _line_of(file: Path | None, loc: tuple[str, ...]) -> str:
    """The line on which the setting stands, as text; TOML keys stand alone or under their [section]."""
    table, key = ".".join(loc[:-1]), loc[-1]
    current = ""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if file else ():
        if header := re.match(r"\s*\[([^\]]+)\]", line):
            current = header[1].strip()
            if current == ".".join(loc):
                return str(number)
        elif current == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return str(number)
    return _line_of(file, loc[:-1]) if loc[1:] else "?"


def _known(loc: tuple[str, ...]) -> str:
    model: type[BaseModel] = Settings
    for part in loc[:-1]:
        named = model.model_fields[part].annotation if part in model.model_fields else None
        inner = [each for each in (named, *get_args(named)) if isinstance(each, type) and issubclass(each, BaseModel)]
        if not inner:
            break
        model = inner[0]
    return f"Settings here: {', '.join(model.model_fields)}"
