"""Every error that leaves this package.

CabinError                  code, message: what, where and what to do
├── SettingsError           cabin.toml or a CABIN_ variable is wrong: names file, line and key
├── AudioError              a sound file is missing, empty, corrupt or too long
├── SpeechError             a recogniser or a voice failed
├── ModelError              a model cannot be fetched, copied, found or removed
├── DeviceError             there is no such microphone or loudspeaker, or it is gone
├── VehicleError            the car is out of reach or does not obey
├── DriveError              a drive's YAML is wrong: names file, line and step
└── StorageError            a folder cannot be written, a disk is full
"""


class CabinError(Exception):
    """An error a person can act on. ``code`` is for programs, the message for people."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class SettingsError(CabinError):
    code = "settings"


class AudioError(CabinError):
    code = "audio"


class SpeechError(CabinError):
    code = "speech"


class DeviceError(CabinError):
    code = "device"


class ModelError(CabinError):
    code = "model"


class VehicleError(CabinError):
    code = "vehicle"


class DriveError(CabinError):
    code = "drive"


class StorageError(CabinError):
    code = "storage"
