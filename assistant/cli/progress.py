"""A progress bar on standard error for what takes long; nothing where nobody looks."""

from collections.abc import Iterator
from contextlib import contextmanager

from assistant.bootstrap import Progress


@contextmanager
def bar(*, quiet: bool = False) -> Iterator[Progress]:
    """Yields the callback that moves the bar. The bar appears with the first step."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=quiet or not console.is_terminal) as shown:
        tasks: dict[str, int] = {}

        def move(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(what, total=total)
            shown.update(tasks[what], completed=done, total=total)  # type: ignore[arg-type]  # rich's TaskID is an int

        yield move
