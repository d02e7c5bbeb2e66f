"""Where things lie: one place for every folder and file outside the package."""

import os
from pathlib import Path

import platformdirs

APP = "cabin"


def data_folder() -> Path:
    """Index, journal, preferences, replies. ``CABIN_DATA_DIR`` moves it."""
    return Path(os.environ.get("CABIN_DATA_DIR") or platformdirs.user_data_path(APP))


def models_folder() -> Path:
    """Downloaded recognisers and voices. ``CABIN_MODELS_DIR`` moves it."""
    return Path(os.environ.get("CABIN_MODELS_DIR") or data_folder() / "models")


def settings_files() -> tuple[Path, ...]:
    """Where cabin.toml is looked for; the first that exists is read."""
    named = os.environ.get("CABIN_CONFIG")
    here = Path("cabin.toml")
    home = platformdirs.user_config_path(APP) / "cabin.toml"
    return (Path(named),) if named else (here, home)
