"""Watching an episode again: a page with the scene in three dimensions, or a film."""

from coterie.evaluation.replay.page import replay_page, write_replay
from coterie.evaluation.replay.played import Played, play_again

__all__ = ["Played", "play_again", "replay_page", "write_replay"]
