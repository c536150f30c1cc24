"""Hears: what gateway hardware sends, and our own agent at the wall."""
