"""An unknown reference is answered with what comes near it."""

import pytest
import redis

from o2c.status.near import Near, distance, near
from tests.connectors.redis_records import Writer, feed, status


@pytest.mark.parametrize(
    ("asked", "known", "expected"),
    [
        ("SO-1", "so-1", 0),
        ("SO-0000031", "SO-0000041", 1),
        ("SO-000031", "SO-0000031", 1),
        ("SO-0000013", "SO-0000031", 2),
        ("0000031", "SO-0000031", 5),
        ("OTC-SO-0000031", "SO-0000031", 6),
        ("SO-1000031", "SO-0000032", None),
        ("INV-7", "PAY-7", None),
        ("31", "SO-0000031", None),
        ("7", "8", None),
    ],
)
def test_near_is_one_place_that_differs_or_a_part(asked: str, known: str, expected: int | None) -> None:
    assert distance(asked, known) == expected
    assert distance(known, asked) == expected


def test_the_nearest_come_first_and_as_they_can_be_asked_for(redis_url: str) -> None:
    Writer(redis_url).write(status("OTC-31", refs=("order:SO-31", "invoice:INV-1700", "tracking:INV-17")), feed(1))
    assert near(redis_url, "o2c:", "INV-170") == Near(["tracking:INV-17", "invoice:INV-1700"], complete=True)
    assert near(redis_url, "o2c:", "OTC-13") == Near(["OTC-31"], complete=True)


def test_a_kind_that_was_asked_for_counts(redis_url: str) -> None:
    Writer(redis_url).write(status("OTC-31", refs=("invoice:INV-17", "po:INV-17")))
    assert near(redis_url, "o2c:", "invoice:INV-71").references == ["invoice:INV-17"]


def test_nothing_near_is_nothing(redis_url: str) -> None:
    Writer(redis_url).write(status("OTC-31", refs=("order:SO-31",)), feed(1))
    assert near(redis_url, "o2c:", "wms-east") == Near([], complete=True)


def test_a_prefix_with_signs_of_a_pattern_is_taken_as_it_is(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.set("{o2c}?:order:SO-31", 1)
        client.set("{o2c}x:order:SO-32", 1)
    assert near(redis_url, "{o2c}?:", "SO-3").references == ["SO-31"]


def test_no_more_keys_are_looked_at_than_allowed(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.mset({f"o2c:order:SO-{number:06d}": 1 for number in range(5_000)})
    assert not near(redis_url, "o2c:", "SO-0", keys=1_000).complete
    assert near(redis_url, "o2c:", "S0-000001") == Near(["SO-000001"], complete=True)
