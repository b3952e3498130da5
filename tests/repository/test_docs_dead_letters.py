"""docs/dead-letters.md against the code: every code, every header."""

import ast
from collections.abc import Iterator

from o2c.connectors.kafka.dead_letters import TRUNCATED_HEADER, headers_of
from o2c.schemas import explanations
from o2c.schemas.records import DeadLetter, Record
from o2c.schemas.rejection_codes import REJECTION_CODES
from tests.repository.pages import ROOT, codes, table

PAGE = ROOT / "docs" / "dead-letters.md"
SCHEMAS = ROOT / "o2c" / "schemas"
CONNECT = "__connect.errors."


def codes_of_rejections() -> Iterator[str]:
    """The codes that are written where a Rejection or NumberError is made, and those of the table of validations."""
    for path in SCHEMAS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) in ("Rejection", "NumberError"):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield str(first.value)
    for _, code in explanations._VALIDATIONS:
        yield code


def test_every_code_is_explained() -> None:
    assert set(REJECTION_CODES) == set(codes_of_rejections())


def test_page_explains_every_code_as_the_command_does() -> None:
    shown = [
        (codes(code)[0], means, remedy) for code, means, remedy in table(PAGE, "code", "the message", "what to do")
    ]
    assert shown == [(code, each.means, each.remedy) for code, each in REJECTION_CODES.items()]


def test_page_has_every_header() -> None:
    letter = DeadLetter(Record("o2c.order.v1", 3, 17, 0, None, b"x"), "NOT_JSON", "not JSON")
    added = {name for name, _ in [*headers_of(letter), TRUNCATED_HEADER]}
    shown = {codes(header)[0] for header, _ in table(PAGE, "header", "holds")}
    assert shown == {name for name in added if not name.startswith(CONNECT)} | {f"{CONNECT}*"}
    assert any(name.startswith(CONNECT) for name in added)
