"""Which passwords are taken (promise A3)."""

import gzip
from pathlib import Path

import pytest
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from accounts.models import User
from tests.frame.signing import is_signed_in, make_person, sign_in, sign_up

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "weak",
    ["password1234", "Rotation2027!", "wardlight12345", "short", "amaranwosu12", "wardlight-2027",
     "clinic-clinic"],
)  # fmt: skip
def test_weak_passwords_are_refused(client, weak):
    response = client.post(
        "/accounts/signup/",
        {
            "email": "amaranwosu@example.com",
            "name": "Amara Nwosu",
            "password1": weak,
            "terms": "on",
        },
    )

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"password1"}
    assert not User.objects.exists()


def common_passwords():
    path = Path(password_validation.__file__).with_name("common-passwords.txt.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [line.strip() for line in lines]


def faults(password):
    try:
        password_validation.validate_password(password)
    except ValidationError as refusal:
        return {fault.code for fault in refusal.error_list}
    return set()


def test_the_most_common_are_refused():
    common = common_passwords()
    long = [word for word in common if len(word) >= 12]

    assert len(common) >= 3000
    assert [word for word in common if not faults(word)] == []
    assert long
    assert [word for word in long if "password_too_common" not in faults(word)] == []


@pytest.mark.parametrize("long", ["x7 " * 42 + "é ", "ключ замок дождь река 🔑 "])
def test_long_passwords_of_any_kind_are_taken_unchanged(client, long):
    assert 12 <= len(long) <= 128
    user = make_person()
    user.set_password(long)
    user.save()

    assert sign_in(client, user, long.strip()).status_code == 422
    assert sign_in(client, user, long).status_code == 302
    assert is_signed_in(client)


@pytest.mark.parametrize("long", ["x7 " * 42 + "é ", "ключ замок дождь река 🔑 "])
def test_sign_up_takes_them(client, long):
    fields = {"email": "a@example.com", "name": "Amara Nwosu", "password1": long, "terms": "on"}

    assert client.post("/accounts/signup/", fields).status_code == 302
    assert User.objects.get().check_password(long)


def test_nobody_is_made_to_mix_characters(client):
    assert sign_up(client, "a@example.com").status_code == 302
