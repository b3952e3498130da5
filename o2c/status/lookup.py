"""Finds an order's live status in Redis by its correlation ID or by any reference to it."""

from redis import Redis

from o2c.connectors.redis import asking

REFERENCE_KINDS = (
    "order",
    "po",
    "release",
    "shipment",
    "delivery",
    "tracking",
    "bol",
    "pick",
    "invoice",
    "payment",
    "return",
    "credit_memo",
    "dispute",
    "supplier_po",
    "allocation",
    "pod",
    "hold",
    "transit",
    "incident",
)
"""What a bare reference may be: the keys of `refs`, and the document types with numbers of their own."""

FOUND_LIMIT = 1_000

_SETTLED = (b"overridden", b"recorded")


def find(url: str, prefix: str, reference: str, *, limit: int = FOUND_LIMIT) -> list[bytes]:
    """The statuses (JSON as stored) that `reference` names, by correlation ID; at most `limit`, none where unknown.

    A reference is a correlation ID, `<kind>:<value>` or the bare value of any kind; with a scope the value is
    `<scope>/<value>`. The first of these that is known wins. Raises OperatingFault where Redis does not answer.
    """
    with asking(url) as client:
        order = client.hget(f"{prefix}order:{reference}", "json")
        if order is not None:
            return [_bytes(order)]
        named = _members(client, [f"{prefix}ref:{reference}"])
        if not named:
            named = _members(client, [f"{prefix}ref:{kind}:{reference}" for kind in REFERENCE_KINDS])
        return _statuses(client, prefix, sorted(named)[:limit])


def find_exceptions(url: str, prefix: str, exception_ids: list[str]) -> dict[str, bytes]:
    """The exceptions (JSON as published last) of those ids that are known, by id. Raises OperatingFault."""
    if not exception_ids:
        return {}
    with asking(url) as client:
        pipeline = client.pipeline(transaction=False)
        for exception_id in exception_ids:
            pipeline.hget(f"{prefix}exception:{exception_id}", "json")
        found = zip(exception_ids, pipeline.execute(), strict=True)
        return {exception_id: _bytes(value) for exception_id, value in found if value is not None}


def find_settled(url: str, prefix: str, exception_ids: list[str]) -> dict[str, bytes]:
    """As `find_exceptions`, but only those that are not open though their condition holds. Raises OperatingFault."""
    if not exception_ids:
        return {}
    with asking(url) as client:
        pipeline = client.pipeline(transaction=False)
        for exception_id in exception_ids:
            pipeline.hget(f"{prefix}exception:{exception_id}", "state")
        states = zip(exception_ids, pipeline.execute(), strict=True)
        settled = [exception_id for exception_id, state in states if state is not None and _bytes(state) in _SETTLED]
    return find_exceptions(url, prefix, settled)


def _members(client: Redis, keys: list[str]) -> set[bytes]:
    pipeline = client.pipeline(transaction=False)
    for key in keys:
        pipeline.smembers(key)
    return set[bytes]().union(*pipeline.execute())


def _statuses(client: Redis, prefix: str, correlation_ids: list[bytes]) -> list[bytes]:
    pipeline = client.pipeline(transaction=False)
    for correlation_id in correlation_ids:
        pipeline.hget(f"{prefix}order:".encode() + correlation_id, "json")
    return [_bytes(order) for order in pipeline.execute() if order is not None]


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()
