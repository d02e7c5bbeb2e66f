"""Large manuals: python -m tests.benchmarks.knowledge_scale [--part manual|server|first].

A PDF of 1,000 pages, printed from the demo manual's headings, paragraphs, lists and tables over and over with other
figures in each copy, is taken in and indexed as `cabin knowledge add` and `build` do. Then 100,000 passages lie in a
Chroma server of its own: the demo manual's with their real vectors, the rest random unit vectors; the questions and
their vectors are real, and each asks for the passages that the ranking gets. Last, `cabin ask` answers its first
question in a process of its own, with an index that is there.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import psutil
import pypdfium2
from reportlab.platypus import Flowable

from knowledge import index, intake, manual, pack
from knowledge.chain import NEAREST
from knowledge.embedding import WIDTH, Embedder
from knowledge.library import Library
from knowledge.manual import Section
from knowledge.passages import cut
from tests.benchmarks import questions
from tests.knowledge.printing import story, typeset
from tests.support.serving import chroma_run

PAGES = 1_000
PASSAGES, BATCH, ASKED, STARTS = 100_000, 2_000, 200, 10
SEED = 11


def printed(path: Path) -> None:
    """A manual of PAGES pages or a few more: the demo manual's sections, each copy with figures of its own."""
    dice = random.Random(SEED)
    sections = [s for _, text in pack.read(pack.BUILT_IN / "aurelia").chapters for s in manual.sections(text)]
    copies = 1
    while True:
        pieces = [each for _ in range(copies) for each in copied(sections, str(dice.randrange(10_000)))]
        typeset(path, pieces, head="Halden Aurelia")
        pages = pdf_pages(path)
        if pages >= PAGES:
            return
        copies = max(copies + 1, -(-PAGES * copies // pages))


def copied(sections: Sequence[Section], figure: str) -> Iterator[Flowable]:
    """The sections with ``figure`` for each of theirs, and in the titles."""
    named = [replace(section, path=(f"{section.title} {figure}",)) for section in sections]
    return story(named, lambda text: re.sub(r"\d+", figure, text))


def pdf_pages(path: Path) -> int:
    with pypdfium2.PdfDocument(path) as document:
        return len(document)


def ingested() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        printed(folder / "large.pdf")
        pages = pdf_pages(folder / "large.pdf")
        started, cpu = time.monotonic(), time.process_time()
        taken = intake.add(folder / "large.pdf", "large", folder / "packs")
        read = time.monotonic() - started
        report = index.build([folder / "packs" / "large"], folder / "index", Embedder.load())
        took, cores = time.monotonic() - started, time.process_time() - cpu
        chapter = next((folder / "packs" / "large" / "manual").glob("*.md"))
        print(
            f"a PDF of {pages} pages, {len(chapter.read_text('utf-8').split())} words: {taken[0].sections} sections, "
            f"{report.passages} passages; read in {read:.0f} s, indexed in {report.seconds:.0f} s, together {took:.0f} "
            f"s of the clock, {cores:.0f} s of the cores (target: under 240 s on two cores); "
            f"{report.bytes / 1e6:.0f} MB on disk"
        )
        chapter.write_text(chapter.read_text("utf-8") + "\n# Added later\n\nOne more section.\n", encoding="utf-8")
        again = index.build([folder / "packs" / "large"], folder / "index", Embedder.load())
        print(f"one section added: indexed anew in {again.seconds:.0f} s")
        with Library.open(folder / "index") as library:
            times = sorted(library.answer(q.q).timings_ms["total"] for q in questions.load().answerable[:ASKED])
        print(f"question to text: p50 {times[len(times) // 2]:.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f} ms")
        print(f"memory of this process: {psutil.Process().memory_info().rss / 1e6:.0f} MB")


def served() -> None:
    import chromadb

    embedder = Embedder.load()
    chapters = pack.read(pack.BUILT_IN / "aurelia").chapters
    texts = [piece.text for piece in cut([s for _, text in chapters for s in manual.sections(text)])]
    real = embedder.embed(texts)
    dice = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as scratch, chroma_run(Path(scratch) / "chroma") as url:
        collection = chromadb.HttpClient("127.0.0.1", urlsplit(url).port or 8000).create_collection(
            "large", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        started = time.monotonic()
        for start in range(0, PASSAGES, BATCH):
            vectors = dice.standard_normal((BATCH, WIDTH)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            here = range(start, min(start + BATCH, len(texts)))
            vectors[: len(here)] = real[here.start : here.stop]
            documents = [texts[n] if n < len(texts) else f"Filler {n}" for n in range(start, start + BATCH)]
            collection.add(ids=[str(n) for n in range(start, start + BATCH)], embeddings=vectors, documents=documents)
        filled = time.monotonic() - started
        asked = embedder.embed([q.q for q in questions.load().answerable[:ASKED]])
        times, found = [], 0
        exact = np.argsort(-(asked @ real.T), axis=1)[:, :5]
        for n, vector in enumerate(asked):
            started = time.perf_counter()
            told = collection.query(query_embeddings=[vector], n_results=NEAREST, include=["documents"])
            times.append((time.perf_counter() - started) * 1000)
            found += len(set(map(int, told["ids"][0])) & set(exact[n].tolist()))
        times.sort()
        memory = sum(each.memory_info().rss for each in psutil.Process().children(recursive=True))
        print(
            f"{collection.count()} passages in a Chroma server, filled in {filled:.0f} s: nearest {NEAREST} in p50 "
            f"{times[len(times) // 2]:.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f} ms (target: p95 under 50 ms); "
            f"{found / (5 * len(asked)):.3f} of the five truly nearest are among them; memory of the server "
            f"{memory / 1e6:.0f} MB"
        )


def first() -> None:
    """The first question of a fresh process: from starting it to its answer. Python's compiled modules are kept, as
    those of an installed cabin are.
    """
    cabin = Path(sys.executable).with_name("cabin")
    with tempfile.TemporaryDirectory() as scratch:
        env = {**os.environ, "CABIN_DATA_DIR": f"{scratch}/data", "PYTHONPYCACHEPREFIX": f"{scratch}/modules"}
        env.pop("PYTHONDONTWRITEBYTECODE", None)

        def run(*words: str) -> tuple[float, float]:
            """Seconds of the clock and of a core."""
            started, before = time.perf_counter(), psutil.Process().cpu_times()
            subprocess.run([cabin, *words], env=env, check=True, capture_output=True)
            after = psutil.Process().cpu_times()
            used = after.children_user + after.children_system - before.children_user - before.children_system
            return time.perf_counter() - started, used

        run("knowledge", "build")
        run("ask", "how do I open the bonnet")
        asked = [run("ask", q.q) for q in questions.load().answerable[:STARTS]]
    clock, core = (sorted(times) for times in zip(*asked, strict=True))
    print(
        f"first question in a fresh process, index built: p50 {clock[len(clock) // 2]:.2f} s, "
        f"at most {clock[-1]:.2f} s of {STARTS} (target: under 1 s), {core[len(core) // 2]:.2f} s of a core"
    )


PARTS = {"manual": ingested, "server": served, "first": first}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=tuple(PARTS), help="one of them; default: all")
    chosen = parser.parse_args().part
    for part in (chosen,) if chosen else PARTS:
        PARTS[part]()


if __name__ == "__main__":
    main()
