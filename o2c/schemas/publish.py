"""Writes the published schemas, `avro/*.avsc` and `json/*.schema.json`, from the classes in code, or checks them.

python -m o2c.schemas.publish --check     # exit 1 where a file differs from the classes
python -m o2c.schemas.publish --write
"""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from o2c.schemas.avro_schema import avro_schema
from o2c.schemas.events import EVENT_CLASSES
from o2c.schemas.outputs import OUTPUT_CLASSES
from o2c.schemas.reading import Derivation

FOLDER = Path(__file__).parent
_NUMBER_TEXT = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WIRE_NUMBER = Annotated[Decimal, Meta(extra_json_schema={"pattern": _NUMBER_TEXT})] | float
_WIRE_MOMENT = Annotated[datetime, Meta(tz=True)]


def published() -> dict[str, str]:
    """Each published file, by its path below this folder, with what must stand in it."""
    readers = Derivation(_WIRE_NUMBER, _WIRE_MOMENT)
    classes: dict[str, type[Struct]] = {name: readers.of(wire_class) for name, wire_class in EVENT_CLASSES.items()}
    classes |= OUTPUT_CLASSES
    files = {f"json/{name}.schema.json": _json_schema(name, described) for name, described in classes.items()}
    files |= {f"avro/{name}.avsc": avro_schema(name, each) for name, each in (EVENT_CLASSES | OUTPUT_CLASSES).items()}
    return {path: json.dumps(schema, indent=2) + "\n" for path, schema in files.items()}


def differences(folder: Path = FOLDER) -> list[str]:
    """The files below `folder` that are absent, not published any more, or not as the classes are."""
    expected = published()
    found = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for kind in ("avro/*.avsc", "json/*.schema.json")
        for path in folder.glob(kind)
    }
    return sorted(path for path in expected.keys() | found.keys() if expected.get(path) != found.get(path))


def write(folder: Path = FOLDER) -> list[str]:
    """Brings the files below `folder` up to the classes; the ones that changed."""
    expected = published()
    changed = differences(folder)
    for path in changed:
        target = folder / path
        if path in expected:
            target.parent.mkdir(exist_ok=True)
            target.write_text(expected[path], encoding="utf-8")
        else:
            target.unlink()
    return changed


def _json_schema(name: str, described: type[Struct]) -> Mapping[str, Any]:
    schema = msgspec.json.schema(described)
    return {"$schema": _DIALECT, "$id": f"urn:o2c:v1:{name}", **schema}


def main(arguments: list[str] | None = None) -> int:
    """The command: 0 where all is as it should be or was written, 1 where a check found a difference."""
    parser = argparse.ArgumentParser(prog="python -m o2c.schemas.publish", description=__doc__.partition("\n")[0])
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="say which files differ from the classes")
    action.add_argument("--write", action="store_true", help="bring the files up to the classes")
    if parser.parse_args(arguments).write:
        write()
        return 0
    stale = differences()
    for path in stale:
        sys.stderr.write(f"{path} differs from the classes: run python -m o2c.schemas.publish --write\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
