"""The floor: what any program in Python pays that does nothing but pass the events on.

It consumes the job's input topics, decodes every event into its wire class, encodes one record of a status' size an
event, produces it with delivery reports, and writes it to Redis by one script call a few hundred events, answered while
the next are worked on. It keeps no order and knows no rule. Started by `backlog` as a process of its own; speaks JSON.
"""

import gc
import sys
import time
from collections.abc import Callable
from typing import Any

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

_encode = msgspec.json.encode


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


class Floor:
    """The three clients, and what is under way."""

    def __init__(self, work: Work) -> None:
        self._events = work.events
        self._output = work.output
        self._status = msgspec.json.decode(work.status)
        self._readers: dict[str, Callable[[bytes], Any]] = {
            topic: msgspec.json.Decoder(EVENT_CLASSES[name]).decode for topic, name in work.topics.items()
        }
        bootstrap = {"bootstrap.servers": work.bootstrap}
        self._consumer = Consumer({**bootstrap, "group.id": "floor", "enable.auto.commit": False})
        parts = range(work.partitions)
        self._consumer.assign([TopicPartition(topic, part, 0) for topic in work.topics for part in parts])
        self._producer = Producer({**bootstrap, "enable.idempotence": True, "linger.ms": 5, "acks": "all"})
        redis = Redis.from_url(work.redis_url)
        self._script: str = redis.script_load(_SCRIPT)
        self._connection: Any = redis.connection_pool.get_connection()
        self._unanswered = 0
        self._sent = 0
        self._seen = 0

    def run(self) -> Done:
        """Pass all events on."""
        messages = self._next()
        started, started_cpu = time.monotonic(), time.process_time()
        while True:
            self._pass_on(messages)
            if self._seen >= self._events:
                break
            messages = self._next()
        self._take_answers()
        self._producer.flush()
        return Done(time.monotonic() - started, time.process_time() - started_cpu, self._sent)

    def _next(self) -> list[Any]:
        while True:
            messages = self._consumer.consume(_BATCH, 0.1)
            if messages:
                return messages

    def _pass_on(self, messages: list[Any]) -> None:
        readers, status = self._readers, self._status
        keys: list[str] = []
        values: list[bytes] = []
        for message in messages:
            event = readers[message.topic()](message.value())
            order = event.refs["order"][0] if event.refs else event.document_id
            self._seen += 1
            status["correlation_id"], status["version"] = order, self._seen
            record = _encode(status)
            self._produce(record, order)
            keys.append("floor:" + order)
            values.append(record)
        self._producer.poll(0)
        self._take_answers()
        for first in range(0, len(keys), _CALL_ENTRIES):
            self._write(keys[first : first + _CALL_ENTRIES], values[first : first + _CALL_ENTRIES])

    def _produce(self, record: bytes, order: str) -> None:
        while True:
            try:
                self._producer.produce(self._output, record, order, -1, self._report)
            except BufferError:
                self._producer.poll(0.05)
            else:
                return

    def _report(self, error: KafkaError | None, _: Message) -> None:
        assert error is None, error
        self._sent += 1

    def _write(self, keys: list[str], values: list[bytes]) -> None:
        arguments = (*keys, str(self._seen), *values)
        command = self._connection.pack_command("EVALSHA", self._script, len(keys), *arguments)
        self._connection.send_packed_command(command)
        self._unanswered += 1

    def _take_answers(self) -> None:
        while self._unanswered:
            self._connection.read_response()
            self._unanswered -= 1


def main() -> None:
    """Read the work from standard input, write what it took to standard output."""
    work = msgspec.json.decode(sys.stdin.buffer.read(), type=Work)
    gc.freeze()
    gc.disable()
    sys.stdout.buffer.write(_encode(Floor(work).run()))


if __name__ == "__main__":
    main()
