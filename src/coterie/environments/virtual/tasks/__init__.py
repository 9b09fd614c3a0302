"""What tasks in virtual worlds have in common: errands, how long they take, and who does which."""
