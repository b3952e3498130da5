"""The dead letters of one deployment: its topics, found by its settings."""

from functools import cached_property

from o2c.connectors.kafka.faults import addresses
from o2c.connectors.kafka.redrive import Redrive, read_marks
from o2c.connectors.kafka.stored_letters import LetterReader, Place, Selection, StoredLetter
from o2c.connectors.kafka.topic_rules import REDRIVEN, OutputSettings
from o2c.connectors.kafka.topics import TopicAdministration
from o2c.errors import ConfigurationError, OperatingFault
from o2c.flows.clock import clock_of
from o2c.flows.correlation.refusal import nearest
from o2c.flows.redrive_plan import RedrivePlan, plan_redrive
from o2c.flows.setting_fields import INPUT_TYPES
from o2c.flows.settings import Settings
from o2c.schemas.times import SECOND_US

_LONGEST_WAIT_SECONDS = 15.0


class Letters:
    """Looks at dead letters and sends them back. Raises OperatingFault with one line."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = settings.kafka_client()
        self._topic = settings.topic("dead-letters")
        self._marks_topic = settings.topic("redriven")
        self._patience_seconds = min(_LONGEST_WAIT_SECONDS, settings.retry_budget_us / SECOND_US)
        self._administration = TopicAdministration(self._client, self._patience_seconds)
        self._reader = LetterReader(self._client, self._topic, settings.group, self._patience_seconds)

    def selection(
        self,
        codes: frozenset[str],
        topics: tuple[str, ...],
        since: int | None,
        until: int | None,
        places: frozenset[Place] = frozenset(),
    ) -> Selection:
        """What is asked for. Raises ConfigurationError for a topic that is no input."""
        names = frozenset(map(self._input_topic, topics))
        return Selection(places=places, codes=codes, topics=names, since=since, until=until)

    def _input_topic(self, name: str) -> str:
        topic = self._settings.topic(name) if name in INPUT_TYPES else name
        known = [self._settings.topic(document_type) for document_type in INPUT_TYPES]
        if topic not in known:
            hint = nearest(name, (*INPUT_TYPES, *known))
            raise ConfigurationError(f"--topic: {name!r} is no input topic and no document type{hint}")
        return topic

    def newest(self, selection: Selection, limit: int) -> list[StoredLetter]:
        """The last `limit` letters of the selection, newest last."""
        return self._reader.newest(self._partitions, selection, limit)

    def at(self, places: frozenset[Place]) -> list[StoredLetter]:
        """The letters at these places. Raises OperatingFault where one is not there."""
        found = list(self._reader.select(self._partitions, Selection(places=places)))
        self._refuse_missing(places, {letter.place for letter in found})
        return found

    def marks(self) -> dict[str, str]:
        """When each letter was last sent back, by its identity."""
        partitions = self._administration.partitions([self._marks_topic]).get(self._marks_topic)
        if partitions is None:
            return {}
        return read_marks(self._client, self._marks_topic, partitions, self._settings.group, self._patience_seconds)

    def plan(self, selection: Selection, *, again: bool) -> RedrivePlan:
        """Which of the selection would be sent where. Raises OperatingFault where a named place has no letter."""
        inputs = self._administration.partitions(self._settings.topic(name) for name in INPUT_TYPES)
        letters = self._reader.select(self._partitions, selection)
        plan = plan_redrive(letters, self.marks(), inputs, again=again)
        self._refuse_missing(selection.places, plan.seen)
        return plan

    def redrive(self, plan: RedrivePlan) -> Redrive:
        """Sends what was planned, and says what has become of it."""
        self._prepare_marks()
        letters = self._reader.select(self._partitions, Selection(places=frozenset(plan.places)))
        done = Redrive(
            self._client, self._marks_topic, self._settings.retry_budget_us / SECOND_US, clock_of(self._settings)
        )
        done.send(letters)
        return done

    def _prepare_marks(self) -> None:
        """Before the first letter goes: what cannot be remembered is not sent."""
        if self._settings.topic_admin:
            made = OutputSettings(partitions=1, replication=self._settings.replication)
            self._administration.ensure({self._marks_topic: REDRIVEN}, made)
        elif not self._administration.partitions([self._marks_topic]):
            raise OperatingFault(
                f"topic {self._marks_topic} is missing, and topic administration is off: make it with"
                f" cleanup.policy={REDRIVEN.cleanup_text}"
            )

    @cached_property
    def _partitions(self) -> int:
        found = self._administration.partitions([self._topic])
        if self._topic not in found:
            raise OperatingFault(
                f"topic {self._topic} is missing on Kafka at {addresses(self._client)}, or not visible to this user:"
                " o2c run makes it"
            )
        return found[self._topic]

    def _refuse_missing(self, wanted: frozenset[Place], found: set[Place]) -> None:
        missing = sorted(wanted - found)
        if missing:
            places = ", ".join(map(str, missing))
            raise OperatingFault(
                f"there is no dead letter at {places} of {self._topic}: o2c dead-letters list shows which are"
            )
