"""Bridges to other systems, one file or folder each; nothing else imports them, and each is an optional extra."""
