"""What a scripted drive is: a YAML file of steps, validated before the first one is played."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.data_file import read
from assistant.errors import DriveError

FOLDER = Path(__file__).parent / "drives"

Seat = Literal["driver", "passenger", "rear_left", "rear_right", "outside", "unknown"]


class Step(BaseModel):
    """One thing that happens: exactly one of ``hear``, ``touch``, ``cancel``, ``vehicle`` or ``wait``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hear: str | None = None
    """A sound file, from the drives' folder."""
    zone: Seat = "driver"
    touch: Literal["touch", "biometric"] | None = None
    """The driver's hand or eye answers the challenge that was shown last, pending or not."""
    cancel: Literal[True] | None = None
    vehicle: dict[str, Any] | None = None
    """Signals of the simulated car to set."""
    wait: Annotated[float, Field(gt=0, le=3600)] | None = None
    """Simulated seconds that pass."""
    shows: str = ""
    """What this step is there to show."""

    @model_validator(mode="after")
    def one_thing(self) -> "Step":
        kinds = [name for name in ("hear", "touch", "cancel", "vehicle", "wait") if getattr(self, name) is not None]
        if len(kinds) != 1:
            raise ValueError(f"a step is one of hear, touch, cancel, vehicle or wait; this has {kinds or 'none'}")
        return self


class Drive(BaseModel):
    """A titled list of steps."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    about: str = ""
    start: dict[str, Any] = {}
    """Signals of the simulated car before the first step."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]


def names() -> list[str]:
    """The drives that ship."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load(name: str) -> tuple[Drive, Path]:
    """A drive by its name or its file, and the folder its sounds are found from.

    Raises DriveError naming file, line and step; a sound file that is not there is found before the drive starts.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else FOLDER / f"{name}.yaml"
    if not path.is_file():
        raise DriveError(f"There is no drive {name!r}. Drives: {', '.join(names())}; or name a YAML file.")
    drive = read(path, Drive, DriveError)
    for number, step in enumerate(drive.steps, 1):
        if step.hear and not (path.parent / step.hear).is_file():
            raise DriveError(f"{path}: step {number}: there is no sound file {step.hear}")
    return drive, path.parent
