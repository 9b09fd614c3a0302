"""The tables of the booking desk, in SQLite, in memory; every value is a bound parameter."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from coterie.environments.text.dialogue.concierge.city import City, Reservation, Venue

TABLES = """
CREATE TABLE customers (name TEXT PRIMARY KEY, pin TEXT NOT NULL);
CREATE TABLE venues (
    name TEXT PRIMARY KEY, domain TEXT NOT NULL, place TEXT NOT NULL, style TEXT NOT NULL, price TEXT NOT NULL,
    rate TEXT NOT NULL, phone TEXT NOT NULL, address TEXT NOT NULL
);
CREATE TABLE slots (
    venue TEXT NOT NULL REFERENCES venues, day TEXT NOT NULL, time TEXT NOT NULL,
    free INTEGER NOT NULL CHECK (free >= 0), PRIMARY KEY (venue, day, time)
);
CREATE TABLE reservations (
    code TEXT PRIMARY KEY, holder TEXT NOT NULL REFERENCES customers, venue TEXT NOT NULL REFERENCES venues,
    day TEXT NOT NULL, time TEXT NOT NULL, people INTEGER NOT NULL CHECK (people > 0)
);
CREATE TABLE counter (next_code INTEGER NOT NULL);
"""
WIDTHS = {"customers": 2, "venues": 8, "slots": 4, "reservations": 6, "counter": 1}
"""Tables and their columns."""
MATCHING = """
SELECT *, EXISTS (
    SELECT 1 FROM slots WHERE venue = name AND free >= COALESCE(:people, 1)
    AND (:day IS NULL OR day = :day) AND (:time IS NULL OR time = :time)
) FROM venues
WHERE domain = :domain AND (:place IS NULL OR place = :place)
AND (:style IS NULL OR style = :style) AND (:price IS NULL OR price = :price) ORDER BY name
"""
TAKE = "UPDATE slots SET free = free - ? WHERE venue = ? AND day = ? AND time = ? AND free >= ?"
GIVE_BACK = "UPDATE slots SET free = free + ? WHERE venue = ? AND day = ? AND time = ?"

CODE_STEP = 3
"""New codes are so far apart; they begin above those that the city was made with."""
Rows = dict[str, list[tuple[Any, ...]]]


class Store:
    """What the tools read and write. Copied and pickled as plain rows, because a connection cannot be.

    >>> from coterie.environments.text.dialogue.concierge.city import build_city
    >>> store = Store(first_rows(build_city(3, domains=1, venues=4, days=3)))
    >>> len(store.reservations())
    16
    """

    def __init__(self, rows: Rows, changes: int = 0) -> None:
        """Takes the rows; the tables are made when they are first asked for something."""
        self._rows: Rows | None = rows
        self._connection: sqlite3.Connection | None = None
        self.changes = changes
        """How often reservations were written; who remembers something of them asks again when it has grown."""

    @property
    def connection(self) -> sqlite3.Connection:
        """The open database."""
        if self._connection is None:
            # A world may be played by one thread after another, never by two at once.
            self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            self._connection.executescript(f"BEGIN;{TABLES}")
            rows, self._rows = self._rows or {}, None
            for table, width in WIDTHS.items():
                self._connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows[table])
            self._connection.execute("COMMIT")
        return self._connection

    def rows(self) -> Rows:
        """The rows of all tables, in the order in which they were written."""
        if self._rows is not None:
            return self._rows
        return {table: self.connection.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall() for table in WIDTHS}

    def __reduce__(self) -> tuple[type["Store"], tuple[Rows, int]]:
        """What a copy is made from."""
        return Store, (self.rows(), self.changes)

    def __del__(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            self._connection.close()

    def matching(self, wish: dict[str, str | int | None]) -> Iterator[tuple[Venue, bool]]:
        """Yields the venues that fit a wish, each with whether it has room then; None: anything will do.

        Args:
            wish: `domain`, `place`, `style`, `price`, `day`, `time` and the number of `people`.
        """
        for *row, free in self.connection.execute(MATCHING, wish):
            yield Venue(*row), bool(free)

    def venue(self, name: str) -> Venue | None:
        """Returns a venue by name."""
        row = self.connection.execute("SELECT * FROM venues WHERE name = ?", (name,)).fetchone()
        return Venue(*row) if row else None

    def free(self, venue: str) -> list[tuple[str, str, int]]:
        """Returns day, time and places left, where any are."""
        told = "SELECT day, time, free FROM slots WHERE venue = ? AND free > 0 ORDER BY rowid"
        return self.connection.execute(told, (venue,)).fetchall()

    def reservation(self, code: str) -> Reservation | None:
        """Returns a reservation by code."""
        row = self.connection.execute("SELECT * FROM reservations WHERE code = ?", (code,)).fetchone()
        return Reservation(*row) if row else None

    def reservations(self) -> dict[str, Reservation]:
        """Returns all reservations by code."""
        rows = self.connection.execute("SELECT * FROM reservations ORDER BY rowid")
        return {row[0]: Reservation(*row) for row in rows}

    def is_holder(self, code: str, name: str, pin: str) -> bool:
        """Whether a reservation belongs to the customer of this name and pin."""
        asked = "SELECT 1 FROM reservations JOIN customers ON holder = name WHERE code = ? AND name = ? AND pin = ?"
        return self.connection.execute(asked, (code, name, pin)).fetchone() is not None

    def is_customer(self, name: str) -> bool:
        """Whether there is a customer of this name."""
        return self.connection.execute("SELECT 1 FROM customers WHERE name = ?", (name,)).fetchone() is not None

    def book(self, holder: str, venue: str, day: str, time: str, people: int) -> Reservation | None:
        """Takes places and writes a reservation under a new code; None: there is no room."""
        if not self.connection.execute(TAKE, (people, venue, day, time, people)).rowcount:
            return None
        (number,) = self.connection.execute("SELECT next_code FROM counter").fetchone()
        self.connection.execute("UPDATE counter SET next_code = ?", (number + CODE_STEP,))
        row = Reservation(f"r{number}", holder, venue, day, time, people)
        self._write("INSERT INTO reservations VALUES (?, ?, ?, ?, ?, ?)", tuple(_values(row)))
        return row

    def change(self, old: Reservation, day: str, time: str, people: int) -> bool:
        """Moves a reservation to another time or size; False: there is no room, and nothing is changed."""
        self.connection.execute(GIVE_BACK, (old.people, old.venue, old.day, old.time))
        if not self.connection.execute(TAKE, (people, old.venue, day, time, people)).rowcount:
            self.connection.execute(GIVE_BACK, (-old.people, old.venue, old.day, old.time))
            return False
        changed = "UPDATE reservations SET day = ?, time = ?, people = ? WHERE code = ?"
        self._write(changed, (day, time, people, old.code))
        return True

    def cancel(self, old: Reservation) -> None:
        """Deletes a reservation and gives its places back."""
        self.connection.execute(GIVE_BACK, (old.people, old.venue, old.day, old.time))
        self._write("DELETE FROM reservations WHERE code = ?", (old.code,))

    def _write(self, statement: str, values: tuple[str | int, ...]) -> None:
        self.connection.execute(statement, values)
        self.changes += 1


def first_rows(city: City) -> Rows:
    """The rows of all tables when the conversation begins."""
    return {
        "customers": list(city.pins.items()),
        "venues": [tuple(_values(row)) for row in city.venues.values()],
        "slots": [(*slot, free) for slot, free in city.free.items()],
        "reservations": [tuple(_values(row)) for row in city.reservations.values()],
        "counter": [(city.next_code,)],
    }


def _values(row: Venue | Reservation) -> Iterator[Any]:
    return (getattr(row, name) for name in row.__struct_fields__)
