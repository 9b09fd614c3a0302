"""Bargains, and living off the same stock."""
