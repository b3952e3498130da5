"""o2c: one exact ledger an order, out of the events of every system that touches it."""

__version__ = "0.1.0"
