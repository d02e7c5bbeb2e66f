"""A progress bar on standard error for what takes long; nothing where nobody looks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.bootstrap import Progress


@contextmanager
def bar(*, quiet: bool = False) -> Iterator[Progress]:
    """Yields the callback that moves the bar. The bar appears with the first step."""
    if quiet or not sys.stderr.isatty():
        yield lambda what, done, total: None
        return

    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as shown:
        tasks: dict[str, int] = {}

        def move(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(what, total=total)
            shown.update(tasks[what], completed=done, total=total)  # type: ignore[arg-type]  # rich's TaskID is an int

        yield move
