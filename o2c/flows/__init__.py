"""The dataflow, its settings and its commands."""
