"""The read side: an order's live status, out of Redis."""
