"""Decides: who goes, by when, and what if not."""
