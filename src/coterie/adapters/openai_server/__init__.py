"""A team behind an OpenAI-compatible endpoint: every seat is a model that any chat client can talk to."""

from coterie.adapters.openai_server.app import ServerSettings, application
from coterie.adapters.openai_server.run import Address, open_address, serve
from coterie.adapters.openai_server.seats import ServedSeat

__all__ = ["Address", "ServedSeat", "ServerSettings", "application", "open_address", "serve"]
