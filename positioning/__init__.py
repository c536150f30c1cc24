"""Locates: scan reports in, position estimates with uncertainty out."""
