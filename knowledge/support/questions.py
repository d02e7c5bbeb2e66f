"""What was asked at the desk, how it was answered and whether that helped."""

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.answer import Answer
from knowledge.support.database import Database
from knowledge.support.problems import Problem

KEPT_DAYS = 180
"""How long a question is kept: two issues of a manual that appears twice a year."""

LONGEST = 500
"""Characters of a question that are kept."""

_PERSONAL = (
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+"), "[e-mail]"),
    (re.compile(r"\b(?=\w*\d)[A-HJ-NPR-Z0-9]{17}\b", re.I), "[VIN]"),
    (re.compile(r"(?<!\w)\+?\d(?:[ /().-]?\d){6,}(?!\w)"), "[number]"),
    (re.compile(r"\bcabin_[0-9a-f]{12}_[\w-]+"), "[key]"),
)
"""What can name a person, and what is kept instead."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that the manual did not answer well. ``vector`` is float32 [384], or None when not read yet."""

    id: str
    at: float
    pack: str
    text: str
    outcome: str
    section: str
    unhelpful: int
    right_sections: tuple[str, ...]
    vector: NDArray[np.float32] | None


class Questions:
    """The desk's own record, for the manual's authors."""

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        self._db, self._now = database, now

    def note(self, pack: str, answer: Answer) -> str:
        """Keep a question and its outcome, without what can name a person; returns its id for feedback."""
        id_ = secrets.token_hex(12)
        section = answer.sources[0].section if answer.sources else ""
        values = (id_, self._now(), pack, without_persons(answer.question), answer.outcome, answer.reason, section)
        self._db.write(
            "INSERT INTO questions (id, at, pack, text, outcome, reason, section) VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
            durable=False,
        )
        return id_

    def judge(self, question: str, *, helpful: bool, right_section: str, by: str) -> None:
        """Keep what a person thought of an answer; on disk when this returns. Raises Problem 404."""
        if not self._db.read("SELECT 1 FROM questions WHERE id = ?", (question,)):
            raise Problem(404, "no-such-question", "There is no question with this id; /v1/ask returns it.")
        self._db.write(
            "INSERT INTO feedback (question, at, helpful, right_section, by) VALUES (?, ?, ?, ?, ?)",
            (question, self._now(), helpful, without_persons(right_section), by),
        )

    def unanswered(self, pack: str | None = None, most: int = 2_000) -> list[Asked]:
        """Questions that were refused, left unsure or judged unhelpful, newest first."""
        rows = self._db.read(
            """SELECT q.id, q.at, q.pack, q.text, q.outcome, q.section, q.vector,
                      COALESCE(SUM(f.helpful = 0), 0), COALESCE(GROUP_CONCAT(NULLIF(f.right_section, ''), char(10)), '')
               FROM questions q LEFT JOIN feedback f ON f.question = q.id
               WHERE (? IS NULL OR q.pack = ?) AND q.reason != 'no_question'
               GROUP BY q.id HAVING q.outcome != 'answer' OR SUM(f.helpful = 0) > 0
               ORDER BY q.at DESC LIMIT ?""",
            (pack, pack, most),
        )
        return [
            Asked(id_, at, name, text, outcome, section, unhelpful, tuple(right.splitlines()), _vector(blob))
            for id_, at, name, text, outcome, section, blob, unhelpful, right in rows
        ]

    def keep_vector(self, id_: str, vector: NDArray[np.float32]) -> None:
        """Keep what the model made of a question, so that it is read once."""
        self._db.write(
            "UPDATE questions SET vector = ? WHERE id = ?", (vector.astype(np.float32).tobytes(), id_), durable=False
        )

    def counts(self) -> tuple[int, int]:
        """Questions and judgements kept."""
        return (
            int(self._db.read("SELECT COUNT(*) FROM questions")[0][0]),
            int(self._db.read("SELECT COUNT(*) FROM feedback")[0][0]),
        )

    def forget_old(self) -> None:
        """Erase what is older than KEPT_DAYS."""
        before = self._now() - KEPT_DAYS * 86_400
        self._db.write(
            "DELETE FROM feedback WHERE question IN (SELECT id FROM questions WHERE at < ?)", (before,), durable=False
        )
        self._db.write("DELETE FROM questions WHERE at < ?", (before,), durable=False)


def without_persons(text: str) -> str:
    """``text``, cut to LONGEST, with addresses, numbers and keys replaced by what they are."""
    for pattern, name in _PERSONAL:
        text = pattern.sub(name, text[: 4 * LONGEST])
    return text[:LONGEST]


def _vector(blob: bytes | None) -> NDArray[np.float32] | None:
    return np.frombuffer(blob, np.float32) if blob else None
