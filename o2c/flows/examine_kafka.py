"""What `o2c doctor` looks at in Kafka: brokers, topics and their configuration, the group's lag. Nothing is changed."""

from collections.abc import Iterator

from o2c.connectors.kafka.faults import addresses
from o2c.connectors.kafka.lag import lag_of
from o2c.connectors.kafka.topic_rules import REDRIVEN, OutputSettings, TopicRule, message_limit, output_rules
from o2c.connectors.kafka.topics import TopicAdministration, all_outputs
from o2c.flows.findings import Finding, ok, warning, wrong
from o2c.flows.settings import Settings
from o2c.flows.start import output_topics


class KafkaExamination:
    """The questions, which all need a broker that answers. Raises OperatingFault where one is not answered."""

    def __init__(self, settings: Settings, timeout_seconds: float) -> None:
        self._settings = settings
        self._client = settings.kafka_client()
        self._timeout_seconds = timeout_seconds
        self._administration = TopicAdministration(self._client, timeout_seconds)

    def broker(self) -> Iterator[Finding]:
        """Whether anybody answers."""
        count = self._administration.brokers()
        yield ok("broker", f"{addresses(self._client)} answers, {count} broker{'' if count == 1 else 's'}")

    def inputs(self) -> Iterator[Finding]:
        """Whether the input topics are there, and whether what they take is read."""
        names = tuple(self._settings.input_topics())
        there = self._administration.partitions(names)
        missing = [name for name in names if name not in there]
        if missing:
            remedy = "create them, grant rights, or leave them out of O2C_INPUTS"
            yield wrong("input topics", f"missing, or not visible to this user: {', '.join(missing)}", remedy)
        else:
            counts = sorted(set(there.values()))
            partitions = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
            yield ok("input topics", f"all {len(names)} there, partitions of each: {partitions}")
        if self._settings.topic_admin:
            yield from self._input_limits(there)

    def _input_limits(self, topics: dict[str, int]) -> Iterator[Finding]:
        limit = self._settings.max_message_bytes
        configs = self._administration.configs(topics)
        larger = sorted(topic for topic, config in configs.items() if message_limit(config) > limit)
        if larger:
            told = f"{', '.join(larger)} take messages above {limit} bytes, which become dead letters"
            yield warning("input topics", told, "raise O2C_MAX_MESSAGE_BYTES, or lower max.message.bytes of the topics")

    def outputs(self) -> Iterator[Finding]:
        """Whether the job's own topics are what they must be."""
        names = output_topics(self._settings)
        marks = self._settings.topic("redriven")
        topics = (*all_outputs(names), marks)
        there = self._administration.partitions(topics)
        rules: dict[str, TopicRule] = {}
        if self._settings.topic_admin:
            inputs = self._administration.partitions(self._settings.input_topics())
            rules = output_rules(names, self._administration.largest_message(inputs), OutputSettings())
        configs = self._administration.configs(there) if rules else {}
        for topic in topics:
            if topic in there:
                rule = REDRIVEN if topic == marks else rules.get(topic)
                yield _output(topic, there[topic], rule, configs.get(topic))
            elif topic != marks:
                yield self._absent(topic)

    def _absent(self, topic: str) -> Finding:
        if self._settings.topic_admin:
            return ok(topic, "not there yet: o2c run makes it")
        return wrong(topic, "is missing, and topic administration is off", "create it, or set O2C_TOPIC_ADMIN=on")

    def lag(self) -> Iterator[Finding]:
        """How far the group is behind."""
        group = self._settings.group
        there = self._administration.partitions(self._settings.input_topics())
        lag = lag_of(self._client, group, there, self._timeout_seconds)
        behind = f"{lag.behind:,} record{'' if lag.behind == 1 else 's'}"
        if not lag.committed:
            yield ok("lag", f"group {group} has committed nothing yet; {behind} to read")
        elif lag.lost:
            told = f"group {group} is {behind} behind, and retention has deleted {lag.lost:,} of them unread"
            yield wrong("lag", told, "start the job; keep inputs longer than the job may be away")
        else:
            yield ok("lag", f"group {group} is {behind} behind")


def _output(topic: str, partitions: int, rule: TopicRule | None, config: dict[str, str] | None) -> Finding:
    count = f"{partitions} partition{'' if partitions == 1 else 's'}"
    if rule is None or config is None:
        return ok(topic, f"{count}; its configuration is not looked at, as O2C_TOPIC_ADMIN is off")
    if not rule.has_cleanup(config):
        told = f"has cleanup.policy={config['cleanup.policy']}, it must be {rule.cleanup_text}"
        return wrong(topic, told, f"set cleanup.policy={rule.cleanup_text} on the topic")
    if not rule.takes_all(config):
        told = f"takes records of {message_limit(config)} bytes and may get {rule.max_message_bytes}"
        return warning(topic, told, f"set max.message.bytes={rule.max_message_bytes} on the topic")
    return ok(topic, f"{count}, cleanup.policy={rule.cleanup_text}, max.message.bytes={message_limit(config)}")
