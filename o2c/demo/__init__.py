"""`o2c demo`: everything on one machine, with nothing to install beforehand, and a view of what the job makes of it."""

SHORTEST_SECONDS = 40
"""A shorter run has no room for a fault of every kind."""
