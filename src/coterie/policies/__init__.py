"""Where words and choices come from."""

from coterie.policies.codecs import CompactCodec

__all__ = ["CompactCodec"]
