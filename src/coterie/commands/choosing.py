"""Which world answers a question: words of the question are looked up in what the worlds say of themselves."""

import re
from collections.abc import Mapping, Sequence
from math import log
from typing import Any

ALIKE = (
    "dialogue conversation chat assistant customer service booking support",
    "education teach tutor learn student school class lesson pupil",
    "negotiation negotiate bargain haggle price deal trade sell buy offer",
    "society commons resource sustainability fairness share tragedy",
    "games game play board card person people human opponent rival",
    "cooperation cooperate collaborate coordinate team together joint help partner",
    "deception deceive lie bluff hidden secret trust",
    "emergent emerge language code convention communication vocabulary",
    "plan instruction navigate route guide map grid",
    "exact solve equilibrium exploitability optimal value",
    "simultaneous dilemma defect",
    "talk speak word message speech",
    "virtual 3d space walk building city town house",
    "memory knowledge fact information pool discuss discussion decision vote",
)
"""Words that mean the same to somebody who looks for a world."""
MEASURES = {
    "games": "mean_return by seat, exploitability where the game is small, invalid_actions, played",
    "cooperation": "success open and muted, words_per_success, path_weighted_success, progress, cross-play",
    "negotiation": "mean_return by seat, agreement and joint share in the outcome, words",
    "dialogue": "success, progress, invalid_actions, words_per_success",
    "education": "score before and after in the outcome, progress, words",
    "markov": "mean_return beside the exact optimum",
    "virtual": "success, path_weighted_success, progress, episode_length",
    "hybrid": "success open and muted, path_weighted_success, words_per_success, progress",
}
"""Which measures fit the worlds of a group."""
WEIGHTS = {"id": 4.0, "purpose": 3.0, "application": 3.0, "summary": 2.0, "rules": 1.0}
"""What it counts to be found in a part of a world's description."""
PLAIN = {
    "a",
    "an",
    "and",
    "are",
    "can",
    "do",
    "does",
    "for",
    "how",
    "i",
    "in",
    "is",
    "it",
    "my",
    "need",
    "of",
    "on",
    "or",
    "our",
}
PLAIN |= {"some", "somebody", "that", "the", "they", "this", "to", "we", "what", "which", "who", "with", "your"}
"""Words that tell nothing of what is looked for."""


def stem(word: str) -> str:
    """Cuts a word so that its forms meet.

    >>> stem("negotiation") == stem("negotiating") == stem("negotiate"), stem("games")
    (True, 'game')
    """
    singular = word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
    cut = re.sub(r"(ation|ating|ated|ate|ing|er|ed|e|ion)$", "", singular)
    return cut if len(cut) > 3 else singular


def words(text: str) -> set[str]:
    """The words of a text that tell something."""
    return {stem(word) for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in PLAIN}


def ranked(question: str, worlds: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], list[str]]]:
    """The worlds that have to do with a question, best first, each with the words it was found by.

    A word counts the more, the fewer worlds speak of it, and a word that means the same counts half.
    """
    asked = {stem(word): word for word in re.findall(r"[a-z0-9]+", question.lower()) if word not in PLAIN}
    groups = [words(line) for line in ALIKE]
    related = set().union(*(group for group in groups if group & asked.keys())) - asked.keys()
    described = [{part: words(str(world[part])) for part in WEIGHTS} for world in worlds]
    spread = {
        word: sum(any(word in part for part in parts.values()) for parts in described)
        for word in asked.keys() | related
    }
    found = []
    for world, parts in zip(worlds, described, strict=True):
        score = 0.0
        for word, count in spread.items():
            best = max((WEIGHTS[name] for name, part in parts.items() if word in part), default=0.0)
            score += best * log(1 + len(worlds) / max(count, 1)) * (1.0 if word in asked else 0.5)
        by = sorted(word for stemmed, word in asked.items() if any(stemmed in part for part in parts.values()))
        if score:
            found.append((score, world, by))
    found.sort(key=lambda each: (-each[0], each[1]["id"]))
    return [(world, by) for score, world, by in found if score >= found[0][0] / 3]
