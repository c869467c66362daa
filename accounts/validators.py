"""The formats of the field's identifiers (handbook 3.1, 3.2), and our password words."""

import re
import unicodedata
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

AAMC = re.compile(r"[0-9]{8}")
LETTER_ID = re.compile(r"[A-Z0-9-]{4,20}")
NPI = re.compile(r"[12][0-9]{9}")
PHONE = re.compile(r"\+?[0-9][0-9 ().\-/]{5,22}[0-9](?: ?(?:x|ext\.?) ?[0-9]{1,6})?", re.IGNORECASE)
# Joiners shape letters in Persian and in the scripts of India; other invisible marks hide something.
JOINERS = frozenset("\u200c\u200d")
# The constant that the prefix 80840 adds to the check sum.
NPI_PREFIX_SUM = 24


def clean_npi(text: str) -> str:
    """Ten digits without the separators people type. Raises ``ValidationError``.

    The check digit proves typing, not identity.
    """
    npi = re.sub(r"[\s.\-]", "", text)
    if not NPI.fullmatch(npi) or not _luhn(npi):
        raise ValidationError(
            _("This is not an NPI. It has ten digits, of which the last checks the others."),
            code="npi",
        )
    return npi


def _luhn(npi: str) -> bool:
    digits = [int(digit) for digit in reversed(npi)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled) + NPI_PREFIX_SUM) % 10 == 0


def clean_aamc_id(text: str) -> str:
    """Eight digits. Raises ``ValidationError``."""
    aamc_id = re.sub(r"[\s\-]", "", text)
    if aamc_id and not AAMC.fullmatch(aamc_id):
        raise ValidationError(_("An AAMC ID has eight digits."), code="aamc_id")
    return aamc_id


def clean_usmle_id(text: str) -> str:
    """Eight digits, typed as ``0-123-456-7`` or without hyphens. Raises ``ValidationError``."""
    usmle_id = re.sub(r"[\s\-]", "", text)
    if usmle_id and not AAMC.fullmatch(usmle_id):
        raise ValidationError(
            _("A USMLE/ECFMG ID has eight digits, printed as 0-123-456-7."), code="usmle_id"
        )
    return usmle_id


def clean_letter_id(text: str) -> str:
    """ERAS Letter ID, in capitals. Raises ``ValidationError``."""
    letter_id = text.strip().upper()
    if letter_id and not LETTER_ID.fullmatch(letter_id):
        raise ValidationError(
            _("A Letter ID has 4 to 20 letters and digits. Copy it from your letter request form."),
            code="letter_id",
        )
    return letter_id


def check_address(address: str) -> None:
    """Refuses an address that only looks like another one (promise C13).

    ſ, K and İ are not s, k and i, though capitals of one are capitals of the other: such a local
    part could collect what is meant for somebody else. A domain in its own script is fine.
    """
    local, _at, domain = address.rpartition("@")
    if not local.isascii() or unicodedata.normalize("NFKC", domain) != domain:
        raise ValidationError(_("Enter a valid e-mail address."), code="invalid")


def clean_person_name(text: str) -> str:
    """As typed, in any script, in one line and without marks that nobody sees."""
    seen = (" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    kept = (c for c in seen if c in JOINERS or unicodedata.category(c)[0] != "C")
    return " ".join("".join(kept).split())


def clean_phone(text: str) -> str:
    """A number that can be called, as typed. Raises ``ValidationError``."""
    phone = " ".join(text.split())
    if phone and not PHONE.fullmatch(phone):
        raise ValidationError(
            _("Enter a phone number with its country code, for example +234 803 555 0142."),
            code="phone",
        )
    return phone


class NotOurWords:
    """Refuses passwords built on words that everybody here would try first (promise A3)."""

    WORDS = ("rotation", "clinic", "preceptor", "residency", "wardlight", "password")

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002
        bare = re.sub(r"[^a-z]", "", password.lower())
        words = {*self.WORDS, re.sub(r"[^a-z]", "", settings.PORTAL["name"].lower())} - {""}
        for word in words:
            if word in bare and len(bare.replace(word, "")) < len(word):
                raise ValidationError(
                    _("Choose a password that is not built on the word “%(word)s”."),
                    code="password_word",
                    params={"word": word},
                )

    def get_help_text(self) -> str:
        return str(gettext_lazy("Leave out words such as “rotation” or “clinic”."))
