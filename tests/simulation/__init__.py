"""The job's parts in simulated time on one thread, with crashes between any two steps.

`world` holds what outlives a process (log, topics, Redis, disks, clock), `process` wires the real Identify, Shards and
Deliveries to it, `scheduler` interleaves their steps by a seed, `checks` says what must hold.
"""
