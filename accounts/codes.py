"""Public codes of rows, at a path that migrations can rely on."""

import hashlib
import secrets


def new_code() -> str:
    """22 characters, 128 random bits: nobody finds a neighbour."""
    return secrets.token_urlsafe(16)


def digest(code: str) -> str:
    """What is kept of a code that opens something: the code itself stands in its mail alone."""
    return hashlib.sha256(code.encode()).hexdigest()
