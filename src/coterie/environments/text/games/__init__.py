"""Games: cards, boards, guesses and lies."""
