"""Pretends: tags, radios, gateways, people, and everything that breaks."""
