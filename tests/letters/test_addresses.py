"""Addresses that nobody was given are refused in words, whatever stands in them."""

import pytest

from tests.factories.accounts import LearnerFactory

ABSURD = ["%00", "a%00b", "x" * 10_000, "%F0%9F%98%80", "é" * 64, "%E2%80%AE", "'%22;--", "%5Cx"]
ADDRESSES = [
    "/verify/{}/",
    "/certificates/{}/",
    "/letters/{}/",
    "/letters/{}/request.pdf",
    "/placements/{}/letter/",
    "/l/{}/",
    "/l/{}/request.pdf",
]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("code", ABSURD, ids=range(len(ABSURD)))
def test_nonsense_is_refused(client, address, code):
    client.force_login(LearnerFactory().user)

    found = client.get(address.format(code), follow=True)

    assert found.status_code == (400 if "%00" in code else 404)


@pytest.mark.parametrize("code", ABSURD, ids=range(len(ABSURD)))
def test_a_file_for_nonsense_is_refused_too(client, code):
    assert client.post(f"/verify/{code}/file/", {"file": ""}).status_code in {400, 404, 422}
