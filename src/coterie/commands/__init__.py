"""What the command line does, one command a file; everything heavy is imported when a command runs."""
