"""Tutoring: two subjects with their buggy procedures, how a student learns, how an expert teaches, and the world."""
