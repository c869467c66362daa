"""script/test, second half: throw-away servers, then pytest."""

import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from script.local import account, children, installation, places, postgres, stopping, valkey
from script.local.account import Account
from script.local.speech import Refusal, one_sentence

FOLDERS = [tempfile.gettempdir(), "/var/tmp", "/tmp"]  # noqa: S108
STOP_SECONDS = 20
# Every test is shared by two processes; who names a few waits less for one.
SHARED = ["-n", "2"]
# What is set in the shell is meant for a portal, not for its tests.
FOREIGN = ["DJANGO_SETTINGS_MODULE", "SITE_URL", "ALLOWED_HOSTS", "DEBUG", "EMAIL_URL", "PORT"]


def main() -> None:
    stopping.listen()
    browser, *arguments = sys.argv[1:]
    try:
        with one_sentence():
            status = run(browser, arguments)
    except stopping.Stopped as stopped:
        status = stopped.status
    sys.exit(status)


def run(browser: str, arguments: list[str]) -> int:
    runs_as = account.for_database()
    with ExitStack() as started:
        data = started.enter_context(throw_away(runs_as))
        database = started.enter_context(postgres.running(data, runs_as, postgres.FOR_TESTS))
        broker = started.enter_context(valkey.running(data, durable=False))
        environment = {
            **installation.environment(),
            "DATABASE_URL": database,
            "REDIS_URL": broker,
            "DATA_DIR": str(data),
            "CHROME": browser,
        }
        for name in FOREIGN:
            environment.pop(name, None)
        tests = children.running(
            [installation.PYTHON, "-m", "pytest", *sharing(arguments), *arguments],
            stop_signal=signal.SIGINT,
            patience=STOP_SECONDS,
            cwd=installation.ROOT,
            env=environment,
        )
        return started.enter_context(tests).wait()


def sharing(arguments: list[str]) -> list[str]:
    """pytest's options for more than one process; what is said on the command line counts more."""
    named = any((installation.ROOT / word.split("::")[0]).exists() for word in arguments)
    return [] if named or any(word.startswith("-k") for word in arguments) else SHARED


@contextmanager
def throw_away(runs_as: Account) -> Iterator[Path]:
    """A folder of ours that the database's account may pass, gone afterwards."""
    parent = next((Path(name) for name in FOLDERS if runs_as.may_enter(Path(name))), None)
    if parent is None:
        raise Refusal("The tests need a folder for temporary files: name one in TMPDIR.")
    folder = Path(tempfile.mkdtemp(prefix="wardlight-test-", dir=parent))
    try:
        yield places.open_to(runs_as, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
