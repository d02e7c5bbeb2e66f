"""Sound files named on the command line, one by one or in a file of lines."""

from pathlib import Path

import click


def named_files(named: tuple[str, ...], lines: str | None) -> list[str]:
    """All names given, in order. Ends the command with usage advice when there is none or the list cannot be read."""
    names = list(named)
    if lines is not None:
        try:
            text = Path(lines).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise click.UsageError(f"--file {lines} cannot be read: {error}") from error
        names.extend(line.strip() for line in text.splitlines() if line.strip())
    if not names:
        raise click.UsageError("name a sound file, or --file with one name a line")
    return names
