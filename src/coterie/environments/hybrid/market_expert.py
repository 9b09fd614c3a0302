"""The reference of `market`: ask one's share of the shopkeepers, tell the prices, buy where it is cheapest.

`purse 14` - `mr fox bread 9 soap no` - and when a good was too dear in the end: `mr fox bread no`. As soon as everybody
has told everything, all make the same plan of who buys what where; nobody has to say it. Without words everybody buys
a share of the list of its own.
"""

from math import inf

from coterie.core import Action, Observation, Script, Utterance
from coterie.environments.hybrid.keepers import NONE

CLOSE = 1.5
"""How near others stand in each other's way, metres."""
FEWEST_WORDS = 4
"""Words that telling one price takes."""


def script(agent: str, agents: tuple[str, ...], max_words: int) -> Script:
    """A player for a seat; it sees what its seat sees."""
    return Buyer(agent, agents, max_words).play


class Buyer:
    """What one buyer knows and does."""

    def __init__(self, agent: str, agents: tuple[str, ...], max_words: int) -> None:
        """Begins with nothing known."""
        self.agent, self.agents, self.max_words = agent, agents, max_words
        self.talks = max_words >= FEWEST_WORDS
        self.prices: dict[str, dict[str, float]] = {}
        """Keeper and good to the price; infinite: not to be had."""
        self.purses: dict[str, int] = {}
        self.spent: dict[str, float] = dict.fromkeys(agents, 0.0)
        """What the plan lets everybody pay."""
        self.plan: dict[str, tuple[str, str]] = {}
        """Good to who buys it and where."""
        self.asked: list[tuple[str, str]] = []
        """Keepers and goods it need not ask for any more."""
        self.read: list[str] = []
        """The keepers whose signs it has read."""
        self.offers: dict[str, int] = {}
        """Good to the last offer that was refused."""
        self.firm: list[str] = []
        self.dealing, self.offered = "", 0
        """The good it bargains for, and its last offer."""
        self.words: list[str] = []
        """What it has still to say."""
        self.home = ""
        self.signs: dict[str, str] = {}
        self.goods: list[str] = []
        self.keepers: list[str] = []
        self.mine: list[str] = []
        """The keepers it asks."""

    def play(self, seen: Observation) -> Action:
        """Listens, decides, speaks."""
        data, options = seen.data, seen.spec.move.options  # type: ignore[union-attr]  # commands are listed
        if not self.keepers:
            self._begin(data["list"], data["signs"], data["purse"])
            self.home = data["home"]
        for message in seen.heard:
            self._hear(message.speaker, message.text)
        result = data.get("result", {})
        if result.get("code") == "done" and " sells " in result["detail"]:
            self._read(*result["detail"].split(" sells "))
        for line in data.get("news", ()):
            self._answer(*line.split(" : ", 1))
        wanted = self._wanted(data)
        near = any(each["kind"] == "person" and each["distance"] < CLOSE for each in data["sees"])
        if wanted == ["wait"] and near and not self.words:  # out of the way of who wants to buy here
            wanted = [f"go to {self.home}"]
        say: tuple[Utterance, ...] = ()
        if self.words and seen.spec.speech is not None:
            say = (Utterance(self.words.pop(0), ("phone",)),)
        move = next((each for each in wanted if each in options), "wait")
        if move.startswith("offer "):
            self.offered = int(move.split()[1])
        return Action(move, say)

    def _begin(self, goods: list[str], signs: dict[str, str], purse: int) -> None:
        keepers = list(signs)
        self.goods, self.keepers, self.signs = goods, keepers, signs
        number, count = self.agents.index(self.agent), len(self.agents)
        first, last = (len(keepers) * (number + more) // count for more in (0, 1))
        self.mine = keepers[first:last] if self.talks else keepers
        self.purses[self.agent] = purse
        if self.talks:
            self.words.append(f"purse {purse}")
        else:
            self.goods = goods[number::count]
            self.purses.update(dict.fromkeys(self.agents, 0) | {self.agent: purse})

    def _hear(self, speaker: str, text: str) -> None:
        words = text.split()
        if words[:1] == ["purse"]:
            self.purses[speaker] = int(words[1])
            return
        keeper = " ".join(words[:2])
        for good, price in zip(words[2::2], words[3::2], strict=False):
            self._learn(keeper, good, inf if price == NONE else float(price))

    def _learn(self, keeper: str, good: str, price: float) -> None:
        """Notes a price; what could not be bought as planned is planned anew."""
        known = self.prices.setdefault(keeper, {})
        if price == inf and good in self.plan and self.plan[good][1] == keeper:
            self.spent[self.plan.pop(good)[0]] -= known[good]
        known[good] = price

    def _read(self, keeper: str, sold: str) -> None:
        """Takes in a sign: what is not on it need not be asked for."""
        if keeper not in self.read:
            self.read.append(keeper)
            for good in self.goods:
                if good not in sold.split(" and "):
                    self._heard_of(keeper, good, inf)

    def _answer(self, keeper: str, text: str) -> None:
        """Takes in what a shopkeeper said to it."""
        words = text.split()
        if words[:3] == ["i", "have", NONE]:
            self._heard_of(keeper, words[3], inf)
        elif "costs" in words:
            place = words.index("costs")
            good = words[place - 1]
            self._heard_of(keeper, good, float(words[place + 1]))
            if words[0] == NONE:
                self.offers[good] = max(self.offers.get(good, 0), self.offered)
                if "last" in words:
                    self.firm.append(f"{good} at {keeper}")
        elif words[0] == "sold":
            self.plan[words[2]] = (self.agent, "")
        elif words[:2] == ["you", "have"]:
            self._learn(keeper, self.dealing, inf)
            self._report(keeper, [self.dealing])

    def _heard_of(self, keeper: str, good: str, price: float) -> None:
        if (keeper, good) in self.asked:
            return
        self.asked.append((keeper, good))
        self._learn(keeper, good, price)
        if keeper in self.mine and all((keeper, each) in self.asked for each in self.goods):
            self._report(keeper, self.goods)

    def _report(self, keeper: str, goods: list[str]) -> None:
        """Tells prices, as many at once as there are words."""
        most = (self.max_words - 2) // 2
        for begin in range(0, len(goods) if self.talks else 0, most):
            part = goods[begin : begin + most]
            told = [NONE if (price := self.prices[keeper][good]) == inf else f"{price:g}" for good in part]
            self.words.append(" ".join([keeper, *(f"{good} {each}" for good, each in zip(part, told, strict=True))]))

    def _wanted(self, data: dict) -> list[str]:  # type: ignore[type-arg]
        """The commands it would give now, the best first."""
        for keeper in self.mine:
            for good in self.goods:
                if (keeper, good) not in self.asked:
                    read = [] if keeper in self.read else [f"use {self.signs[keeper]}"]
                    return [f"ask for {good}", "say"] if data["counter"] == keeper else [*read, f"go to {keeper}"]
        complete = all(good in self.prices.get(keeper, {}) for keeper in self.keepers for good in self.goods)
        if not complete or len(self.purses) < len(self.agents):
            return ["wait"]
        self._make_plan()
        for good, (buyer, keeper) in self.plan.items():
            if buyer == self.agent and keeper:
                if data["counter"] != keeper:
                    return [f"go to {keeper}"]
                return self._bargain(keeper, good, data["purse"])
        return ["wait"]

    def _bargain(self, keeper: str, good: str, purse: int) -> list[str]:
        """First three less than is asked, then two less, which is never below cost; at a firm price the price.

        While it is still speaking nothing more can be said: it waits until its words are out.
        """
        if (keeper, good) not in self.asked:
            return [f"ask for {good}", "say"]
        self.dealing, price = good, int(self.prices[keeper][good])
        last = self.offers.get(good, price - 4)
        if f"{good} at {keeper}" in self.firm or last >= price - 2:
            return ["deal", "say"]
        return [f"offer {min(purse, last + 1)} for {good}", "say"]

    def _make_plan(self) -> None:
        """Gives every good that nobody has yet to the cheapest keeper, and to who asked there, if the money lasts."""
        for good in self.goods:
            if good in self.plan:
                continue
            price, place = min((self.prices[keeper][good], place) for place, keeper in enumerate(self.keepers))
            if price == inf:
                continue
            keeper, count = self.keepers[place], len(self.agents)
            asker = next(
                number
                for number in range(count)
                if len(self.keepers) * number // count <= place < len(self.keepers) * (number + 1) // count
            )

            def rank(number: int, price: float = price, asker: int = asker) -> tuple[bool, float, bool, int]:
                agent = self.agents[number]
                left = self.purses[agent] - self.spent[agent]
                short = left < price
                return short, -left if short else 0.0, number != asker, number

            buyer = self.agents[min(range(count), key=rank)] if self.talks else self.agent
            self.plan[good] = buyer, keeper
            self.spent[buyer] += price
