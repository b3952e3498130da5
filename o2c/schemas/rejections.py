"""Why a record is no event: the one exception by which codecs and conversion speak to each other."""


class Rejection(Exception):
    """A record that goes to the dead letters. `code` tells the kinds apart, `message` is one line for a person.

    The message names the path of what is wrong; `within` puts the part of the path in front that the caller knows.
    """

    __slots__ = ("_path", "_text", "code")

    def __init__(self, code: str, text: str, path: str = "") -> None:
        super().__init__(code)
        self.code = code
        self._text = text
        self._path = path

    def within(self, parent: str) -> "Rejection":
        """The same rejection, seen from the object whose field is `parent`."""
        self._path = f"{parent}.{self._path}" if self._path else parent
        return self

    @property
    def message(self) -> str:
        """One line: what is wrong and, where it is known, at which path."""
        return f"{self._text} - at `$.{self._path}`" if self._path else self._text

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
