import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from letters.signing import (
    Signature,
    canonical,
    envelope,
    is_genuine,
    is_known,
    published_keys,
    sign,
)

FACTS = {"name": "Nguyễn Żółkiewski", "hours": "160", "weeks": 4}
SEED = base64.b64encode(b"another seed of thirty-two bytes").decode()


def test_canonical_has_one_spelling():
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()
    assert canonical(dict(reversed(FACTS.items()))) == canonical(FACTS)


def test_what_we_signed_is_genuine():
    assert is_genuine(FACTS, sign(FACTS))


@pytest.mark.parametrize(
    "changed",
    [
        {"hours": "161"},
        {"name": "Nguyen Zolkiewski"},
        {"weeks": "4"},
        {"more": ""},
    ],
)
def test_one_changed_byte_is_not_genuine(changed):
    assert not is_genuine({**FACTS, **changed}, sign(FACTS))


@pytest.mark.parametrize("value", ["", "not base64", base64.b64encode(b"x" * 64).decode()])
def test_a_broken_signature_is_not_genuine(value):
    assert not is_genuine(FACTS, Signature(sign(FACTS).key_id, value))


def test_an_old_key_still_proves_what_it_signed(settings):
    old = sign(FACTS)
    settings.CERTIFICATE_OLD_KEYS = [settings.CERTIFICATE_KEY]
    settings.CERTIFICATE_KEY = SEED

    assert is_genuine(FACTS, old)
    assert sign(FACTS).key_id != old.key_id
    assert [key["kid"] for key in published_keys()] == [sign(FACTS).key_id, old.key_id]


def test_a_key_that_is_left_out_proves_nothing(settings):
    old = sign(FACTS)
    settings.CERTIFICATE_KEY = SEED

    assert not is_known(old.key_id)
    assert not is_genuine(FACTS, old)


def test_published_keys_check_an_envelope_without_us():
    """As a stranger does it: two files of JSON and any Ed25519."""
    whole = json.loads(envelope(FACTS, sign(FACTS)))
    key = next(one for one in published_keys() if one["kid"] == whole["key_id"])

    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "="))
    public.verify(base64.b64decode(whole["signature"]), canonical(whole["certificate"]))


def test_published_keys_hold_no_seed(settings):
    assert set(published_keys()[0]) == {"kty", "crv", "alg", "use", "kid", "x"}
    assert settings.CERTIFICATE_KEY not in json.dumps(published_keys())
