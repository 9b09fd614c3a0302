"""Somebody wants something, somebody else can get it done."""
