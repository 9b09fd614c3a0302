"""The truth of a virtual world at one moment, and how it changes with time."""
