"""Somebody knows, somebody learns."""
