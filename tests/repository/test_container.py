"""Dockerfile, .dockerignore and compose.yaml: pinned, unprivileged, without secrets, and true to the settings."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from o2c import __version__
from o2c.flows.setting_fields import INPUT_TYPES
from o2c.flows.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"[\w./-]+:\d+\.\d+\.\d+(?:-[\w.-]+)?")
SECRET = re.compile(r"password|secret|token|credential|api[_-]?key", re.IGNORECASE)
VARIABLES = {f"O2C_{name.upper()}" for name in Settings.model_fields}


class Instruction(NamedTuple):
    """One line of a Dockerfile, with those that it goes on in."""

    name: str
    value: str


def dockerfile() -> list[Instruction]:
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [Instruction(*line.split(maxsplit=1)) for line in lines]


def values(name: str) -> list[str]:
    return [each.value for each in dockerfile() if each.name == name]


def last_stage() -> list[Instruction]:
    whole = dockerfile()
    begins = max(number for number, each in enumerate(whole) if each.name == "FROM")
    return whole[begins:]


def variables() -> dict[str, str]:
    return {name: value for each in values("ENV") for name, value in re.findall(r"(\w+)=(\S+)", each)}


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return loaded


SERVICES: dict[str, dict[str, Any]] = compose()["services"]
LASTING = [name for name, service in SERVICES.items() if service["restart"] != "no"]


def test_image_is_built_on_pinned_slim_images_of_a_supported_python() -> None:
    images = [value.split()[0] for value in values("FROM")]
    assert [image for image in images if not PINNED.fullmatch(image) or "slim" not in image] == []
    assert {image.partition(":")[2].rpartition(".")[0] for image in images} <= {"3.10", "3.11", "3.12"}


def test_image_runs_as_nobody_in_particular() -> None:
    [user] = [each.value for each in last_stage() if each.name == "USER"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    names = [each.name for each in last_stage()]
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert "RUN" not in names[names.index("USER") :]


def test_image_installs_what_the_locks_say_before_it_copies_the_source() -> None:
    copied = values("COPY")
    locks = next(number for number, each in enumerate(copied) if "runtime.lock" in each)
    source = next(number for number, each in enumerate(copied) if each.split()[0] == "o2c")
    assert locks < source
    installs = [part for run in values("RUN") for part in run.split("&&") if "install" in part]
    assert [part for part in installs if "--require-hashes" not in part and "--no-index" not in part] == []


def test_image_holds_no_secret_and_fetches_nothing_by_itself() -> None:
    assert [each for each in dockerfile() if each.name in ("ENV", "ARG") and SECRET.search(each.value)] == []
    assert values("ADD") == []


def test_image_can_have_a_read_only_root() -> None:
    assert variables()["PYTHONDONTWRITEBYTECODE"] == "1"
    [volume] = values("VOLUME")
    assert variables()["O2C_STORE"].startswith(f"{volume}/")
    assert values("WORKDIR")[-1] == volume


def test_image_sets_settings_that_exist() -> None:
    assert {name for name in variables() if name.startswith("O2C_")} <= VARIABLES


def test_image_tells_whether_it_is_alive() -> None:
    assert [each for each in values("HEALTHCHECK") if "/healthz" in each]


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    wanted = {source for each in values("COPY") if "--from" not in each for source in each.split()[:-1]}
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == wanted
    assert [source for source in wanted if not (ROOT / source).exists()] == []


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_of_a_pinned_version(name: str) -> None:
    assert PINNED.fullmatch(SERVICES[name]["image"])


@pytest.mark.parametrize("name", SERVICES)
def test_service_has_no_rights_that_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert not {"privileged", "network_mode", "pid", "cap_add", "devices"} & service.keys()


@pytest.mark.parametrize("name", LASTING)
def test_service_listens_on_loopback_keeps_its_state_and_tells_how_it_is(name: str) -> None:
    service = SERVICES[name]
    assert [port for port in service["ports"] if not port.startswith("127.0.0.1:")] == []
    assert {volume.partition(":")[0] for volume in service["volumes"]} <= compose()["volumes"].keys()
    assert service["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", ["redis", "o2c"])
def test_service_has_a_read_only_root(name: str) -> None:
    assert SERVICES[name]["read_only"] is True


def test_job_is_the_image_of_this_version_as_the_image_expects_it() -> None:
    job = SERVICES["o2c"]
    assert job["image"] == f"o2c:{__version__}"
    assert [job["user"]] == values("USER")
    assert [volume.partition(":")[2] for volume in job["volumes"]] == values("VOLUME")
    assert job["environment"]["O2C_STORE"] == variables()["O2C_STORE"]


def test_job_is_given_valid_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    environment: dict[str, str] = SERVICES["o2c"]["environment"]
    assert environment.keys() <= VARIABLES
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    load_settings()


def test_every_input_topic_is_made() -> None:
    [script] = SERVICES["topics"]["command"]
    named = re.search(r"for type in ([\w ]+);", script)
    assert named is not None
    assert set(named[1].split()) == set(INPUT_TYPES)


def test_kafka_is_the_one_that_the_tests_run_on() -> None:
    tested = re.search(r"<kafka.version>([\d.]+)<", _pom())
    assert tested is not None
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{tested[1]}"


def _pom() -> str:
    return (ROOT / "tests" / "services" / "pom.xml").read_text()
