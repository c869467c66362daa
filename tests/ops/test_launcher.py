"""What script/server decides before it starts anything."""

import socket
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from script.local import (
    account,
    beside,
    installation,
    keys,
    options,
    places,
    ports,
    postgres,
    reach,
    trial,
)
from script.local.account import Account
from script.local.speech import Refusal


class ShutOut(Account):
    """An account that may not enter anything below one folder."""

    def __init__(self, below: Path) -> None:
        object.__setattr__(self, "uid", 12345)
        object.__setattr__(self, "gid", 12345)
        object.__setattr__(self, "below", below)

    def may_enter(self, folder: Path) -> bool:
        return not folder.is_relative_to(self.below)


@pytest.fixture
def listener():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_options_default_to_port_8000_with_the_demo(monkeypatch):
    for name in ("PORT", "DATA_DIR"):
        monkeypatch.delenv(name, raising=False)

    assert options.parse([]) == options.Options(port=8000, data=None, demo=True, production=False)


def test_options_are_read_from_the_environment_too(monkeypatch):
    monkeypatch.setenv("PORT", "8123")
    monkeypatch.setenv("DATA_DIR", "/somewhere")

    chosen = options.parse(["--no-demo", "--production"])

    assert chosen == options.Options(
        port=8123, data=Path("/somewhere"), demo=False, production=True
    )


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "٣", ""])
def test_options_refuse_what_is_no_port(port, capsys):
    with pytest.raises(SystemExit):
        options.parse([f"--port={port}"])

    assert "is no port" in capsys.readouterr().err


def test_a_taken_port_is_refused(listener):
    with pytest.raises(Refusal, match=f"Port {listener} is taken"):
        ports.refuse_unless_free(listener)


def test_a_free_port_is_not_refused():
    ports.refuse_unless_free(ports.free_port())


def test_the_data_folder_is_made_private(tmp_path):
    folder = places.settle(tmp_path, tmp_path / "new" / "data", Account())

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_a_private_folder_that_a_person_named_is_refused(tmp_path):
    before = tmp_path.stat().st_mode

    with pytest.raises(Refusal, match=r"only root may enter .* name another place"):
        places.settle(tmp_path, tmp_path / "data", ShutOut(tmp_path))

    assert tmp_path.stat().st_mode == before
    assert not (tmp_path / "data").exists()


def test_a_private_checkout_keeps_its_data_elsewhere(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(places, "SYSTEM_DATA", tmp_path / "system")
    checkout = tmp_path / "private" / "checkout"
    checkout.mkdir(parents=True)

    folder = places.settle(checkout, None, ShutOut(tmp_path / "private"))

    assert folder.parent == tmp_path / "system"
    assert folder.name.startswith("checkout-")
    assert str(folder) in capsys.readouterr().out
    assert list(checkout.iterdir()) == []


def test_two_checkouts_of_one_name_keep_their_data_apart(tmp_path):
    one, other = (places._fallback(tmp_path / name / "checkout") for name in ("one", "other"))

    assert one != other


@pytest.fixture
def passable() -> Iterator[Path]:
    """A folder that other accounts may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        yield places.open_to(account.for_database(), Path(folder))


def test_a_folder_that_was_there_is_never_loosened(passable):
    shut = passable / "shut"
    shut.mkdir(mode=0o600)

    with pytest.raises(Refusal, match=str(shut)):
        places.settle(passable, shut / "data", account.for_database())

    assert stat.S_IMODE(shut.stat().st_mode) == 0o600


def test_a_file_is_no_data_folder(tmp_path):
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(Refusal, match="is not a folder"):
        places.make(file, Account())


def test_a_data_folder_has_one_launcher(tmp_path):
    with (
        places.held(tmp_path),
        pytest.raises(Refusal, match="in use by another script/server"),
        places.held(tmp_path),
    ):
        pass


def test_secrets_are_made_once_and_readable_by_their_owner_alone(tmp_path):
    first = keys.kept_in(tmp_path)

    assert keys.kept_in(tmp_path) == first
    assert set(first) == {"SECRET_KEY", "CERTIFICATE_KEY", "FIELD_KEYS"}
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_data_of_another_postgresql_is_refused(tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("16\n")

    with (
        pytest.raises(Refusal, match="made by PostgreSQL 16, and this is PostgreSQL 18"),
        postgres.running(tmp_path, Account(), postgres.FOR_TESTS),
    ):
        pass


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://127.0.0.1:1/nowhere", "cannot be reached: .*refused"),
        ("mysql://127.0.0.1/nowhere", "must look like"),
        ("nonsense", "must look like"),
        ("postgresql://user:geheim@127.0.0.1:none/nowhere", "must look like"),
    ],
)
def test_an_unreachable_database_is_refused_in_one_sentence(url, reason):
    with pytest.raises(Refusal, match=reason) as refusal:
        reach.refuse_database(url)

    assert "\n" not in str(refusal.value)
    assert "geheim" not in str(refusal.value)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "nonsense", "redis://127.0.0.1:none/0"])
def test_an_unreachable_broker_is_refused_in_one_sentence(url):
    with pytest.raises(Refusal, match="REDIS_URL cannot be reached") as refusal:
        reach.refuse_broker(url)

    assert "\n" not in str(refusal.value)


def test_other_commands_see_the_environment_while_the_servers_run(tmp_path):
    with beside.shared(tmp_path, {"PORT": "1"}):
        assert beside.environment_of(tmp_path) == {"PORT": "1"}

    with pytest.raises(Refusal, match="No script/server runs"):
        beside.environment_of(tmp_path)


def test_a_changed_lock_is_installed_again(tmp_path, monkeypatch):
    venv = tmp_path / ".venv"
    venv.mkdir()
    monkeypatch.setattr(installation, "ROOT", tmp_path)
    monkeypatch.setattr(installation, "VENV", venv)
    (tmp_path / "lock.txt").write_text("one")
    before = installation._fingerprint("lock.txt")

    (tmp_path / "lock.txt").write_text("two")

    assert installation._fingerprint("lock.txt") != before


@pytest.mark.parametrize(
    ("arguments", "are_shared"),
    [
        ([], True),
        (["-q", "-m", "not slow"], True),
        (["tests/outbox"], False),
        (["tests/outbox/test_outbox.py::test_two_workers_send_one_mail"], False),
        (["-k", "retry"], False),
    ],
)
def test_a_few_tests_are_run_by_one_process(arguments, are_shared):
    assert bool(trial.sharing(arguments)) == are_shared


def test_what_is_installed_for_development_is_enough_to_run(tmp_path, monkeypatch):
    venv = tmp_path / ".venv"
    venv.mkdir()
    monkeypatch.setattr(installation, "ROOT", tmp_path)
    monkeypatch.setattr(installation, "VENV", venv)
    monkeypatch.setattr(installation, "PYTHON", Path(sys.executable))
    for name in (installation.LOCAL, installation.DEVELOPMENT):
        (tmp_path / name).write_text(name)
    installation._stamp(installation.DEVELOPMENT).write_text(
        installation._fingerprint(installation.DEVELOPMENT)
    )

    installation.ensure(installation.LOCAL)

    assert not installation._stamp(installation.LOCAL).exists()


def test_an_environment_behind_a_link_is_never_emptied(tmp_path, monkeypatch):
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "kept").touch()
    (tmp_path / ".venv").symlink_to(shared)
    monkeypatch.setattr(installation, "VENV", tmp_path / ".venv")

    with pytest.raises(Refusal, match="remove the link"):
        installation._make()

    assert (shared / "kept").exists()
