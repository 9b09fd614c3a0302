"""Logs made elsewhere, read as Episodes, so that the same measures serve them.

    Inspect      a log as `.eval` (a zip) or `.json`, log format version 2
    verifiers    `traces.jsonl` of version 0.4: one episode with the traces of all its agents a line
    TextArena    writes no file of its own; one JSON object a line with `env_id`, `seed`, `logs` (`env.state.logs`),
                 `rewards` and `game_info` (what `env.close()` returns)

What a format does not tell is left out and so is missing in the measures: none of them lists legal moves or says who
heard what.
"""

from coterie.evaluation.foreign.reading import read_log
from coterie.evaluation.foreign.textarena import textarena_episode

__all__ = ["read_log", "textarena_episode"]
