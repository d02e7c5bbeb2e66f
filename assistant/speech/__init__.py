"""Speech in and out: what was said, and saying it."""
