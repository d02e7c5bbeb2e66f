"""Recognisers and voices that lie on disk: fetched from a hub or copied, checked, listed and removed."""
