"""A distributor in business, from a seed: canonical events as they would arrive, and the truth about every order."""

from o2c.simulator.writer import simulate

__all__ = ["simulate"]
