"""Turns demonstrations into samples, as if a policy had said them: what imitation learns from."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from coterie.core import Codec, Episode, Sample, Seat, Turn

Encode = Callable[[str], tuple[int, ...]]


def transcribe(
    episodes: Iterable[Episode], agent: str, codec: Codec, encode: Encode, stop_id: int, policy: str
) -> Iterator[Episode]:
    """Writes the turns of one seat down in the tokens of a policy that speaks plain text.

    The result is a record like any other: the seat belongs to `policy` and trains; what the demonstrator did stands
    there as a sample. Refused turns are left out of the samples, as there is nothing in them to imitate.
    """
    for episode in episodes:
        seats = {**episode.seats, agent: Seat(episode.seats[agent].mind, policy, trainable=True)}
        fresh = True
        turns = []
        for turn in episode.turns:
            if turn.agent == agent and turn.action is not None:
                samples = list(_samples(turn, codec, encode, stop_id, policy, fresh))
                turn = msgspec.structs.replace(turn, samples=tuple(samples))
                fresh = False
            turns.append(turn)
        yield msgspec.structs.replace(episode, seats=seats, turns=tuple(turns))


def _samples(turn: Turn, codec: Codec, encode: Encode, stop_id: int, policy: str, fresh: bool) -> Iterator[Sample]:
    assert turn.action is not None
    replies = codec.replies(turn.action, turn.observation.spec)
    for (prompt, _), reply in zip(codec.parts(turn.observation), replies, strict=True):
        prompt_ids = tuple(token for message in prompt for token in encode(message.content))
        yield Sample(reply, policy, prompt_ids=prompt_ids, token_ids=(*encode(reply), stop_id), fresh=fresh)
        fresh = False
