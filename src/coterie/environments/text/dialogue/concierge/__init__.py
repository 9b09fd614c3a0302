"""A booking desk in a small city: a user with a wish, and an assistant with tools and rules."""
