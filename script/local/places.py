"""Where servers, uploads and mail keep their data. Rights of a folder are set when we make it, never later."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from script.local.account import Account
from script.local.speech import Refusal, say

SYSTEM_DATA = Path("/var/lib/wardlight")


def settle(root: Path, wanted: Path | None, account: Account) -> Path:
    """The data folder, made if it is missing, which the database's account can enter.

    A folder that a person named is used or refused. The default one is given up for a
    place under /var/lib where a private home would shut the database out.
    """
    folder = _named(root, wanted)
    if account.may_enter(nearest_existing(folder)):
        return make(folder, account)
    fallback = _fallback(root)
    shut = closed_part(folder, account)
    reason = (
        f"You may not enter {shut}"
        if account.uid is None
        else f"PostgreSQL does not run as root, and only root may enter {shut}"
    )
    if wanted:
        raise Refusal(f"{reason}: name another place, for example --data {fallback}")
    say(f"{reason}: the data is kept in {fallback}")
    return make(fallback, account)


def known(root: Path, wanted: Path | None) -> Path:
    """The data folder that ``settle`` chose, or would choose."""
    folder, fallback = _named(root, wanted), _fallback(root)
    return fallback if wanted is None and (fallback / "lock").exists() else folder


def _named(root: Path, wanted: Path | None) -> Path:
    return (wanted or root / ".data").expanduser().absolute()


def _fallback(root: Path) -> Path:
    return SYSTEM_DATA / f"{root.name}-{fingerprint(root)}"


def nearest_existing(folder: Path) -> Path:
    return next(path for path in [folder, *folder.parents] if _is_there(path))


def closed_part(folder: Path, account: Account) -> Path:
    """The uppermost folder on the way that the account cannot enter."""
    existing = [path for path in [folder, *folder.parents] if _is_there(path)]
    return next(path for path in reversed(existing) if not account.may_enter(path))


def _is_there(path: Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110  Path.exists raises behind a closed folder


def fingerprint(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:8]


def make(folder: Path, account: Account) -> Path:
    """Make the folder and whatever is missing on the way."""
    missing = [path for path in [folder, *folder.parents] if not path.exists()]
    try:
        for path in reversed(missing):
            path.mkdir()
            open_to(account, path)
    except OSError as error:
        raise Refusal(f"The data folder {folder} cannot be made: {error.strerror}.") from None
    if not folder.is_dir():
        raise Refusal(f"{folder} is not a folder: name another one with --data.")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise Refusal(f"You may not write in {folder}: name another folder with --data.")
    return folder


def open_to(account: Account, made: Path) -> Path:
    """Give a folder that we just made its rights: ours alone, or passable for another account."""
    made.chmod(0o700 if account.uid is None else 0o711)
    return made


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """One launcher at a time works in a data folder."""
    with (folder / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(
                f"The data folder {folder} is in use by another script/server: "
                "stop that one, or name another folder with --data."
            ) from None
        yield
