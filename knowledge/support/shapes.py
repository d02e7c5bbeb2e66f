"""What the API takes and gives, as OpenAPI shows it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LONGEST_QUESTION = 2_000
"""Characters. The model reads 256 tokens, about 1,000 characters; the rest would only cost time."""

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
Question = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_QUESTION)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)


class VehicleIn(Shape):
    """Which car: a pack, or brand, model and year, or a VIN. Empty where the desk has only one manual."""

    pack: Short | None = Field(None, examples=["aurelia"])
    variant: Short | None = Field(None, examples=["diesel"])
    brand: Short | None = Field(None, examples=["Halden"])
    model: Short | None = Field(None, examples=["Aurelia"])
    year: Annotated[int, Field(ge=1900, le=2200)] | None = Field(None, examples=[2026])
    vin: Short | None = Field(None, examples=["HLDAURE0000000001"])


class AskIn(Shape):
    question: Question = Field(examples=["How do I change a wheel?"])
    vehicle: VehicleIn = VehicleIn()


class VehicleOut(Shape):
    """The manual and variant that were meant. ``note`` says where they are not quite the car's."""

    pack: str
    variant: str
    note: str


class SourceOut(Shape):
    """Where an answer stands. ``section_id`` and ``passage_ids`` lead to the text; page null without pages."""

    title: str
    section: str
    section_id: str | None
    page: int | None
    score: float
    sentences: list[str] = Field(description="The section's own sentences that the answer was taken from.")


class PassageOut(Shape):
    id: str
    pack: str
    section: str
    section_id: str
    page: int | None
    text: str
    score: float | None = None


class AnswerOut(Shape):
    """``id`` is what feedback names. ``outcome``: answered, unsure (two sections named), or refused with a reason."""

    id: str
    question: str
    answer: str
    outcome: Literal["answer", "unsure", "refused"]
    reason: str
    vehicle: VehicleOut
    sources: list[SourceOut]
    passages: list[PassageOut]
    steps: list[str]
    timings_ms: dict[str, float]


class SearchOut(Shape):
    query: str
    vehicle: VehicleOut
    passages: list[PassageOut]


class NeighboursOut(Shape):
    """A passage in its place."""

    passage: PassageOut
    before: PassageOut | None
    after: PassageOut | None


class PackOut(Shape):
    pack: str
    title: str
    brand: str
    model: str
    year: int
    variants: list[str]
    edition: str
    language: str
    licence: str
    sections: int


class PacksOut(Shape):
    build: str = Field(description="The index that is read; it changes when the index is rebuilt.")
    packs: list[PackOut]


class LampOut(Shape):
    """A telltale of a pack that lights with a code."""

    pack: str
    name: str
    colour: str
    drive_on: str
    section: str


class CodeOut(Shape):
    code: str
    severity: Literal["stop now", "soon", "next service", "information"]
    lamp: str
    means: str
    do: str
    telltales: list[LampOut]


class FeedbackIn(Shape):
    question_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
    helpful: bool
    right_section: Annotated[str, StringConstraints(max_length=300)] = ""


class Kept(Shape):
    kept: Literal[True] = True


class GapOut(Shape):
    question: str
    pack: str
    asked: int
    unhelpful: int
    wordings: list[str]
    outcomes: dict[str, int]
    nearest_section: str
    right_sections: list[str]
    last_asked: float = Field(description="Seconds since 1970.")


class GapsOut(Shape):
    questions: int
    judgements: int
    gaps: list[GapOut]


class ReadingOut(Shape):
    name: str
    value: bool | int | float | str
    unit: str | None
    age_s: float


class WarningOut(Shape):
    name: str
    colour: str
    meaning: str
    section: str


class FaultOut(Shape):
    """A stored code; null where the catalogue does not know it."""

    code: str
    severity: str | None
    means: str | None
    do: str | None


class SnapshotOut(Shape):
    """A car as its driver shares it: read-only, without place, words or identity."""

    taken_at: float = Field(description="Seconds since 1970.")
    ends_at: float = Field(description="Seconds since 1970.")
    vehicle: VehicleOut | None
    readings: list[ReadingOut]
    codes: list[FaultOut]
    warnings: list[WarningOut]


class Details(Shape):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str


class State(Shape):
    status: Literal["ok", "loading", "failing"]
    detail: str = ""
