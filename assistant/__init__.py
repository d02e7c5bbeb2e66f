"""The cabin loop that composes what was said, what was meant, what may happen and what the car knows."""
