"""What a signal is called aloud, made from its path; signals.yaml overrides what this says badly."""

import re

_SEATS = {
    "Row1.DriverSide": "driver's",
    "Row1.PassengerSide": "front passenger's",
    "Row2.DriverSide": "rear left",
    "Row2.PassengerSide": "rear right",
    "Row1.Driver": "driver's",
    "Row1.Passenger": "front passenger's",
    "Row2.Driver": "rear left",
    "Row2.Passenger": "rear right",
    "Row1.Wheel.Left": "front left",
    "Row1.Wheel.Right": "front right",
    "Row2.Wheel.Left": "rear left",
    "Row2.Wheel.Right": "rear right",
    "DriverSide": "driver's",
    "PassengerSide": "passenger's",
}
_SEAT = re.compile(r"\.(" + "|".join(re.escape(seat) for seat in _SEATS) + r")(?=\.)")
# The end of a path, in words. Tried in this order.
_ENDS = (
    ("Door.IsLocked", "door lock"),
    ("Door.IsOpen", "door"),
    ("Door.IsChildLockActive", "child lock"),
    ("Window.Position", "window"),
    ("Seat.Position", "seat position"),
    ("Seat.Height", "seat height"),
    ("Seat.HeatingCooling", "seat heating"),
    ("Seat.Massage.Level", "seat massage"),
    ("Seat.IsBelted", "seat belt"),
    ("Seat.OccupancyStatus", "seat"),
    ("Backrest.LumbarSupport", "lumbar support"),
    ("Backrest.Recline", "backrest"),
    ("Airbag.IsDeployed", "airbag"),
    ("Airbag.IsEnabled", "airbag"),
    ("Spotlight.IsLightOn", "reading light"),
    ("AmbientLight.IsLightOn", "ambient light"),
    ("AmbientLight.Color", "ambient light colour"),
    ("AmbientLight.Intensity", "ambient light brightness"),
    ("Station.Temperature", "temperature"),
    ("Station.FanSpeed", "fan"),
    ("Station.AirDistribution", "air direction"),
    ("Mirrors.IsFolded", "mirror"),
    ("Mirrors.IsHeatingOn", "mirror heating"),
    ("Mirrors.Pan", "mirror pan"),
    ("Mirrors.Tilt", "mirror tilt"),
    ("Tire.Pressure", "tyre pressure"),
    ("Tire.IsPressureLow", "tyre pressure warning"),
    ("Brake.PadWear", "brake pad wear"),
)
_SILENT = {"IsOn", "IsEnabled", "IsActive", "IsSignaling", "Position", "IsOpen", "IsEngaged"}
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z]|\d|$|\.)|[A-Z]?[a-z]+|\d+")


def spoken_name(path: str) -> str:
    """``Vehicle.Cabin.Door.Row1.DriverSide.Window.Position`` is the ``driver's window``."""
    found = _SEAT.search(path)
    seat = _SEATS[found.group(1)] + " " if found else ""
    rest = path[: found.start()] + path[found.end() :] if found else path
    for end, words in _ENDS:
        if rest.endswith("." + end):
            return seat + words
    steps = rest.split(".")
    last = steps[-2:] if len(steps) > 2 else steps[-1:]
    if len(last) > 1 and last[-1] in _SILENT:
        last = last[:-1]
    words_ = [word for step in last for word in _WORD.findall(step.removeprefix("Is"))]
    return seat + " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words_)
