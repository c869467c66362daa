"""script/server, second half: servers, data, processes, and an orderly end."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from script.local import (
    account,
    beside,
    children,
    installation,
    keys,
    options,
    places,
    postgres,
    probe,
    reach,
    stopping,
    valkey,
)
from script.local.options import Options
from script.local.speech import Refusal, one_sentence, say

PASSWORD = "wardlight-demo"  # noqa: S105  known to all, and said on every page
PEOPLE = ["learner", "preceptor", "office", "coordinator", "admin"]
STOP_SECONDS = 30
# Celery's advice for servers; on this machine root was a choice.
ROOT_IS_MEANT = "ignore:You're running the worker with superuser privileges"


def main() -> None:
    os.umask(0o077)  # uploads and mail are nobody else's
    stopping.listen()
    try:
        with one_sentence():
            status = run(options.parse())
    except stopping.Stopped as stopped:
        status = stopped.status
    sys.exit(status)


def run(chosen: Options) -> int:
    """Serve until somebody stops us, or until one of the processes ends."""
    database, broker = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if database:
        reach.refuse_database(database)
    if broker:
        reach.refuse_broker(broker)
    runs_as = account.Account() if database else account.for_database()
    data = places.settle(installation.ROOT, chosen.data, runs_as)
    with ExitStack() as started:
        started.enter_context(places.held(data))
        started.callback(say, f"Stopped. The data is kept in {data}")
        environment = settings(chosen, data)
        if not database:
            care = postgres.LIKE_PRODUCTION if chosen.production else postgres.FOR_DEVELOPMENT
            database = started.enter_context(postgres.running(data, runs_as, care))
        if not broker:
            broker = started.enter_context(valkey.running(data, durable=True))
        environment |= {"DATABASE_URL": database, "REDIS_URL": broker}
        started.enter_context(beside.shared(data, environment))
        prepare(chosen, environment)
        return serve(chosen, data, environment)


def settings(chosen: Options, data: Path) -> dict[str, str]:
    """What the portal reads from its environment; what is given already, stays."""
    defaults = {
        "SITE_URL": f"http://localhost:{chosen.port}",
        "ALLOWED_HOSTS": "localhost",
        "WEB_THREADS": "4",
        **keys.kept_in(data),
    }
    if chosen.production:
        defaults |= {"EMAIL_URL": "file:", "TRUSTED_PROXIES": "127.0.0.1"}
    else:
        defaults |= {"GUNICORN_CMD_ARGS": "--reload"}
    if os.geteuid() == 0:
        defaults["PYTHONWARNINGS"] = ROOT_IS_MEANT
    return {
        **{name: os.environ.get(name) or value for name, value in defaults.items()},
        "DJANGO_SETTINGS_MODULE": f"config.settings.{'production' if chosen.production else 'dev'}",
        "DATA_DIR": str(data),
        "PORT": str(chosen.port),
    }


def prepare(chosen: Options, environment: Mapping[str, str]) -> None:
    say("Bringing the database up to date")
    loads = ["--demo"] if chosen.demo else []
    prepared = subprocess.run(
        [installation.PYTHON, "-P", "-m", "script.local.prepare", *loads],
        cwd=installation.ROOT,
        env={**installation.environment(), **environment, "PYTHONPATH": str(installation.ROOT)},
        check=False,
    )
    if prepared.returncode:
        raise Refusal("The database could not be brought up to date; why is said above.")


def serve(chosen: Options, data: Path, environment: Mapping[str, str]) -> int:
    """Run the Procfile; its exit status."""
    with children.running(
        [installation.PYTHON, "-m", "honcho", "--env", os.devnull, "start", "-p", str(chosen.port)],
        stop_signal=signal.SIGTERM,
        patience=STOP_SECONDS,
        cwd=installation.ROOT,
        env={**installation.environment(), **environment},
        stdin=subprocess.DEVNULL,
    ) as honcho:
        told = (honcho, chosen, data, environment)
        threading.Thread(target=greet, args=told, daemon=True).start()
        return honcho.wait()


def greet(
    honcho: subprocess.Popen[bytes], chosen: Options, data: Path, environment: Mapping[str, str]
) -> None:
    """Say where everything is, as soon as the web server answers."""
    while honcho.poll() is None:
        if probe.is_alive(chosen.port, "localhost"):
            say(greeting(chosen, data, environment))
            return
        time.sleep(0.2)


def greeting(chosen: Options, data: Path, environment: Mapping[str, str]) -> str:
    site = f"http://localhost:{chosen.port}"
    lines = [f"The portal is ready:  {site}/"]
    if reach.has_demo(environment["DATABASE_URL"]):
        logins = [f"{person}@demo.example" for person in PEOPLE]
        lines += [f"Sign in as            {logins[0]}", *(f"{'':22}{name}" for name in logins[1:])]
        lines += [f"with the password     {PASSWORD}"]
        beside_it = f"--data {chosen.data} " if chosen.data else ""
        lines += [f"and for staff a code  script/manage {beside_it}demo --codes"]
    mailbox = f"files in {data / 'mail'}" if chosen.production else f"{site}/dev/mail/"
    lines += [f"Its mail              {mailbox}", f"Its data              {data}"]
    lines += ["To stop everything    Ctrl-C"]
    return "\n" + "\n".join(f"  {line}" for line in lines) + "\n"


if __name__ == "__main__":
    main()
