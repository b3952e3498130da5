"""The floor: what any program in Python pays that does nothing but pass the events on.

It consumes the job's input topics, decodes every event into its wire class, encodes one record of a status' size an
event, produces it with delivery reports, and writes it to Redis by one script call a few hundred events, answered while
the next are worked on. It keeps no order and knows no rule. Started by `backlog` as a process of its own; speaks JSON.
"""

import gc
import sys
import time

import msgspec
from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from msgspec import Struct
from redis import Redis

from o2c.schemas.events import EVENT_CLASSES

_BATCH = 20_000
_CALL_ENTRIES = 200
_SCRIPT = """
for number = 1, #KEYS do
  local held = redis.call('HGET', KEYS[number], 'version')
  if not held or tonumber(held) < tonumber(ARGV[1]) then
    redis.call('HSET', KEYS[number], 'version', ARGV[1], 'json', ARGV[number + 1])
  end
end
return 0
"""


class Work(Struct):
    """What to do. `topics`: type by input topic; `status`: the JSON whose shape and size every record has."""

    bootstrap: str
    redis_url: str
    topics: dict[str, str]
    partitions: int
    events: int
    output: str
    status: bytes


class Done(Struct):
    """What it took, from the first event read to the last record confirmed. `sent`: records that the broker has."""

    seconds: float
    cpu_seconds: float
    sent: int


def run(work: Work) -> Done:
    """Pass all events on."""
    consumer = Consumer({"bootstrap.servers": work.bootstrap, "group.id": "floor", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, part, 0) for topic in work.topics for part in range(work.partitions)])
    producer = Producer(
        {"bootstrap.servers": work.bootstrap, "enable.idempotence": True, "linger.ms": 5, "acks": "all"}
    )
    redis = Redis.from_url(work.redis_url)
    script = redis.script_load(_SCRIPT)
    connection = redis.connection_pool.get_connection()
    readers = {topic: msgspec.json.Decoder(EVENT_CLASSES[name]).decode for topic, name in work.topics.items()}
    status = msgspec.json.decode(work.status)
    encode = msgspec.json.encode
    produce, output = producer.produce, work.output
    reported, seen, unanswered = 0, 0, 0
    started = started_cpu = 0.0

    def report(error: KafkaError | None, _: Message) -> None:
        nonlocal reported
        assert error is None, error
        reported += 1

    while seen < work.events:
        messages = consumer.consume(_BATCH, 0.1)
        if messages and not started:
            started, started_cpu = time.monotonic(), time.process_time()
        keys: list[str] = []
        values: list[bytes] = []
        for message in messages:
            event = readers[message.topic()](message.value())
            refs = event.refs
            order = refs["order"][0] if refs else event.document_id
            seen += 1
            status["correlation_id"], status["version"] = order, seen
            record = encode(status)
            while True:
                try:
                    produce(output, record, order, -1, report)
                    break
                except BufferError:
                    producer.poll(0.05)
            keys.append("floor:" + order)
            values.append(record)
        producer.poll(0)
        while unanswered:
            connection.read_response()
            unanswered -= 1
        for first in range(0, len(keys), _CALL_ENTRIES):
            named = keys[first : first + _CALL_ENTRIES]
            arguments = (*named, str(seen), *values[first : first + _CALL_ENTRIES])
            connection.send_packed_command(connection.pack_command("EVALSHA", script, len(named), *arguments))
            unanswered += 1
    while unanswered:
        connection.read_response()
        unanswered -= 1
    producer.flush()
    return Done(time.monotonic() - started, time.process_time() - started_cpu, reported)


def main() -> None:
    """Read the work from standard input, write what it took to standard output."""
    work = msgspec.json.decode(sys.stdin.buffer.read(), type=Work)
    gc.freeze()
    gc.disable()
    sys.stdout.buffer.write(msgspec.json.encode(run(work)))


if __name__ == "__main__":
    main()
