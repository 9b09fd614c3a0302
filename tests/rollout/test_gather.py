"""Many episodes at once: nobody disturbs anybody, failures are data, and an interrupt keeps what is finished."""

import asyncio
import signal
import subprocess
import sys
import time

import pytest

from coterie.agents import Expert, Random, Scripted
from coterie.core import Action, ConfigError, Decision, encode_episode
from coterie.rollout import gather, play, read_episodes

EXPERTS = {"lookout": Expert(), "courier": Expert()}


def by_seed(episodes):
    return {episode.seed: encode_episode(episode) for episode in episodes}


@pytest.mark.parametrize("at_once", [1, 7, 256])
def test_an_episode_does_not_depend_on_what_plays_beside_it(at_once):
    minds = {"lookout": Random(), "courier": Random()}
    together = by_seed(gather("lookout", minds, range(40), at_once=at_once))
    assert together == {seed: encode_episode(play("lookout", minds, seed)) for seed in range(40)}


def test_an_agent_that_raises_ends_its_own_episode_only():
    def make(seed):
        def script(seen):
            if seed % 3 == 0:
                raise ValueError("a bad day")
            return Action("wait")

        return script

    episodes = list(gather("lookout", {"lookout": Expert(), "courier": Scripted(make)}, range(30)))
    failed = [episode for episode in episodes if episode.failure]
    assert len(episodes) == 30
    assert 0 < len(failed) < 30
    assert {(each.failure.boundary, each.failure.agent) for each in failed} == {("agent", "courier")}
    assert all("a bad day" in each.failure.error and each.turns for each in failed)


class Sleeper:
    name = "sleeper"

    def join(self, environment, agent, seed):
        return self

    async def act(self, observation):
        await asyncio.sleep(30)
        return Decision(Action("north"))

    def close(self):
        pass


def test_a_decision_that_takes_too_long_has_the_declared_consequence():
    started = time.monotonic()
    (episode,) = gather("lookout", {"lookout": Expert(), "courier": Sleeper()}, [1], timeout_s=0.02)
    assert time.monotonic() - started < 10
    late = [turn for turn in episode.turns if turn.agent == "courier"]
    assert late
    assert all(turn.action is None and turn.rejections[-1].code == "timeout" for turn in late)
    assert all(event.data["move"] == "wait" for event in episode.events if event.kind == "moved")


def test_only_so_many_episodes_are_in_memory():
    alive, most = [0], [0]

    class Counted(Expert):
        def join(self, environment, agent, seed):
            alive[0] += 1
            most[0] = max(most[0], alive[0])
            inner = super().join(environment, agent, seed)
            close = inner.close

            def leave():
                alive[0] -= 1
                close()

            inner.close = leave
            return inner

    done = sum(1 for _ in gather("lookout", {"lookout": Counted(), "courier": Counted()}, range(200), at_once=10))
    assert done == 200
    assert alive[0] == 0
    assert most[0] <= 20


def test_an_empty_seat_and_a_stranger_are_refused_before_anything_is_played():
    with pytest.raises(ConfigError, match="nobody sits at courier"):
        list(gather("lookout", {"lookout": Expert()}, [1]))
    with pytest.raises(ConfigError, match="no seat ghost"):
        list(gather("lookout", {**EXPERTS, "ghost": Expert()}, [1]))


def test_it_works_inside_a_running_event_loop_as_in_a_notebook():
    async def cell():
        return [episode.outcome["success"] for episode in gather("lookout", EXPERTS, range(5))]

    assert asyncio.run(cell()) == [True] * 5


def test_plays_of_one_seed_begin_the_same_and_differ_in_the_agents_luck():
    minds = {"lookout": Random(), "courier": Random()}
    plays = sorted(gather("lookout", minds, [3], repeats=4), key=lambda episode: episode.repeat)
    assert [each.repeat for each in plays] == [0, 1, 2, 3]
    assert len({each.turns[0].observation.text for each in plays}) == 1
    assert len({encode_episode(each) for each in plays}) == 4
    assert len({tuple(str(turn.action) for turn in each.turns) for each in plays}) > 1


INTERRUPTED = """
import itertools, sys
from coterie.agents import Expert
from coterie.rollout import EpisodeWriter, gather

with EpisodeWriter(sys.argv[1]) as writer:
    for number, episode in enumerate(gather("lookout", {"lookout": Expert(), "courier": Expert()}, itertools.count())):
        writer.write(episode)
        if number == 300:
            print("going", flush=True)
"""


def test_an_interrupt_keeps_everything_that_was_finished(tmp_path):
    path = tmp_path / "a.jsonl.zst"
    process = subprocess.Popen([sys.executable, "-c", INTERRUPTED, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "going\n"
    process.send_signal(signal.SIGINT)
    process.wait(timeout=30)
    episodes = list(read_episodes(path))
    assert len(episodes) > 300
    assert all(episode.outcome["success"] and episode.failure is None for episode in episodes)
