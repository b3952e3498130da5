"""What the sink writes is the contract's Redis section, whichever order and process it comes from."""

import json
from collections.abc import Iterator
from typing import cast

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from o2c.connectors.redis.packing import CALL_BYTES, CALL_ENTRIES
from o2c.errors import ConfigurationError, OperatingFault
from o2c.schemas.records import ExceptionRecord, ForgottenOrder, StatusRecord
from tests.connectors.redis_records import Writer, emission, exception, feed, status


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        yield client


def test_an_order_is_a_hash_with_version_stages_and_the_whole_status(redis_url: str, client: redis.Redis) -> None:
    record = status("SO-1", version=(7 << 32) + 12)
    Writer(redis_url).write(record)
    held = client.hgetall("o2c:order:SO-1")
    assert held.pop("refs") == ""
    assert held == {
        "version": str((7 << 32) + 12),
        "health": "on_track",
        "fulfilment": "shipped",
        "financial": "unbilled",
        "json": record.value.decode(),
    }


def test_a_reference_names_every_order_that_holds_it(redis_url: str, client: redis.Redis) -> None:
    Writer(redis_url).write(status("SO-1", refs=("invoice:INV-7",)), status("SO-2", refs=("invoice:INV-7",)))
    assert client.smembers("o2c:ref:invoice:INV-7") == {"SO-1", "SO-2"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((), ("po:1",)),
        (("po:1",), ("po:1", "po:12")),
        (("po:1",), ("po:12",)),
        (("po:1", "po:2", "po:3"), ("po:0", "po:1", "po:3")),
        (("po:1",), ()),
    ],
)
def test_references_are_those_of_the_last_status_alone(
    redis_url: str, client: redis.Redis, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    writer = Writer(redis_url)
    writer.send(status(version=1, refs=before))
    writer.write(status(version=2, refs=after))
    assert set(client.keys("o2c:ref:*")) == {f"o2c:ref:{ref}" for ref in after}


def test_a_zero_byte_in_a_reference_does_not_make_two_of_it(redis_url: str, client: redis.Redis) -> None:
    Writer(redis_url).write(status(refs=("po:a\0b", "po:c")))
    assert set(client.keys("o2c:ref:*")) == {"o2c:ref:po:a\N{REPLACEMENT CHARACTER}b", "o2c:ref:po:c"}


def test_thousands_of_references_of_one_order_are_all_written(redis_url: str, client: redis.Redis) -> None:
    Writer(redis_url).write(status(refs=tuple(f"shipment:{number}" for number in range(10_000))))
    assert len(client.keys("o2c:ref:*")) == 10_000


def test_an_older_status_replaces_neither_status_nor_references(redis_url: str, client: redis.Redis) -> None:
    Writer(redis_url).write(status(version=(2 << 32) + 1, refs=("po:new",)))
    Writer(redis_url).write(status(version=(1 << 32) + 99, refs=("po:old",)))
    assert client.hget("o2c:order:SO-1", "version") == str((2 << 32) + 1)
    assert client.keys("o2c:ref:*") == ["o2c:ref:po:new"]


def test_neighbouring_versions_just_below_2_to_the_53_are_told_apart(redis_url: str, client: redis.Redis) -> None:
    newest = 2**53 - 1
    Writer(redis_url).write(status(version=newest))
    Writer(redis_url).write(status(version=newest - 1))
    assert client.hget("o2c:order:SO-1", "version") == str(newest)


def test_a_batch_larger_than_a_call_is_written_whole(redis_url: str, client: redis.Redis) -> None:
    many = [status(f"SO-{number}") for number in range(2 * CALL_ENTRIES + 1)]
    large = [status(f"LARGE-{number}", size=CALL_BYTES) for number in range(3)]
    exceptions = [exception(f"e-{number}") for number in range(CALL_ENTRIES + 1)]
    Writer(redis_url).write(*many, *large, *exceptions)
    assert client.dbsize() == len(many) + len(large) + len(exceptions) + 1


def test_an_open_exception_stands_by_its_due_time(redis_url: str, client: redis.Redis) -> None:
    Writer(redis_url).write(exception("e-1", due_at=1_700_000_000_250_000), exception("e-2"))
    assert client.zrange("o2c:exceptions:PAST_DUE", 0, -1, withscores=True) == [
        ("e-1", 1_700_000_000.25),
        ("e-2", float("inf")),
    ]


def test_an_exception_is_a_hash_of_its_fields_and_its_json(redis_url: str, client: redis.Redis) -> None:
    record = exception("e-1", version=5)
    Writer(redis_url).write(record)
    assert client.hgetall("o2c:exception:e-1") == {
        "version": "5",
        "exception_id": "e-1",
        "correlation_id": "SO-1",
        "code": "PAST_DUE",
        "state": "opened",
        "severity": "warning",
        "owner": "credit",
        "since": "then",
        "amount": "12.5",
        "currency": "USD",
        "json": record.value.decode(),
    }


def test_a_field_that_became_null_is_gone(redis_url: str, client: redis.Redis) -> None:
    writer = Writer(redis_url)
    writer.send(exception(version=1))
    writer.write(exception(version=2, state="cleared", cleared_at="now"))
    assert client.hget("o2c:exception:e-1", "currency") is None


def test_a_cleared_exception_is_no_longer_listed_but_remembered(redis_url: str, client: redis.Redis) -> None:
    writer = Writer(redis_url)
    writer.send(exception(version=1))
    writer.write(exception(version=2, state="cleared"))
    assert client.exists("o2c:exceptions:PAST_DUE") == 0
    assert client.hget("o2c:exception:e-1", "state") == "cleared"


def test_a_reopened_exception_is_listed_again(redis_url: str, client: redis.Redis) -> None:
    writer = Writer(redis_url)
    for version, state in enumerate(("opened", "cleared", "opened"), start=1):
        writer.send(exception(version=version, state=state))
    writer.partition.close()
    assert client.zrange("o2c:exceptions:PAST_DUE", 0, -1) == ["e-1"]


def test_an_older_opening_does_not_list_what_is_cleared(redis_url: str, client: redis.Redis) -> None:
    Writer(redis_url).write(exception(version=2, state="cleared"))
    Writer(redis_url).write(exception(version=1))
    assert client.exists("o2c:exceptions:PAST_DUE") == 0


def exposure(client: redis.Redis) -> dict[str, dict[str, float]]:
    """What is at risk, by currency and order."""
    found: dict[str, dict[str, float]] = {}
    for key in client.scan_iter("o2c:exposure:*"):
        scores = cast("list[tuple[str, float]]", client.zrange(key, 0, -1, withscores=True))
        found[str(key).rpartition(":")[2]] = dict(scores)
    return found


def test_what_is_at_risk_stands_by_currency(redis_url: str, client: redis.Redis) -> None:
    Writer(redis_url).write(
        status("SO-1", at_risk=(("EUR", 125_000), ("USD", 1))),
        status("SO-2", at_risk=(("EUR", 90_000),)),
        status("SO-3"),
    )
    assert exposure(client) == {"EUR": {"SO-1": 12.5, "SO-2": 9.0}, "USD": {"SO-1": 0.0001}}


def test_what_is_no_longer_at_risk_is_gone(redis_url: str, client: redis.Redis) -> None:
    writer = Writer(redis_url)
    writer.send(status(version=1, at_risk=(("EUR", 125_000), ("USD", 10_000))))
    writer.send(status(version=2, at_risk=(("USD", 20_000),)))
    writer.partition.close()
    assert exposure(client) == {"USD": {"SO-1": 2.0}}
    Writer(redis_url).write(status(version=3))
    assert exposure(client) == {}


def test_an_older_status_does_not_bring_a_risk_back(redis_url: str, client: redis.Redis) -> None:
    Writer(redis_url).write(status(version=2))
    Writer(redis_url).write(status(version=1, at_risk=(("EUR", 125_000),)))
    assert exposure(client) == {}


def test_a_forgotten_order_leaves_nothing(redis_url: str, client: redis.Redis) -> None:
    writer = Writer(redis_url)
    writer.send(status("SO-2", refs=("po:1",), at_risk=(("EUR", 10_000),)))
    before = {key: client.type(key) for key in client.scan_iter()}
    writer.send(status("SO-1", refs=("po:1", "invoice:7"), at_risk=(("EUR", 125_000), ("USD", 1))))
    writer.send(exception("e-1"), exception("e-2", state="cleared", code="MISSING_POD"))
    writer.write(ForgottenOrder("SO-1", 2, (("e-1", "PAST_DUE"), ("e-2", "MISSING_POD"))))
    assert {key: client.type(key) for key in client.scan_iter()} == before
    assert client.smembers("o2c:ref:po:1") == {"SO-2"}
    assert exposure(client) == {"EUR": {"SO-2": 1.0}}


def test_an_order_that_is_forgotten_twice_or_was_never_there_does_no_harm(redis_url: str, client: redis.Redis) -> None:
    gone = ForgottenOrder("SO-1", 2, (("e-1", "PAST_DUE"),))
    Writer(redis_url).write(gone)
    Writer(redis_url).write(gone)
    assert client.keys() == []


def test_an_older_process_forgets_no_order_that_a_newer_one_has_written(redis_url: str, client: redis.Redis) -> None:
    Writer(redis_url).write(status(version=(2 << 32) + 1, refs=("po:1",)), exception(version=(2 << 32) + 1))
    Writer(redis_url).write(ForgottenOrder("SO-1", (1 << 32) + 9, (("e-1", "PAST_DUE"),)))
    assert client.exists("o2c:order:SO-1", "o2c:ref:po:1", "o2c:exception:e-1", "o2c:exceptions:PAST_DUE") == 4


def test_a_feed_is_a_hash(redis_url: str, client: redis.Redis) -> None:
    writer = Writer(redis_url)
    writer.send(feed(2, silent=True))
    writer.write(feed(1))
    assert client.hgetall("o2c:feed:shipment/wms-east") == {
        "version": "2",
        "last_event_at": "1970-01-01T00:00:01.5Z",
        "lag_seconds": "7",
        "silent": "1",
    }


def test_a_feed_that_never_spoke_has_no_last_event(redis_url: str, client: redis.Redis) -> None:
    Writer(redis_url).write(feed(1, last_event_at=0))
    assert client.hget("o2c:feed:shipment/wms-east", "last_event_at") == ""


def test_another_prefix_is_another_view(redis_url: str, client: redis.Redis) -> None:
    Writer(redis_url, prefix="{eu}:").write(status(refs=("po:1",)))
    assert set(client.keys("*")) == {"{eu}:order:SO-1", "{eu}:ref:po:1"}


def test_a_batch_of_tokens_alone_is_confirmed_at_once(redis_url: str) -> None:
    writer = Writer(redis_url)
    writer.partition.write_batch([emission(shard=3, token=8), emission(shard=4, token=2)])
    assert (writer.deliveries.upto(3), writer.deliveries.upto(4)) == (8, 2)


def test_a_token_is_confirmed_once_redis_has_answered(redis_url: str) -> None:
    writer = Writer(redis_url)
    writer.send(status(), token=5)
    assert writer.deliveries.upto(0) == 0
    writer.partition.close()
    assert writer.deliveries.upto(0) == 5


def test_tokens_behind_an_unanswered_write_wait_for_it_but_block_nobody(redis_url: str, client: redis.Redis) -> None:
    writer = Writer(redis_url)
    writer.send(status(), token=1)
    writer.partition.write_batch([emission(token=2)])
    writer.partition.close()
    other = Writer(redis_url)
    other.send(status(version=2), token=1)
    other.send(token=2)
    client.client_pause(300, all=False)
    other.send(status(version=3), token=3)
    other.send(token=4)
    assert other.deliveries.upto(0) == 2
    other.partition.close()
    assert (writer.deliveries.upto(0), other.deliveries.upto(0)) == (2, 4)


def test_a_forgotten_script_is_loaded_again(redis_url: str, client: redis.Redis) -> None:
    writer = Writer(redis_url)
    writer.send(status(version=1))
    client.script_flush()
    writer.write(status(version=2))
    assert client.hget("o2c:order:SO-1", "version") == "2"


def test_a_write_that_redis_refuses_for_good_ends_the_job(redis_url: str, client: redis.Redis) -> None:
    client.set("o2c:order:SO-1", "no hash")
    with pytest.raises(OperatingFault, match=r"refused a write: .*WRONGTYPE"):
        Writer(redis_url).write(status())


def test_a_redis_that_stays_read_only_ends_the_job_after_its_budget(redis_url: str, client: redis.Redis) -> None:
    writer = Writer(redis_url, retry_budget_seconds=0.3)
    try:
        client.replicaof("127.0.0.1", "1")
        with pytest.raises(OperatingFault, match=r"did not take writes for 0\.3 s"):
            writer.write(status())
    finally:
        client.replicaof("NO", "ONE")


@pytest.mark.parametrize(
    "url", ["localhost:6379", "http://localhost", "redis://h:x/0", "redis://h/one", "redis://h?a=b"]
)
def test_a_url_that_names_no_redis_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(ConfigurationError, match="the Redis URL"):
        Writer(url)


writes = st.lists(
    st.tuples(
        st.integers(0, 1),  # which writer
        st.lists(
            st.tuples(st.sampled_from(["A", "B", "C"]), st.integers(1, 40), st.frozensets(st.integers(0, 4))),
            max_size=4,
        ),
    ),
    max_size=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes)
def test_however_two_writers_interleave_the_highest_version_stands_everywhere(
    redis_url: str, batches: list[tuple[int, list[tuple[str, int, frozenset[int]]]]]
) -> None:
    writers = [Writer(redis_url), Writer(redis_url)]
    newest: dict[str, tuple[int, frozenset[int]]] = {}
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        client.flushdb()
        for writer, orders in batches:
            records: list[StatusRecord | ExceptionRecord] = []
            for order, counter, drawn in orders:
                version = 2 * counter + writer  # no two writers share a generation
                highest, held_numbers = newest.get(order, (0, frozenset()))
                numbers = held_numbers if highest == version else drawn
                if version >= highest:
                    newest[order] = version, numbers
                records.append(status(order, version, refs=tuple(f"po:{number}" for number in sorted(numbers))))
                records.append(exception(f"e-{order}", version, state="opened" if 0 in numbers else "cleared"))
            writers[writer].send(*records, token=1)
        for finished in writers:
            finished.partition.close()
        held = {key.removeprefix("o2c:order:"): client.hgetall(key) for key in client.keys("o2c:order:*")}
        assert {order: int(fields["version"]) for order, fields in held.items()} == {
            order: version for order, (version, _) in newest.items()
        }
        assert all(json.loads(fields["json"])["version"] == int(fields["version"]) for fields in held.values())
        links = {
            (key.removeprefix("o2c:ref:po:"), order)
            for key in client.keys("o2c:ref:*")
            for order in client.smembers(key)
        }
        assert links == {(str(number), order) for order, (_, numbers) in newest.items() for number in numbers}
        listed = set(client.zrange("o2c:exceptions:PAST_DUE", 0, -1))
        assert listed == {f"e-{order}" for order, (_, numbers) in newest.items() if 0 in numbers}
