"""PostgreSQL refuses to run as root: the account that it runs as instead."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from script.local.speech import say

NAME = "wardlight"
NOBODY = "nobody"


@dataclass(frozen=True)
class Account:
    """Whom a child process runs as; without ids it is the person who started us."""

    uid: int | None = None
    gid: int | None = None

    def as_child(self) -> dict[str, Any]:
        """What ``subprocess`` wants to hear."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def may_enter(self, folder: Path) -> bool:
        """Tried, not computed: modes are not all that decides."""
        return self._succeeds(["/bin/sh", "-c", 'cd "$0"', str(folder)])

    def may_run(self, program: Path) -> bool:
        return self._succeeds([str(program), "--version"])

    def _succeeds(self, command: Sequence[str]) -> bool:
        try:
            done = subprocess.run(
                command, cwd="/", capture_output=True, check=False, **self.as_child()
            )
        except PermissionError:
            return False
        return done.returncode == 0


def for_database() -> Account:
    """Ourselves, or as root a system account of its own, made if it is missing."""
    if os.geteuid() != 0:
        return Account()
    entry = _find(NAME) or _make() or pwd.getpwnam(NOBODY)
    return Account(entry.pw_uid, entry.pw_gid)


def _find(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _make() -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd")
    if useradd is None:
        return None
    say(f"PostgreSQL does not run as root: making the system account {NAME} for it")
    options = ["--system", "--no-create-home", "--home-dir", "/nonexistent"]
    options += ["--shell", "/usr/sbin/nologin"]
    subprocess.run([useradd, *options, NAME], check=False)
    return _find(NAME)
