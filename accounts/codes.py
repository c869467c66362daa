"""Public codes of rows, at a path that migrations can rely on."""

import secrets


def new_code() -> str:
    """22 characters, 128 random bits: nobody finds a neighbour."""
    return secrets.token_urlsafe(16)
