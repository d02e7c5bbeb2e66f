"""The dashboard: a cabin in the terminal, to try everything in two minutes."""
