"""Tasks that a team does together."""
