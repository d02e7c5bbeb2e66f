"""Answers from the demo car's manual, measured: python -m tests.benchmarks.knowledge [--part NAME] [--misses].

Beside ours stands the chain of every LangChain tutorial (`tests.benchmarks.textbook`), which refuses so that it keeps
as many answerable questions as ours answers or names the section of. A question counts as right when the answer holds
every key fact of it and cites one of its sections, as confidently wrong when it is answered, not right, and no gold
section is cited. The pack's queries that say the same as a question are left out; the pack as it ships is a column of
its own, and so is a pack without queries. What a manual of another maker, which somebody adds, comes to is the part
"another": beside ours, whose queries word the question, and alone.
"""

import argparse
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from knowledge import index, pack
from knowledge.answer import Answer
from knowledge.embedding import Embedder
from knowledge.library import Library
from tests.benchmarks import judging, questions
from tests.benchmarks.questions import Question, Questions, Row
from tests.benchmarks.textbook import Textbook

Rows = tuple[list[Row], list[Row]]
"""Those of answerable and of unanswerable questions."""


def ours(library: Library, question: Question) -> Row:
    titles = {library.shelf.heading(i): s.title for i, s in enumerate(library.shelf.sections)}
    started = time.perf_counter()
    answer = library.answer(question.q)
    ms = (time.perf_counter() - started) * 1000
    cited = tuple(titles[source.section] for source in answer.sources)
    found = tuple((t,) for t in dict.fromkeys((*cited, *(titles[p.section] for p in answer.passages))))
    return Row(question, answer.outcome, answer.text, cited, found, ms)


def table(name: str, answerable: Sequence[Row], unanswerable: Sequence[Row]) -> dict[str, str]:
    """One system's column."""
    asked, not_there = len(answerable), len(unanswerable)
    recall = {k: sum(r.within(k) for r in answerable) / asked for k in (1, 5)}
    told = [r for r in answerable if r.outcome == "answer"]
    wrong = sum(r.wrong for r in answerable) + sum(r.outcome == "answer" for r in unanswerable)
    safety = [r for r in (*answerable, *unanswerable) if r.question.safety]
    unsafe = sum(r.wrong if r.question.sections else r.outcome == "answer" for r in safety)
    times = sorted(r.ms for r in (*answerable, *unanswerable))
    unsure = [r for r in answerable if r.outcome == "unsure"]
    refused = sum(r.outcome == "refused" for r in unanswerable)
    return {
        "": name,
        "recall@1 of the gold section": f"{recall[1]:.3f}",
        "recall@5": f"{recall[5]:.3f}",
        "right, of answerable": f"{sum(r.right for r in answerable)} of {asked}",
        "right, of answers given to them": f"{sum(r.right for r in told) / max(len(told), 1):.3f}",
        "confidently wrong, of all asked": f"{wrong / (asked + not_there):.3f}",
        "unsure, gold among the two named": f"{sum(r.on_gold for r in unsure)} of {len(unsure)}",
        "kept: answered, or unsure and named": f"{sum(r.kept for r in answerable) / asked:.3f}",
        "answerable refused": f"{sum(r.outcome == 'refused' for r in answerable)} of {asked}",
        "unanswerable refused": f"{refused / not_there:.3f} ({refused} of {not_there})",
        "unanswerable answered": f"{sum(r.outcome == 'answer' for r in unanswerable)} of {not_there}",
        "safety topics confidently wrong": f"{unsafe} of {len(safety)}",
        "question to text, p50 / p95 (ms)": f"{statistics.median(times):.1f} / {times[int(len(times) * 0.95)]:.1f}",
    }


def measured(
    folders: Sequence[Path], target: Path, embedder: Embedder, asked: Questions
) -> tuple[Rows, str, list[Answer]]:
    """The rows of the first of some packs, what their index took, and the answers to the live questions."""
    report = index.build(folders, target, embedder)
    started = time.perf_counter()
    with Library.open(target, embedder) as library:
        opened = time.perf_counter() - started
        rows = [ours(library, q) for q in asked.answerable], [ours(library, q) for q in asked.unanswerable]
        live = [library.answer(q.q, asked.readings(q)) for q in asked.live]
    return (
        rows,
        f"index: {report.sections} sections, {report.passages} passages, built in {report.seconds:.1f} s, "
        f"{report.bytes / 1e6:.1f} MB; opened in {opened:.2f} s",
        live,
    )


def packs_of(part: str, scratch: Path) -> dict[str, list[Path]]:
    """What each of our columns is measured with: the pack that is asked, and those beside it."""
    demo = pack.BUILT_IN / "aurelia"
    if part == "another":
        return {"ours": [questions.ANOTHER, demo], "without ours beside": [questions.ANOTHER]}
    fair = questions.fair_pack(scratch)
    plain = Path(shutil.copytree(fair, scratch / "plain" / "aurelia"))
    (plain / pack.QUERIES).unlink()
    return {"ours": [fair], "as it ships": [demo], "without queries": [plain]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=questions.PARTS, default="fitting", help="which questions; default: fitting")
    parser.add_argument("--misses", action="store_true", help="print each question that was not right")
    parser.add_argument("--sheet", type=Path, help="write a sheet of answers to judge, and its key beside it")
    parser.add_argument("--judged", type=Path, nargs=2, help="two judges' filled sheets: print how far they agree")
    chosen = parser.parse_args()
    if chosen.judged:
        judging.compare(*chosen.judged)
        return
    asked, embedder = questions.load(chosen.part), Embedder.load()
    with tempfile.TemporaryDirectory() as scratch:
        packs = packs_of(chosen.part, Path(scratch))
        found = {name: measured(folders, Path(scratch) / name, embedder, asked) for name, folders in packs.items()}
        first, built, live = found["ours"]
        textbook = Textbook(pack.read(packs["ours"][0]).chapters, embedder)
        textbook.keep(sum(r.kept for r in first[0]) / len(first[0]), asked.answerable)
        theirs = [textbook.ask(q) for q in asked.answerable], [textbook.ask(q) for q in asked.unanswerable]
    columns = [table(name, *rows) for name, (rows, *_) in found.items()] + [table("textbook chain", *theirs)]
    for key in columns[0]:
        print(f"| {key:36} | {' | '.join(f'{column[key]:>19}' for column in columns)} |")
    if live:
        good = sum(not q.missing(answer.text) for q, answer in zip(asked.live, live, strict=True))
        print(f"\nlive questions right: {good} of {len(live)}")
    print(f"\n{built}; memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    if chosen.sheet:
        judging.write(chosen.sheet, [*first[0], *theirs[0]])
    if chosen.misses:
        print_misses(first, list(zip(asked.live, live, strict=True)))


def print_misses(rows: Rows, live: Sequence[tuple[Question, Answer]]) -> None:
    for row in (*rows[0], *rows[1]):
        if not row.right and row.outcome != ("refused" if not row.question.sections else ""):
            print(f"\n{row.outcome.upper()}{' WRONG' if row.wrong else ''} {row.question.q}")
            print(f"   gold {row.question.sections}\n   got  {row.ranks[:4]}\n   {row.text[:230]}")
    for question, answer in live:
        missing = question.missing(answer.text)
        if missing:
            print(f"\nLIVE {question.q} [{question.car}] misses {missing}\n   {answer.text[:300]}")


if __name__ == "__main__":
    main()
