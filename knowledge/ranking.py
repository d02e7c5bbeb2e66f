"""Ranks the nearest passages by ten features, twelve where the pack has queries, and the blocks of a section."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge import queries
from knowledge.classifier import FLOOR
from knowledge.embedding import Embedder
from knowledge.manual import Block, Section
from knowledge.phrasebook import Phrasebook
from knowledge.shelf import Shelf
from knowledge.weights import FEATURES, Fitted, Weights
from knowledge.words import Contrasts, Synonyms, content, telling

_QUANTITY = re.compile(
    r"\bhow (?:much|many|far|fast|high|long|heavy|big|deep|often|wide|tall|hot|cold|large|tight|close|strong|thick|"
    r"quickly|soon|old)\b|"
    r"\bwhat (?:is|are|'s)?\s*(?:the )?(?:\w+ ){0,3}?(?:pressures?|speed|weight|load|capacity|size|torque|range|"
    r"voltage|temperature|grade|limit|length|width|height|depth|distance|interval)\b|"
    r"\b(?:maximum|minimum|max|min)\b",
    re.I,
)
_FIGURE = re.compile(
    r"\d[\d.,]*\s?(?:%|°C|bar|kPa|psi|km|km/h|mph|m|mm|cm|kg|g|l|litres?|ml|kW|kWh|V|A|Ah|Nm|N m|minutes?|"
    r"hours?|seconds?|days?|weeks?|months?|years?)(?![a-z])|"
    r"\b(?:once|twice) an? \w+|\bmonthly|\bweekly|\bevery (?:\w+ )?\w+",
    re.I,
)
_DOING = re.compile(
    r"\bhow (?:do|can|should|would|to)\b|\bwhat (?:do|should|must|can) (?:i|we) do\b|^(?:i|my|the|there|it|someone)\b",
    re.I,
)
MOST = 10.0
"""A lead in score beyond which more says nothing."""
RULED_OUT = math.log(1 / 400)
"""Of the classifier, below which a section is not what was asked about, if it finds another one likely: a probability,
as its logarithm.
"""
LONG = 8
"""Meaning words beyond which more say nothing."""
NOTICES = ("warning", "caution", "note")
NOTICE_NEAR = 1.5
"""How far behind the answer's own score a warning may be and still be said with it."""
NOTICE_COST = 1.0
"""What a warning or note gives up against the block that it warns about, in units of the ranking score."""
ALSO_NEAR = 2.0
"""How far behind the answer's own score another block may be and still be said with it, where there is room."""
STEPS_GAIN = 1.0
"""What numbered steps gain when the question asks how something is done, or tells that something happened."""
ROW_GAIN = 2.0
"""What the table row of the variant that is meant gains, and another variant's loses."""
FIGURE_GAIN = 2.0
"""What a block with a figure and its unit gains when the question asks how much."""


@dataclass(frozen=True)
class Asked:
    """A question as the ranking reads it.

    ``vector`` is the mean of its vectors as asked and with every word as its group of synonyms has it first, worded by
    the phrasebook; ``tokens`` are the unit token states of both in the index's basis. ``stems`` are its meaning words.
    ``queries`` are the scores of the sections by `Queries.scores`, empty where the pack has no queries.
    ``elsewhere`` is the cosine to the nearest of what no manual answers, ``outside`` how likely the classifier thinks
    that no section answers, as a logarithm. ``telling`` marks the tokens of words that carry meaning.
    """

    text: str
    stems: frozenset[str]
    vector: NDArray[np.float32]
    tokens: NDArray[np.float32]
    named: tuple[frozenset[int], ...]
    variants: frozenset[str]
    pack: str
    weights: Weights
    queries: Mapping[int, tuple[float, float]]
    elsewhere: float
    outside: float
    telling: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage with its features (in the order of FEATURES) and their weighted sum."""

    row: int
    section: int
    features: NDArray[np.float32]
    score: float


@dataclass(frozen=True, slots=True)
class Best:
    """The best block of a section, with its score, the notice that belongs with it, if any, and the blocks that may
    answer as well, the best first.
    """

    block: int
    score: float
    notice: int | None = None
    notice_first: bool = False
    also: tuple[int, ...] = ()

    def notices(self, section: Section) -> tuple[Block | None, Block | None]:
        """The warning said before the block, and the one said after it; at most one of them."""
        found = None if self.notice is None else section.blocks[self.notice]
        return (found, None) if self.notice_first else (None, found)


class Ranker:
    """Ranks passages of one shelf."""

    def __init__(self, shelf: Shelf, fitted: Fitted, contrasts: Contrasts, synonyms: Synonyms) -> None:
        self.shelf = shelf
        self.fitted = fitted
        self.contrasts = contrasts
        self.synonyms = synonyms
        self._named: dict[int, tuple[frozenset[int], ...]] = {}
        self._variants: dict[int, frozenset[str]] = {}
        self._words = [frozenset(self._stems(self.text_of(number))) for number in range(len(shelf.sections))]
        self._title_words = [frozenset(self._stems(section.title)) for section in shelf.sections]
        self._seen_in = Counter(word for words in self._words for word in words)
        self.variants = {name: pack.variants for name, pack in shelf.packs.items()}
        self._queried = shelf.queried
        self.phrasebook = Phrasebook(shelf)

    def read(self, question: str, embedder: Embedder, pack: str, variants: frozenset[str]) -> Asked:
        """The question with its vector. ``variants`` are those meant unless the question names another."""
        wordings = list(dict.fromkeys((question, self.synonyms.canonical(question))))
        readings = [embedder.read([wording])[0] for wording in wordings]
        states = np.concatenate([reading.tokens for reading in readings])
        norms = np.maximum(np.linalg.norm(states, axis=1, keepdims=True), 1e-9)
        said = self.variants[pack].named(question)
        vector = np.mean([reading.vector for reading in readings], axis=0)
        tokens = (states / norms) @ self.shelf.basis.T
        among = self._queried.get(pack, range(0))
        stems = frozenset(self._stems(question))
        classified = self.shelf.queries.classified(vector, stems, among)
        return Asked(
            question,
            stems,
            self.phrasebook.worded(vector, stems, pack),
            tokens,
            self.contrasts.named(self.synonyms.canonical(question)),
            said or variants,
            pack,
            self.fitted.queries if pack in self._queried else self.fitted.plain,
            self.shelf.queries.scores(vector, classified, among),
            float((self.shelf.elsewhere @ vector).max(initial=0.0)),
            queries.outside(classified, among),
            np.concatenate([_telling(w, reading.spans) for w, reading in zip(wordings, readings, strict=True)]),
        )

    def beside(self, asked: Asked, rows: Sequence[int]) -> list[int]:
        """``rows``, and the nearest passage of each section whose queries are nearest the question, or that the
        classifier thinks likeliest.
        """
        near = {
            section
            for sign in (0, 1)
            for section in sorted(asked.queries, key=lambda s: -asked.queries[s][sign])[: queries.NEAREST]
        }
        have = {self.shelf.passages[row][0] for row in rows}
        vectors = self.shelf.vectors
        found = [
            max(self.shelf.section_rows[section], key=lambda row: float(vectors[row] @ asked.vector))
            for section in sorted(near)
            if section not in have
        ]
        return [*rows, *found]

    def rank(self, asked: Asked, rows: Sequence[int]) -> list[Ranked]:
        """The passages ``rows``, best first."""
        if not rows:
            return []
        features = np.stack([self._features(asked, row) for row in rows])
        scores = features @ asked.weights.vector
        order = np.argsort(-scores, kind="stable")
        passages = self.shelf.passages
        return [Ranked(rows[i], passages[rows[i]][0], features[i], float(scores[i])) for i in order]

    def rules_out(self, asked: Asked, section: int | None, outside: float) -> bool:
        """Whether the classifier finds something else likely, and not ``section``, or no section with a probability of
        more than ``outside``; never in a pack without queries. Without a section only the latter.
        """
        if section is None:
            return bool(asked.queries) and asked.outside > math.log(outside)
        if section not in asked.queries:
            return False
        another = max(likely for _, likely in asked.queries.values()) > math.log(0.5)
        return asked.outside > math.log(outside) or (another and asked.queries[section][1] < RULED_OUT)

    def best_block(self, asked: Asked, section: int) -> Best:
        """The block of ``section`` that answers best: by its best window, notices marked down, figures up."""
        blocks = self.shelf.sections[section].blocks
        window, late = FEATURES.index("window"), FEATURES.index("late")
        best: dict[int, float] = {}
        for row in self.shelf.section_rows[section]:
            numbers, cosines, lates = self._windows(asked, row)
            for number, score in zip(
                numbers,
                asked.weights.vector[window] * cosines + asked.weights.vector[late] * lates,
                strict=True,
            ):
                best[number] = max(best.get(number, -1e9), float(score))
        wants_figure = bool(_QUANTITY.search(asked.text))
        wants_steps = bool(_DOING.search(asked.text))
        wants_case = bool(re.match(r"(?:which|where is|where are|what kind|what type)\b", asked.text, re.I))
        wants_notice = bool(re.search(r"\b(?:warning|danger|dangerous|risk|safe|careful|avoid)\b", asked.text, re.I))
        for number in best:
            block = blocks[number]
            if block.kind in NOTICES and not wants_notice:
                best[number] -= NOTICE_COST
            if block.kind == "steps" and wants_steps:
                best[number] += STEPS_GAIN
            if wants_figure and _FIGURE.search(block.text):
                best[number] += FIGURE_GAIN
            if block.kind == "row":
                best[number] += self._row_gain(asked, block, wanted=wants_figure or wants_case)
        if not best:
            return Best(0, -1e9)
        order = sorted(best, key=lambda n: -best[n])
        warned = blocks[order[0]].kind in NOTICES
        # where a warning answers best, a table row beside it would be a guess
        plain = next((n for n in order if blocks[n].kind not in (*NOTICES, *(("row",) if warned else ()))), None)
        notice = next((n for n in order if blocks[n].kind in NOTICES and n != plain), None)
        if plain is None:
            return Best(order[0], best[order[0]])
        if notice is not None and best[notice] < best[plain] - NOTICE_NEAR:
            notice = None
        enough = best[plain] - ALSO_NEAR
        also = tuple(n for n in order if n != plain and best[n] >= enough and blocks[n].kind not in NOTICES)
        return Best(plain, max(best.values()), notice, warned, also)

    def _row_gain(self, asked: Asked, row: Block, *, wanted: bool) -> float:
        """Rows of the variant that is meant come first, those of others and of contrasting cases last; a row with
        a column of that variant's own gains half as much.
        """
        variants = self.variants[asked.pack]
        keyed = variants.titled(row.key)
        if keyed and asked.variants:
            return -ROW_GAIN if not keyed & asked.variants else ROW_GAIN if wanted else 0.0
        if self.contrasts.violations(asked.named, self.contrasts.named(row.key)):
            return -ROW_GAIN
        own = any(variants.titled(head) & asked.variants for head, _ in row.cells)
        return ROW_GAIN / 2 if own and wanted else 0.0

    def signs(self, asked: Asked, ranked: Sequence[Ranked]) -> dict[str, float]:
        """What tells a right first section from a wrong one; see SIGNS."""
        first = ranked[0]
        sections = self.shelf.sections
        rival = next((r.score for r in ranked if sections[r.section].title != sections[first.section].title), None)
        tops = [max(ranked, key=lambda r: r.features[i]).section for i in range(4)]
        chapter = sections[first.section].path[0]
        stranger = next((r.score for r in ranked if sections[r.section].path[0] != chapter), None)
        best: dict[str, float] = {}
        for each in ranked:
            best.setdefault(sections[each.section].title, each.score)
        whole = sum(map(self._rarity, asked.stems))
        unknown = sum(self._rarity(stem) for stem in asked.stems if stem not in self._seen_in)
        return {
            "window": float(first.features[FEATURES.index("window")]),
            "margin": MOST if rival is None else min(first.score - rival, MOST),
            "chapter": MOST if stranger is None else min(first.score - stranger, MOST),
            "posterior": 1 / sum(math.exp(score - first.score) for score in best.values()),
            "agreement": sum(section == first.section for section in tops) / len(tops),
            "covered": self._covered(asked, self._words[first.section]),
            "unknown": unknown / whole if whole else 1.0,
            "length": float(min(len(asked.stems), LONG)),
            "elsewhere": asked.elsewhere,
            "worst": self._worst(asked, first.section),
            **_query_signs(asked, ranked),
        }

    def probabilities(self, asked: Asked, ranked: Sequence[Ranked]) -> tuple[float, float]:
        """How likely the first section is right, and how likely one of the first two titles is, 0 to 1; both halved for
        each action that the first never speaks of.
        """
        right, named = asked.weights.probabilities(self.signs(asked, ranked))
        silent = 0.5 ** self.contrasts.undone(asked.text, self.text_of(ranked[0].section))
        return right * silent, named * silent

    def _worst(self, asked: Asked, section: int) -> float:
        """How well the section matches the meaning word that it matches worst; -1 to 1."""
        if not asked.telling.any():
            return 1.0
        words = asked.tokens[asked.telling]
        best = np.full(len(words), -1.0, np.float32)
        for row in self.shelf.section_rows[section]:
            start, _, end = self.shelf.rows[row]
            matches = words @ self.shelf.tokens[start:end].T.astype(np.float32)
            best = np.maximum(best, matches.max(axis=1, initial=-1.0))
        return float(best.min())

    def _covered(self, asked: Asked, words: frozenset[str]) -> float:
        """How much of the question's meaning words ``words`` hold, rare words counting more, 0 to 1."""
        whole = sum(map(self._rarity, asked.stems))
        return sum(map(self._rarity, asked.stems & words)) / whole if whole else 0.0

    def _rarity(self, stem: str) -> float:
        return math.log(len(self._words) / (self._seen_in[stem] + 0.5) + 1)

    def _stems(self, text: str) -> list[str]:
        return content(self.synonyms.canonical(text))

    def text_of(self, section: int) -> str:
        """All that a section says, with its headings."""
        found = self.shelf.sections[section]
        return " ".join((*found.path, *(block.text for block in found.blocks)))

    def _features(self, asked: Asked, row: int) -> NDArray[np.float32]:
        shelf = self.shelf
        section = shelf.passages[row][0]
        _, cosines, lates = self._windows(asked, row)
        violations = self._violations(asked, section)
        own = self._variants[section]
        return np.array(
            [
                shelf.vectors[row] @ asked.vector,
                cosines.max() if len(cosines) else 0.0,
                lates.max() if len(lates) else 0.0,
                shelf.titles[section] @ asked.vector,
                violations,
                self.contrasts.unmet(asked.text, shelf.sections[section].title),
                bool(_QUANTITY.search(asked.text) and _FIGURE.search(shelf.passages[row][1])),
                not own or bool(own & asked.variants),
                self._covered(asked, self._words[section]),
                self._covered(asked, self._title_words[section]),
                *self._of_queries(asked, section),
            ],
            dtype=np.float32,
        )

    def _of_queries(self, asked: Asked, section: int) -> tuple[float, ...]:
        if not asked.queries:
            return ()
        if section not in asked.queries:  # a second one of its title
            return 0.0, FLOOR
        return asked.queries[section]

    def _windows(self, asked: Asked, row: int) -> tuple[list[int], NDArray[np.float32], NDArray[np.float32]]:
        """For each window of a passage: its block, its cosine, and the mean over the question's tokens of the
        best match.
        """
        shelf = self.shelf
        first, last = shelf.window_rows[row], shelf.window_rows[row + 1]
        start, head, end = shelf.rows[row]
        windows = shelf.windows[first:last]
        cosines = shelf.window_vectors[first:last].astype(np.float32) @ asked.vector
        matches = asked.tokens @ shelf.tokens[start:end].T.astype(np.float32)
        title = matches[:, : head - start].max(axis=1, initial=-1.0)
        lates = np.array(
            [
                np.maximum(title, matches[:, a - start : b - start].max(axis=1)).mean() if len(matches) else 0.0
                for _, _, a, b in windows
            ],
            dtype=np.float32,
        )
        return windows[:, 1].tolist(), cosines, lates

    def _violations(self, asked: Asked, section: int) -> float:
        if section not in self._named:
            self._named[section] = self.contrasts.named(self.shelf.sections[section].title)
            variants = self.variants[self.shelf.owner[section]]
            self._variants[section] = variants.titled(self.shelf.sections[section].title)
        other = self._variants[section] and asked.variants and not self._variants[section] & asked.variants
        return self.contrasts.violations(asked.named, self._named[section]) + bool(other)


def _telling(text: str, spans: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which tokens, by the characters that they cover, are of words that carry meaning."""
    return np.array([any(first <= start < end for first, end in telling(text)) for start, _ in spans], dtype=np.bool_)


def _query_signs(asked: Asked, ranked: Sequence[Ranked]) -> dict[str, float]:
    """How near the queries of the first section are, and how far ahead of those of all others."""
    if not asked.queries:
        return {}
    first = ranked[0].section
    cosine, likely = asked.queries.get(first, (0.0, FLOOR))
    others = [scores for section, scores in asked.queries.items() if section != first] or [(0.0, FLOOR)]
    cosines, logs = zip(*others, strict=True)
    return {
        "query": cosine,
        "query_lead": cosine - max(cosines),
        "class": math.exp(likely),
        "class_lead": likely - max(logs),
        "outside": asked.outside,
    }
