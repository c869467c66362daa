"""Ed25519 over canonical JSON: what a certificate states can be checked by anybody, offline."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

ALGORITHM = "Ed25519"
KEY_ID_LENGTH = 16


@dataclass(frozen=True)
class Signature:
    key_id: str
    value: str


def canonical(facts: Mapping[str, Any]) -> bytes:
    """The one spelling of these facts: sorted keys, UTF-8, no spaces."""
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def sign(facts: Mapping[str, Any]) -> Signature:
    key = _private_key(settings.CERTIFICATE_KEY)
    value = base64.b64encode(key.sign(canonical(facts))).decode()
    return Signature(_key_id(key.public_key()), value)


def is_known(key_id: str) -> bool:
    """Whether it is a key that we publish; one that was stolen is not."""
    return key_id in _public_keys()


def is_genuine(facts: Mapping[str, Any], signature: Signature) -> bool:
    """Whether one of our keys signed exactly these facts."""
    key = _public_keys().get(signature.key_id)
    if key is None:
        return False
    try:
        key.verify(base64.b64decode(signature.value, validate=True), canonical(facts))
    except (InvalidSignature, ValueError):
        return False
    return True


def envelope(facts: Mapping[str, Any], signature: Signature) -> bytes:
    """What is attached to the PDF: the facts with all that a check needs but the public key."""
    proof = {"algorithm": ALGORITHM, "key_id": signature.key_id, "signature": signature.value}
    whole = {"certificate": facts, **proof}
    return json.dumps(whole, sort_keys=True, ensure_ascii=False, indent=2).encode()


def published_keys() -> list[dict[str, str]]:
    """Our public keys as a JSON Web Key Set lists them, the present one first (RFC 8037)."""
    return [
        {
            "kty": "OKP",
            "crv": ALGORITHM,
            "alg": "EdDSA",
            "use": "sig",
            "kid": key_id,
            "x": base64.urlsafe_b64encode(key.public_bytes_raw()).decode().rstrip("="),
        }
        for key_id, key in _public_keys().items()
    ]


def _private_key(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed, altchars=b"-_"))


def _public_keys() -> dict[str, Ed25519PublicKey]:
    seeds = [settings.CERTIFICATE_KEY, *settings.CERTIFICATE_OLD_KEYS]
    keys = [_private_key(seed).public_key() for seed in seeds]
    return {_key_id(key): key for key in keys}


def _key_id(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:KEY_ID_LENGTH]
