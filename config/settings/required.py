"""What production asks of a variable. A refusal says what is wanted, never what was given."""

import base64
import binascii
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

import dj_email_url
from environs import ValidationError

SECRET_LENGTH = 50
KEY_BYTES = 32
VARIETY = 10  # different characters: "aaaa…" is long and no secret
KNOWN_TO_ALL = ("development-only", "django-insecure", "change", "secret")


def not_empty(value: str | Sequence[str]) -> None:
    if not value:
        raise ValidationError("Environment variable is empty.")


def not_everybody(hosts: Sequence[str]) -> None:
    not_empty(hosts)
    if any(host.strip() in {"", "*"} for host in hosts):
        raise ValidationError("Must name the portal's hosts, and not * for all.")


def networks(values: Sequence[str] | None) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(value.strip()) for value in values or [] if value.strip()]
    except ValueError:
        raise ValidationError(
            "Must name addresses or networks, as in 127.0.0.1,10.1.0.0/16."
        ) from None


def mail_server(value: str) -> None:
    if "EMAIL_BACKEND" not in dj_email_url.parse(value):
        raise ValidationError("Must look like submission://user:password@mail.example:587.")


def scanner(value: str) -> None:
    """A socket of this machine, or a host with its port; or none at all."""
    host, _colon, port = value.rpartition(":")
    is_path = value.removeprefix("unix://").startswith("/")
    if value and not is_path and not (host and port.isdecimal()):
        raise ValidationError("Must look like /run/clamav/clamd.ctl or clamav:3310.")


def bucket(value: str) -> None:
    url = urlsplit(value)
    if value and not (url.scheme == "s3" and url.path.strip("/")):
        raise ValidationError("Must look like s3://key:secret@s3.example.net/bucket?region=here.")


def secret(value: str) -> None:
    known = value.lower().startswith(KNOWN_TO_ALL)
    if known or len(value) < SECRET_LENGTH or len(set(value)) < VARIETY:
        raise ValidationError(f"Must be {SECRET_LENGTH} or more random characters of your own.")


def signing_key(value: str) -> None:
    try:
        key = base64.b64decode(value, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    known = key.lower().startswith(KNOWN_TO_ALL[0].encode())
    if known or len(key) != KEY_BYTES or len(set(key)) < VARIETY:
        raise ValidationError(f"Must be {KEY_BYTES} random bytes of your own, in base64.")


def encryption_keys(values: Sequence[str]) -> None:
    not_empty(values)
    for value in values:
        signing_key(value)
