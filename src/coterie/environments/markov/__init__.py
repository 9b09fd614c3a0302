"""Worlds small enough to be solved exactly: what learning algorithms are checked on."""
