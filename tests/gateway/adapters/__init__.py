"""Mirrors gateway/adapters."""
