"""Mirrors gateway/adverts."""
