"""The code that a person types from a certificate (handbook 3.8)."""

import re
import secrets

# Without 0 O 1 I L: nobody has to guess what is printed. 17 of 31 letters are 84 bits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 17


def new_certificate_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def clean_code(text: str) -> str:
    """Case, dashes and spaces do not matter; what remains may still be unknown."""
    return re.sub(r"[\s\-–—.]", "", text).upper()[:64]


def grouped(code: str) -> str:
    """As it is printed: W7QF-3KX9-MTRE-P6V2H."""
    return "-".join([code[:4], code[4:8], code[8:12], code[12:]])
