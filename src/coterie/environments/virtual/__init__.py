"""Worlds with places, bodies and things in three dimensions."""
