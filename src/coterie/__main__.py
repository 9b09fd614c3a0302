"""`python -m coterie`: the command line, where its program is not on the path."""

from coterie.cli import main

main()
