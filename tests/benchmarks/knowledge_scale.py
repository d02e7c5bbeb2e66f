"""Large manuals: python -m tests.benchmarks.knowledge_scale [--part manual|server].

A PDF of 1,000 pages, made of the demo manual's paragraphs with other figures in each copy, is taken in and indexed as
`cabin knowledge add` and `build` do. Then 100,000 passages lie in a Chroma server of its own: the demo manual's with
their real vectors, the rest random unit vectors; the questions and their vectors are real, and each asks for the
passages that the ranking gets.
"""

import argparse
import random
import re
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import psutil  # type: ignore[import-untyped]

from knowledge import index, intake, manual, pack
from knowledge.chain import NEAREST
from knowledge.embedding import WIDTH, Embedder
from knowledge.library import Library
from knowledge.passages import cut
from tests.benchmarks import questions
from tests.knowledge.printing import Text, make_pdf
from tests.support.serving import chroma_run

PAGES, LINES, LINE_WORDS = 1_000, 40, 9
PASSAGES, BATCH, ASKED = 100_000, 2_000, 200
SEED = 11


def made_up(pages: int) -> list[list[Text]]:
    """Pages of the demo manual's sections over and over, each copy with figures of its own."""
    dice = random.Random(SEED)
    sections = [s for _, text in pack.read(pack.BUILT_IN / "aurelia").chapters for s in manual.sections(text)]
    lines: list[tuple[float, str]] = []
    while len(lines) < pages * LINES:
        copy = dice.randrange(10_000)
        for section in sections:
            lines.append((16, f"{section.title} {copy}"))
            words = " ".join(block.text for block in section.blocks)
            words = re.sub(r"\d+", str(copy), words)
            told = words.encode("latin-1", "replace").decode("latin-1").translate({40: "[", 41: "]", 92: "/"}).split()
            lines += [(10, " ".join(told[at : at + LINE_WORDS])) for at in range(0, len(told), LINE_WORDS)]
    return [
        [(size, 60, 790 - 18 * n, text) for n, (size, text) in enumerate(lines[page * LINES : (page + 1) * LINES])]
        for page in range(pages)
    ]


def ingested() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        pages = made_up(PAGES)
        words = sum(len(text.split()) for page in pages for *_, text in page)
        (folder / "large.pdf").write_bytes(make_pdf(pages))
        started, cpu = time.monotonic(), time.process_time()
        taken = intake.add(folder / "large.pdf", "large", folder / "packs")
        read = time.monotonic() - started
        report = index.build([folder / "packs" / "large"], folder / "index", Embedder.load())
        took, cores = time.monotonic() - started, time.process_time() - cpu
        print(
            f"a PDF of {PAGES} pages, {words} words: {taken[0].sections} sections, {report.passages} passages; read in "
            f"{read:.0f} s, indexed in {report.seconds:.0f} s, together {took:.0f} s of the clock, {cores:.0f} s of "
            f"the cores (target: under 240 s on two cores); {report.bytes / 1e6:.0f} MB on disk"
        )
        chapter = next((folder / "packs" / "large" / "manual").glob("*.md"))
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("manual", "server"), help="one of the two; default: both")
    part = parser.parse_args().part
    if part != "server":
        ingested()
    if part != "manual":
        served()


if __name__ == "__main__":
    main()
