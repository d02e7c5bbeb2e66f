"""The measures. Each prints its own table: python -m tests.benchmarks.NAME."""

import knowledge as knowledge  # before NumPy: it asks for one BLAS thread, as the cabin does
