"""Words as a game of words compares them: without case, accents, punctuation and endings."""

import re
import unicodedata
from functools import lru_cache

PLAIN = re.compile("[a-z0-9]+")
ENDINGS = ("ing", "ed", "es", "s", "ly")
SHORTEST = 3
"""Letters that must be left of a word; what is shorter is a word of its own."""


def words(text: str) -> list[str]:
    """Returns the words of a text, in small letters; apostrophes join, everything else that is no letter parts.

    >>> words("It isn't a Caf\u00e9-table!")
    ['it', 'isnt', 'a', 'cafe', 'table']
    """
    if text.isascii():
        return PLAIN.findall(text.lower().replace("'", ""))
    letters = []
    for sign in unicodedata.normalize("NFKD", text).casefold():
        if sign.isalnum():
            letters.append(sign)
        # Marks and invisible signs would make one word look like two, or hide a word from a comparison.
        elif sign not in "'\u2019" and unicodedata.category(sign) not in ("Mn", "Cf"):
            letters.append(" ")
    return "".join(letters).split()


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """Returns what the forms of a word have in common; not always a word itself.

    >>> stem("berries") == stem("berry"), stem("running"), stem("cakes") == stem("cake")
    (True, 'run', True)
    """
    if word.endswith(("ies", "ied")):
        word = word[:-3] + "y"
    found = True
    while found:
        found = False
        for ending in ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
                word, found = word[: -len(ending)], True
                break
    if word[-1:] in ("e", "y") and len(word) > SHORTEST:
        word = word[:-1]
    if len(word) > SHORTEST and word[-1] == word[-2] and word[-1] not in "aeiou":
        word = word[:-1]
    return word
