"""The job as it is deployed: a process of its own on the real broker and a real Redis."""
