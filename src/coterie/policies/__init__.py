"""Where words and choices come from. The local engine is `coterie.policies.local`: it needs PyTorch."""

from coterie.policies.chat_codec import ChatCodec
from coterie.policies.codecs import CompactCodec
from coterie.policies.endpoint import EndpointPolicy
from coterie.policies.fake import FakePolicy
from coterie.policies.tabular import TabularPolicy

__all__ = ["ChatCodec", "CompactCodec", "EndpointPolicy", "FakePolicy", "TabularPolicy"]
