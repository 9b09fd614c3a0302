"""Worlds made of words."""
