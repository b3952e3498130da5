import pytest

from o2c.connectors.kafka.partitioner import murmur2, partition_of


@pytest.mark.parametrize(
    ("text", "signed"),
    [
        ("21", -973932308),
        ("foobar", -790332482),
        ("a-little-bit-long-string", -985981536),
        ("a-little-bit-longer-string", -1486304829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        ("abc", 479470107),
    ],
)
def test_murmur2_is_that_of_kafkas_own_test(text: str, signed: int) -> None:
    assert murmur2(text.encode()) == signed % 2**32


def test_a_partition_is_the_positive_part_of_the_hash() -> None:
    assert partition_of("foobar", 7) == (-790332482 & 0x7FFFFFFF) % 7
