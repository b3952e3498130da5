"""What crosses the processor's boundary: events in; statuses, exceptions and dead letters out."""
