"""The scripted drives."""
