"""The two ways in which a command refuses: a wrong configuration, and a world that does not answer."""


class ConfigurationError(Exception):
    """A setting, policy or option that cannot be; the message is one line that says what to change. Exit code 2."""


class OperatingFault(Exception):
    """Something outside that the job cannot work without: broker, Redis, topic, lock, port, rights. Exit code 1."""
