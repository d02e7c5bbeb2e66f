"""Vehicles behind the port, one adapter a file."""
