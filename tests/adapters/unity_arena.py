"""A scripted peer that plays the part of a Unity build, as a program: two teams, hybrid actions, pictures, faults.

Two runners (one group, behaviour `Runner?team=0`) push a ball with one continuous number and one of three kicks, the
strongest masked in every other step; a guard (`Guard?team=1`) chooses in two branches, every other step, and sees a
small picture. The ball's place is the sum of what was answered. After LENGTH steps the runners are done and the guard
is interrupted; then all begin again with new numbers, as agents in Unity do.

`--fault KIND@STEP` makes it fail in its STEP-th message after the greeting.
"""

import argparse
import io
import os
import struct
import sys
import time

import numpy as np
from PIL import Image

from coterie.adapters.unity import Behaviour, Dialled, Info, Sensed, channels, words
from coterie.adapters.unity.codec import read_order, write_report
from coterie.adapters.unity.wire import UnityMessage

ARENA = [sys.executable, __file__]
"""The command that starts it."""
SEATS = ("Guard_team1", "Runner_1", "Runner_2")
"""What its agents are called as seats of a world."""
LENGTH = 6
RUNNER, GUARD = "Runner?team=0", "Guard?team=1"
BEHAVIOURS = {
    RUNNER: Behaviour(name=RUNNER, continuous=1, branches=(3,)),
    GUARD: Behaviour(name=GUARD, branches=(2, 2), descriptions=("left", "right", "stand", "jump")),
}


class Arena:
    """The rules; `play` answers orders until it is told to stop."""

    def __init__(self, dialled, talks=False):
        self.dialled, self.talks = dialled, talks
        self.born, self.heard = 0, []

    def begin(self):
        self.ids = {"ann": self.born, "bob": self.born + 1, "guard": self.born + 2}
        self.born += 3
        self.step, self.ball = 0, float(self.dialled.seed % 7)

    def play(self):
        order = self.dialled.order
        while not order.over:
            if order.command == "RESET":
                self.begin()
                infos = self.look(0.0, 0.0)
            else:
                infos = self.move(order)
            order = self.dialled.tell(infos, BEHAVIOURS, self.posts(order))

    def move(self, order):
        runners = order.answers.get(RUNNER, ())
        guards = order.answers.get(GUARD, ())
        pushed = sum(each.continuous[0] for each in runners)
        kicked = sum(each.discrete[0] for each in runners)
        blocked = sum(sum(each.discrete) for each in guards)
        self.ball += pushed + kicked - blocked
        self.step += 1
        return self.look(0.5 * kicked, 0.25 * pushed)

    def look(self, own, group):
        over = self.step == LENGTH
        infos = {RUNNER: [], GUARD: []}
        for name in ("ann", "bob"):
            infos[RUNNER].append(
                Info(
                    id=self.ids[name],
                    reward=own,
                    group=1,
                    group_reward=group,
                    done=over,
                    forbidden=() if over else (False, False, self.step % 2 == 1),
                    senses=self.senses(name),
                )
            )
        if over or self.step % 2 == 0:
            end = {"done": over, "interrupted": over}
            infos[GUARD].append(Info(id=self.ids["guard"], reward=-self.ball, senses=self.senses("guard"), **end))
        if over:
            self.begin()
            for name, listed in self.look(0.0, 0.0).items():
                infos[name] += listed
        return {name: tuple(listed) for name, listed in infos.items() if listed}

    def senses(self, name):
        place = Sensed(name="place", values=np.array([self.ball, self.step], np.float32))
        if name != "guard":
            return (place, Sensed(name="goal", values=np.array([1.0], np.float32), goal=True))
        shades = (np.arange(36, dtype=np.float32).reshape(3, 3, 4) + self.step) / 255.0
        return (place, Sensed(name="eyes", values=shades))

    def posts(self, order):
        said = words.read(order.posts, words.Asked)
        self.heard += [each.text for answer in (said.answers if said else {}).values() for each in answer.say]
        name = b"ball"
        told = [channels.Post(channels.STATISTICS, struct.pack("<i", 4) + name + struct.pack("<fi", self.ball, 1))]
        if self.talks:
            text = f"the ball is at {self.ball:g}; heard {' / '.join(self.heard) or 'nothing'}"
            told.append(words.post(words.Told(views={str(self.ids["ann"]): words.View(text)})))
        return tuple(told)


def png(pixels):
    """[row, column, 3] as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


class Pictures(Dialled):
    """Sends what eyes see as a PNG file, as Unity does."""

    def _exchange(self, report):
        return read_order(self._call(self.written(report)))

    def written(self, report):
        message = UnityMessage.FromString(write_report(report))
        for listed in message.unity_output.rl_output.agentInfos.values():
            for seen in (seen for info in listed.value for seen in info.observations if seen.name == "eyes"):
                shades = np.array(seen.float_data.data, np.float32).reshape(seen.shape)
                seen.compressed_data = png(np.round(np.moveaxis(shades, 0, -1) * 255).astype(np.uint8))
                seen.compression_type = 1
        return message.SerializeToString()


def play_arena(port, talks=True):
    """Plays the part of Unity until it is told to stop."""
    with Pictures(port, "arena", connect_s=20.0) as dialled:
        Arena(dialled, talks).play()


class Faulty(Pictures):
    """Fails in a way of your choice."""

    def __init__(self, port, kind, at):
        self.kind, self.at, self.count = kind, at, -2
        super().__init__(port, "arena", connect_s=20.0)

    def _exchange(self, report):
        self.count += 1
        if self.count < self.at:
            return super()._exchange(report)
        whole = self.written(report)
        if self.kind == "cut":
            os._exit(3)
        if self.kind == "delay":
            time.sleep(3.0)
        if self.kind == "hang":
            time.sleep(600.0)
        if self.kind == "hang_up":  # while Python thinks
            self._call.future(whole, timeout=0.3).exception()
            time.sleep(600.0)
        if self.kind == "goodbye":
            self.close()
            sys.exit(0)
        sent = {
            "garbage": b"\xff\x07garbage" * 20,
            "half": whole[: len(whole) // 2],
            "empty": b"",
            "delay": whole,
        }[self.kind]
        self._call(sent)
        time.sleep(600.0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mlagents-port", type=int, required=True)
    parser.add_argument("--fault", default="")
    parser.add_argument("--talks", action="store_true")
    given = parser.parse_args()
    kind, _, at = given.fault.partition("@")
    if kind == "never":
        time.sleep(600.0)
    dialled = Faulty(given.mlagents_port, kind, int(at)) if kind else Pictures(given.mlagents_port, "arena", 20.0)
    with dialled:
        Arena(dialled, given.talks).play()


if __name__ == "__main__":
    main()
