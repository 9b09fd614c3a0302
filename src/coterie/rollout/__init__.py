"""Playing: one episode, many at once, and their record on disk."""

from coterie.rollout.gather import gather, play
from coterie.rollout.record import EpisodeWriter, read_episodes, write_episodes

__all__ = ["EpisodeWriter", "gather", "play", "read_episodes", "write_episodes"]
