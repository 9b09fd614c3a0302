"""Shopkeepers of `market`: what they understand, what they answer, and when they agree to a price.

They understand four kinds of sentences, whatever the capitals:

- `what do you sell`
- `ask for bread`, `how much is the bread`, `do you have bread`
- `offer 5 for bread`, `i offer 5 for the bread`
- `deal`: buys what was last talked of, at the price that was named

A price, once named, stays. An offer that reaches the private cost is accepted, if the keeper has not lost patience with
offers for that good; an offer that reaches the price costs no more than the price. Every refused offer takes a bit of
patience; then the price is firm.
"""

import copy
import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from coterie.core.chance import Chance

COSTS, MARGINS, PATIENCE = range(2, 9), (2, 3, 4), (1, 2, 3)
"""For how little something can be had, how much more is asked, how many offers are refused before a price is firm."""
STOCK, SURE_STOCK = (0, 1, 2), (1, 2)

SELLS = re.compile(r"what do you sell")
ASKS = re.compile(r"(?:ask for|how much (?:is|are)|do you have)(?: the)? ([a-z]+)")
OFFERS = re.compile(r"(?:i )?offer ([0-9]{1,4}) for(?: the)? ([a-z]+)")
DEAL = "deal"
NONE = "no"
"""What buyers say instead of a price of what is not to be had."""


class Reply(NamedTuple):
    """What a keeper answers."""

    text: str
    kind: Literal["told", "named", "refused", "sold"]
    good: str = ""
    price: int = 0
    """The price named, the offer refused, or what was paid."""


class Ware:
    """A good at a stall: all of it is the keeper's secret until it is asked."""

    def __init__(self, cost: int, margin: int, patience: int, stock: int) -> None:
        """Keeps the lowest price it sells for, how much more it asks, how many offers it refuses, how many it has."""
        self.cost, self.price, self.patience, self.stock = cost, cost + margin, patience, stock


class Keeper:
    """A shopkeeper, deterministic.

    >>> fox = Keeper("mr fox", {"bread": Ware(cost=5, margin=3, patience=2, stock=1)})
    >>> [fox.answer("ann", text, purse=9).text for text in ("ask for bread", "offer 4 for bread", "offer 5 for bread")]
    ['bread costs 8', 'no , bread costs 8', 'sold , bread for 5']
    """

    def __init__(self, name: str, wares: dict[str, Ware]) -> None:
        """Keeps what is for sale."""
        self.name, self.wares = name, wares
        self.named: dict[str, list[str]] = {}
        """Buyer to the goods whose price it was told, the last one talked of at the end."""

    def answer(self, buyer: str, text: str, purse: int) -> Reply | None:
        """Answers a sentence; None: it was not meant for a shopkeeper.

        Args:
            buyer: who speaks.
            text: the sentence.
            purse: the money that the buyer has at hand.
        """
        text = " ".join(text.casefold().strip(" .!?").split())
        if SELLS.fullmatch(text):
            goods = [good for good, ware in self.wares.items() if ware.stock]
            return Reply(f"i sell {' and '.join(goods)}" if goods else "i have nothing left", "told")
        if found := ASKS.fullmatch(text):
            return self._name(buyer, found[1])
        if found := OFFERS.fullmatch(text):
            return self._consider(buyer, found[2], int(found[1]), purse)
        if text == DEAL:
            last = self.named.get(buyer, [])[-1:]
            return self._consider(buyer, last[0], self.wares[last[0]].price, purse) if last else None
        return None

    def _name(self, buyer: str, good: str) -> Reply:
        if not self.has(good):
            return Reply(f"i have no {good}", "told", good)
        told = self.named.setdefault(buyer, [])
        if good in told:
            told.remove(good)
        told.append(good)
        return Reply(f"{good} costs {self.wares[good].price}", "named", good, self.wares[good].price)

    def _consider(self, buyer: str, good: str, offer: int, purse: int) -> Reply:
        reply = self._name(buyer, good)
        if reply.kind != "named":
            return reply
        ware = self.wares[good]
        price = min(offer, ware.price)
        if price > purse:
            return Reply(f"you have only {purse}", "refused", good, offer)
        if price < ware.price and (price < ware.cost or not ware.patience):
            ware.patience = max(0, ware.patience - 1)
            words = f"no , {good} costs {ware.price}" + ("" if ware.patience else " , that is my last word")
            return Reply(words, "refused", good, offer)
        ware.stock -= 1
        return Reply(f"sold , {good} for {price}", "sold", good, price)

    def has(self, good: str) -> bool:
        """Whether a good can be bought here."""
        return good in self.wares and self.wares[good].stock > 0

    def __deepcopy__(self, memo: dict[int, Any]) -> "Keeper":
        """Copies what can change; a snapshot of a world calls it."""
        copied = Keeper(self.name, {good: copy.copy(ware) for good, ware in self.wares.items()})
        copied.named = {buyer: goods.copy() for buyer, goods in self.named.items()}
        return copied


def draw_keepers(chance: Chance, names: Sequence[str], goods: Sequence[str]) -> dict[str, Keeper]:
    """Draws what each keeper sells, for how much and how many; every good can be had somewhere."""
    sure = {good: chance.draw(f"who surely has {good}", names) for good in goods}
    keepers: dict[str, Keeper] = {}
    for name in names:
        wares: dict[str, Ware] = {}
        for good in goods:
            what, surely = f"of {good} at {name}", sure[good] == name
            if chance.draw(f"{name} sells {good}", (True, False)) or surely:
                wares[good] = Ware(
                    chance.draw(f"cost {what}", COSTS),
                    chance.draw(f"margin {what}", MARGINS),
                    chance.draw(f"patience {what}", PATIENCE),
                    chance.draw(f"stock {what}", SURE_STOCK if surely else STOCK),
                )
        keepers[name] = Keeper(name, wares)
    return keepers


class PriceClaim(NamedTuple):
    """What a buyer tells of a good at a stall."""

    keeper: str
    good: str
    claimed: str
    """The price, or `no`: it is not to be had."""
    true: bool
    """Whether it is so now."""


def claims(text: str, keepers: dict[str, Keeper]) -> Iterator[PriceClaim]:
    """What somebody tells of prices, such as `mr fox bread 9 soap no`.

    >>> fox = Keeper("mr fox", {"bread": Ware(cost=5, margin=3, patience=2, stock=1)})
    >>> [(claim.good, claim.true) for claim in claims("mr fox bread 8 soap 2", {"mr fox": fox})]
    [('bread', True), ('soap', False)]
    """
    words = text.casefold().split()
    name = " ".join(words[:2])
    if name not in keepers:
        return
    for good, said in zip(words[2::2], words[3::2], strict=False):
        if said == NONE or said.isdecimal():
            truth = str(keepers[name].wares[good].price) if keepers[name].has(good) else NONE
            yield PriceClaim(name, good, said, said == truth)
