"""Train and measure teams of language-model agents in simulated worlds."""

__version__ = "0.1.0"
