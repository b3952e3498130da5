"""The faults that are put into orders: which order gets which, and one small function for each."""

from o2c.simulator.faults.choice import ORDERS_A_FAULT, TURNS, fault_of
from o2c.simulator.faults.table import FAULTS, Kind

__all__ = ["FAULTS", "ORDERS_A_FAULT", "TURNS", "Kind", "fault_of"]
