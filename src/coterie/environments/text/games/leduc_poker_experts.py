"""The expert of Leduc poker: an equilibrium, shipped as a table.

Its exploitability is 0.00015 chips: so much a best response gains on average over the seats, on top of what the game is
worth, -0.0856 chips to `first`.
"""

import random
import re
from functools import cache

from coterie.core import Action, Json, Observation, Script

STRATEGY = """
- k9276r724 k2581r7419 k2481r7519
k k7009r2991 k1502r8498 r
kk/q/ k8056r1944 k4762r5238 k
kk/q/k k9286r714 r k9887r113
kk/q/kr f c2000r8000 f5808c4192
kk/q/krr f c f1703c8297
kk/q/r f9643r357 c843r9157 f1671c7923r406
kk/q/rr f c f5962c4038
kk/k/ k9244r756 k4152r5848 r
kk/k/k k9926r74 k6822r3178 k38r9962
kk/k/kr f c6516r3484 f42c42r9917
kk/k/krr f c f19c9981
kk/k/r f f2749c7251 f128c408r9463
kk/k/rr f f932c9068 c
kr f9461c356r183 c8462r1538 c3201r6799
krc/q/ k68r9932 k92r9908 k1159r8841
krc/q/k k6167r3833 r k6313r3687
krc/q/kr r r f4520c5480
krc/q/krr f c f9456c544
krc/q/r f8633r1367 r f5784c4216
krc/q/rr f c f
krc/k/ k9662r338 k9891r109 k9073r927
krc/k/k k4409r5591 k7429r2571 r
krc/k/kr f f4446c5554 r
krc/k/krr f f c
krc/k/r f9870r130 f5553c4447 r
krc/k/rr f f c
krr c c c
krrc/q/ k k k
krrc/q/k k9658r342 r k3774r6226
krrc/q/kr f7984r2016 r f3115c6833r52
krrc/q/krr f c f6066c3934
krrc/q/r f8869r1131 c3807r6193 f3266c6048r686
krrc/q/rr f9810c190 f7c9993 f4925c5075
krrc/k/ r r r
krrc/k/k k4828r5172 k8676r1324 r
krrc/k/kr f81c81r9837 f2311c7144r546 f10c10r9981
krrc/k/krr f f4537c5463 c
krrc/k/r f7851r2149 f7211c2789 c2869r7131
krrc/k/rr f f c
r f8191c1258r551 c6291r3709 c4169r5831
rc/q/ r k5123r4877 k
rc/q/k r r k
rc/q/kr f9069c20r911 r f5125c4875
rc/q/krr f c f6536c3464
rc/q/r f c2221r7779 f6982c3018
rc/q/rr f c f4950c5050
rc/k/ r k5619r4381 k1947r8053
rc/k/k k6213r3787 k6214r3786 r
rc/k/kr f2152c63r7786 f4702c5289r8 r
rc/k/krr f f c
rc/k/r f6318r3682 f6929c3071 r
rc/k/rr f f7966c2034 c
rr c c c
rrc/q/ k8768r1232 r k2771r7229
rrc/q/k k r k4782r5218
rrc/q/kr f r c
rrc/q/krr f9951c49 c f5241c4759
rrc/q/r f5736r4264 r f3799c5345r856
rrc/q/rr f c f6066c3934
rrc/k/ k4394r5606 k8724r1276 k4650r5350
rrc/k/k r k5746r4254 r
rrc/k/kr r f7073c2927 r
rrc/k/krr f f9500c500 c
rrc/k/r f6880r3120 f4975c5025 c3009r6991
rrc/k/rr f f c
kk/j/ k9078r922 k k
kk/j/k r k k9891r109
kk/j/kr c2053r7947 f f
kk/j/krr c f9665c335 f1768c8232
kk/j/r c3481r6519 f f9376c574r50
kk/j/rr c f9875c125 f5372c4628
krc/j/ k13r9987 k9698r302 k
krc/j/k r k4587r5413 k8619r1381
krc/j/kr r f c
krc/j/krr c f c
krc/j/r r f f2634c7366
krc/j/rr c f f2297c7703
krrc/j/ r k9949r51 k9261r739
krrc/j/k r k k5002r4998
krrc/j/kr f9c9r9982 f c
krrc/j/krr c f4857c5143 f2474c7526
krrc/j/r r f9801r199 f1851c7646r502
krrc/j/rr c f f6065c3935
rc/j/ r k9927r73 k9199r801
rc/j/k r k k5625r4375
rc/j/kr f10c10r9981 f c
rc/j/krr c f9832c168 f2867c7133
rc/j/r r f9809r191 f2484c7276r240
rc/j/rr c f f6862c3138
rrc/j/ r k k9230r770
rrc/j/k r k k5808r4192
rrc/j/kr f11c11r9978 f c
rrc/j/krr c f5000c5000 f677c9323
rrc/j/r r f f756c8824r420
rrc/j/rr c f9833c167 f5554c4446
"""
"""Betting, then what a jack, a queen and a king do: moves with their weights, or one move that is certain.

Betting is the first round, and in the second `first round/open card/second round`; k is check, c call, r raise, f fold.
Suits are left out, because no rule tells them apart. Found by `benchmarks/equilibria.py`.
"""
MOVES = {"f": "fold", "k": "check", "c": "call", "r": "raise"}
LETTERS = {move: letter for letter, move in MOVES.items()}


def player(seed: int = 0) -> Script:
    """Returns a player of either seat."""
    luck = random.Random(seed)

    def play(seen: Observation) -> Action:
        weights = equilibrium(seen.data)
        return Action(luck.choices(list(weights), list(weights.values()))[0])

    return play


def equilibrium(data: dict[str, Json]) -> dict[str, int]:
    """Returns the moves made in an information state, with their weights.

    >>> equilibrium({"card": "king spades", "open": None, "betting": [["raise", "raise"], []]})
    {'call': 1}
    """
    before, after = ("".join(LETTERS[move] for move in moves) for moves in data["betting"])
    key = f"{before}/{data['open'][0]}/{after}" if data["open"] else before or "-"
    return _table()[key, data["card"][0]]


@cache
def _table() -> dict[tuple[str, str], dict[str, int]]:
    """The table by betting and first letter of the own card."""
    return {
        (key, rank): {MOVES[letter]: int(weight or 1) for letter, weight in re.findall(r"([a-z])(\d*)", moves)}
        for key, *hands in map(str.split, STRATEGY.strip().splitlines())
        for rank, moves in zip("jqk", hands, strict=True)
    }
