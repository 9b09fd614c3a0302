"""Side channels: small messages beside the steps, each on a channel with an id of its own.

The channel of words is ours: a raw-bytes channel that carries UTF-8 JSON, so that text reaches a Unity build and
leaves it.
"""

import struct
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from coterie.core import WorldError

ENGINE = UUID("e951342c-4f7e-11ea-b238-784f4387d1f7")
PARAMETERS = UUID("534c891e-810f-11ea-a9d0-822485860400")
STATISTICS = UUID("a1d8f7b7-cec8-50f9-b78b-d3e165a78520")
WORDS = UUID("32878a6a-cf91-5a98-a2ad-964cf48ed579")
"""Ours; what stands on it is in `words`."""
HOW = ("average", "latest", "sum", "histogram")


class Post(NamedTuple):
    """One message on one channel."""

    channel: UUID
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """How the engine runs; None leaves it as it is."""

    width: int | None = None
    """Of the window, in pixels; only together with the height."""
    height: int | None = None
    quality: int | None = None
    """Unity's quality level, from 0."""
    time_scale: float | None = None
    """Simulated seconds for one second of the clock."""
    frame_rate: int | None = None
    """Frames a second to aim at; -1: as fast as it can."""
    capture_rate: int | None = None
    """Frames to a simulated second, whatever the clock says."""

    def posts(self) -> tuple[Post, ...]:
        """As messages.

        >>> Engine(time_scale=20.0).posts()[0].data.hex()
        '020000000000a041'
        """
        if (self.width is None) != (self.height is None):
            raise ValueError(f"width={self.width}, height={self.height}; give both or none")
        told = [] if self.width is None else [struct.pack("<iii", 0, self.width, self.height)]
        whole = ((1, self.quality), (3, self.frame_rate), (4, self.capture_rate))
        told += [struct.pack("<ii", kind, value) for kind, value in whole if value is not None]
        if self.time_scale is not None:
            told.append(struct.pack("<if", 2, self.time_scale))
        return tuple(Post(ENGINE, data) for data in told)


def parameter(name: str, value: float) -> Post:
    """Sets a parameter of the build, such as gravity.

    >>> parameter("g", 1.0).data.hex()
    '0100000067000000000000803f'
    """
    return Post(PARAMETERS, struct.pack("<i", len(name.encode())) + name.encode() + struct.pack("<if", 0, value))


def statistic(data: bytes) -> tuple[str, float, str]:
    """Reads a statistic that the build tells: its name, its value, and how several are put together.

    Raises:
        WorldError: it cannot be read.
    """
    try:
        (length,) = struct.unpack_from("<i", data, 0)
        if length < 0:
            raise ValueError(f"a name of {length} bytes")
        value, how = struct.unpack_from("<fi", data, 4 + length)
        return data[4 : 4 + length].decode(), value, HOW[how]
    except (struct.error, ValueError, IndexError) as error:
        raise WorldError(f"a statistic that cannot be read: {error}") from error


def pack(posts: tuple[Post, ...]) -> bytes:
    """Writes messages one after the other, each with its channel and length.

    >>> unpack(pack((Post(WORDS, b"hello"), Post(ENGINE, b"")))) == (Post(WORDS, b"hello"), Post(ENGINE, b""))
    True
    """
    return b"".join(post.channel.bytes_le + struct.pack("<i", len(post.data)) + post.data for post in posts)


def unpack(data: bytes) -> tuple[Post, ...]:
    """Reads them back.

    Raises:
        WorldError: the bytes end within a message.
    """
    posts, place = [], 0
    while place < len(data):
        head = data[place : place + 20]
        length = struct.unpack_from("<i", head, 16)[0] if len(head) == 20 else -1
        place += 20 + length
        if length < 0 or place > len(data):
            raise WorldError(f"side channels of {len(data)} bytes that end within a message")
        posts.append(Post(UUID(bytes_le=head[:16]), data[place - length : place]))
    return tuple(posts)
