"""What is wrong with an order, code by code: one small function each, and the table that says when to ask it."""
