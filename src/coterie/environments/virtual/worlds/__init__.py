"""Worlds of bodies, places and things: what to do in them is said in words or numbers."""
