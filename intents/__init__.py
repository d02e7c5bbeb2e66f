"""What was meant: sentence templates per language, the router, the semantic fallback."""
