"""A small city made from one number: venues, free places, customers and their reservations, as plain rows."""

import random
from typing import Any

import msgspec

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOURS = ("09:00", "12:00", "18:00")
"""When the conversation may take place."""
CUSTOMERS = ("lee", "garcia", "novak", "okafor", "tanaka", "silva", "meyer", "haddad")
FREE = (0, 0, 2, 4, 6, 8, 10)
"""Places left at a time, all equally likely."""
NOTICE_H = 24


class Domain(msgspec.Struct, frozen=True):
    """A kind of venue: its names, what may be wished of it, and the times at which places are kept."""

    names: tuple[str, ...]
    places: tuple[str, ...]
    styles: tuple[str, ...]
    times: tuple[str, ...]


PRICES = ("cheap", "expensive", "moderate")
DOMAINS: dict[str, Domain] = {
    "restaurant": Domain(
        ("bella", "saffron", "lotus", "olive", "ember", "juniper", "clover", "basil", "magnolia", "tamarind"),
        ("north", "south", "east", "west"),
        ("italian", "indian", "chinese", "mexican"),
        ("12:00", "18:00", "19:00", "20:00"),
    ),
    "hotel": Domain(
        ("anchor", "beacon", "crescent", "heron", "linden", "mariner", "regent", "swan", "willow", "zenith"),
        ("north", "south", "east", "west"),
        ("quiet", "modern", "historic", "friendly"),
        ("15:00",),
    ),
    "train": Domain(
        ("comet", "falcon", "arrow", "meteor", "kestrel", "rocket", "merlin", "osprey", "pilgrim", "voyager"),
        ("airport", "harbour", "lakeside", "university"),
        ("express", "regional", "local", "scenic"),
        ("08:00", "12:00", "16:00", "20:00"),
    ),
}
STREETS = ("mill street", "bridge street", "garden lane", "station road", "castle street", "river lane")
KINDS_OF_RESERVATION = ("open", "open", "fixed", "near")
"""What every customer holds: two that may be changed and cancelled, one at a fixed rate, one too soon."""
MOST_VENUES = 10


class Venue(msgspec.Struct, frozen=True, array_like=True):
    """A row of the table of venues."""

    name: str
    domain: str
    place: str
    style: str
    price: str
    rate: str
    phone: str
    address: str


class Reservation(msgspec.Struct, frozen=True, array_like=True):
    """A row of the table of reservations."""

    code: str
    holder: str
    venue: str
    day: str
    time: str
    people: int


class City(msgspec.Struct, frozen=True):
    """All rows as they stand when the conversation begins; never changed, so that copies may share it."""

    days: tuple[str, ...]
    """Days for which places are kept; the first is today."""
    now: str
    """The hour, such as `12:00`."""
    domains: dict[str, dict[str, tuple[str, ...]]]
    """What may be wished, by domain: `place`, `style`, `price`, `time`."""
    venues: dict[str, Venue]
    free: dict[tuple[str, str, str], int]
    """Places left by venue, day and time."""
    pins: dict[str, str]
    """The customers, and what they prove who they are by."""
    reservations: dict[str, Reservation]
    next_code: int
    """The number of the first new reservation, above all that there are."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "City":
        """Nothing in it changes."""
        return self

    def hours_to(self, day: str, time: str) -> int:
        """Hours from now until then; negative when it is past."""
        return 24 * self.days.index(day) + int(time[:2]) - int(self.now[:2])


def build_city(number: int, domains: int, venues: int, days: int) -> City:
    """Makes the city of this number; the same arguments give the same city.

    >>> city = build_city(3, domains=1, venues=4, days=3)
    >>> len(city.venues), len(city.pins), len(city.reservations)
    (4, 4, 16)
    """
    luck = random.Random(number)
    today = luck.randrange(7)
    named = tuple(WEEK[(today + each) % 7] for each in range(days))
    city = City(named, luck.choice(HOURS), {}, {}, {}, {}, {}, luck.randrange(800, 900))
    customers = luck.sample(CUSTOMERS, 4 if venues <= 4 else 6)
    numbers = luck.sample(range(1000, 10_000), len(customers) + domains * venues)
    city.pins.update((name, str(numbers.pop())) for name in customers)
    for name in tuple(DOMAINS)[:domains]:
        _open_venues(city, name, venues, numbers, luck)
    codes = luck.sample(range(100, 800), len(customers) * len(KINDS_OF_RESERVATION))
    later = {name: _hours(city, name, range(NOTICE_H, 24 * days)) for name in city.domains}
    soon = {name: _hours(city, name, range(1, NOTICE_H)) for name in city.domains}
    rates = {rate: [row for row in city.venues.values() if row.rate == rate] for rate in ("flexible", "fixed")}
    venues_of = {"open": rates["flexible"], "fixed": rates["fixed"], "near": [*city.venues.values()]}
    for holder in customers:
        for kind in KINDS_OF_RESERVATION:
            venue = luck.choice(venues_of[kind])
            slot = luck.choice((soon if kind == "near" else later)[venue.domain])
            row = Reservation(f"r{codes.pop()}", holder, venue.name, *slot, luck.randint(2, 4))
            city.reservations[row.code] = row
    return city


def _hours(city: City, domain: str, wanted: range) -> list[tuple[str, str]]:
    """Days and times of a domain that are so many hours from now."""
    return [(day, time) for day in city.days for time in DOMAINS[domain].times if city.hours_to(day, time) in wanted]


def _open_venues(city: City, name: str, count: int, numbers: list[int], luck: random.Random) -> None:
    """Adds the venues of a domain; no two of them have the same place, style and price."""
    domain, few = DOMAINS[name], count <= 4
    wishes = {
        "place": domain.places[: 2 if few else 4],
        "style": domain.styles[: 2 if few else 4],
        "price": PRICES[: 2 if few else 3],
        "time": domain.times,
    }
    city.domains[name] = wishes
    slots = _hours(city, name, range(1, 24 * len(city.days)))
    kinds = [(a, b, c) for a in wishes["place"] for b in wishes["style"] for c in wishes["price"]]
    for number, (venue, kind) in enumerate(
        zip(luck.sample(domain.names, count), luck.sample(kinds, count), strict=True)
    ):
        # The first two differ in their rate, so that both kinds of reservation exist.
        rate = ("flexible", "fixed")[number if number < 2 else luck.randrange(2)]
        where = f"platform {number + 1}" if name == "train" else f"{luck.randint(2, 99)} {luck.choice(STREETS)}"
        city.venues[venue] = Venue(venue, name, *kind, rate, str(numbers.pop()), where)
        free = luck.choices(FREE, k=len(slots))
        city.free.update(((venue, *slot), left) for slot, left in zip(slots, free, strict=True))
    _keep_room(city, luck.choice([venue for venue, row in city.venues.items() if row.domain == name]), domain.times)


def _keep_room(city: City, venue: str, times: tuple[str, ...]) -> None:
    """Sees to it that there is a full time, with another that has room, whatever the luck."""
    *_, before, last = city.days
    full = (last, times[0]) if len(times) > 1 else (before, times[0])
    city.free[venue, *full] = 0
    city.free[venue, last, times[-1]] = 8
    city.free[venue, last, times[-2 if len(times) > 1 else -1]] = 8
