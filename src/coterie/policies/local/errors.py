"""What can be wrong with a request to the engine."""


class ContextLengthError(ValueError):
    """A row would grow beyond the positions the model has."""


class RowStateError(ValueError):
    """A row is not open, or is at work when it must be idle."""
