"""Hybrid worlds: language inside a virtual world; a team must talk to do its task."""
