"""Mirrors gateway/formats."""
