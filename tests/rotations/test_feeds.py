from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from tests.factories.accounts import UserFactory
from tests.factories.rotations import ListingFactory, SiteFactory, SpecialtyFactory, StateFactory

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
BASE = "https://rotations.example"


@pytest.fixture(autouse=True)
def _own_name(settings):
    settings.SITE_URL = BASE
    settings.PORTAL = settings.PORTAL | {"name": "Rotations <& Co>"}


def parsed(response):
    return ElementTree.fromstring(response.content)  # noqa: S314  our own


def entries(response):
    root = parsed(response)
    return [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")] + [
        item.findtext("title") for item in root.iter("item")
    ]


@pytest.mark.parametrize("ending", ["rss", "atom"])
def test_newest_first_under_our_name(client, ending):
    now = timezone.now()
    ListingFactory(title="Older", published_at=now - timedelta(days=2))
    ListingFactory(title="Newer <b>", published_at=now)

    response = client.get(f"/rotations/feed.{ending}")

    assert entries(response) == ["Newer <b>, Houston, Texas", "Older, Houston, Texas"]
    assert f"application/{ending}+xml" in response["Content-Type"]
    assert f"{BASE}/rotations/feed.{ending}" in response.text
    assert "testserver" not in response.text
    assert "Rotations &lt;&amp; Co&gt;" in response.text


@pytest.mark.parametrize("status", ["draft", "in_review", "paused", "archived"])
def test_shows_nothing_that_is_not_public(client, status):
    ListingFactory(status=status)
    hidden = ListingFactory()
    hidden.preceptor.suspended_at, hidden.preceptor.suspended_by = timezone.now(), UserFactory()
    hidden.preceptor.save()

    assert entries(client.get("/rotations/feed.atom")) == []


def test_of_a_field_and_of_a_state_shows_theirs_alone(client):
    heart = SpecialtyFactory(slug="cardiology", name="Cardiology")
    florida = StateFactory(abbr="FL", name="Florida")
    ListingFactory(title="Ward")
    ListingFactory(title="Heart", specialty=heart, site=SiteFactory(state=florida))

    assert entries(client.get("/specialties/cardiology/feed.rss")) == ["Heart, Houston, Florida"]
    assert entries(client.get("/states/texas/feed.atom")) == ["Ward, Houston, Texas"]
    assert client.get("/states/atlantis/feed.atom").status_code == 404


def test_a_summary_cannot_bring_html(client):
    ListingFactory(summary="Rounds <script>alert(1)</script>")

    summary = next(parsed(client.get("/rotations/feed.atom")).iter(f"{ATOM}summary"))

    assert "&lt;script&gt;" in summary.text


def test_who_has_it_already_gets_no_body(client):
    ListingFactory()
    first = client.get("/rotations/feed.atom")

    again = client.get("/rotations/feed.atom", headers={"if-none-match": first["ETag"]})

    assert first["Cache-Control"] == "public, max-age=900"
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["/rotations/", "/specialties/internal-medicine/", "/states/texas/"]
)
def test_pages_name_their_feeds(client, path):
    ListingFactory()

    text = client.get(path).text

    assert f'type="application/atom+xml" href="{path}feed.atom"' in text
    assert f'type="application/rss+xml" href="{path}feed.rss"' in text


@pytest.mark.parametrize("size", [1, 3])
def test_takes_one_query(client, size, django_assert_num_queries):
    ListingFactory.create_batch(size)

    with django_assert_num_queries(1):
        client.get("/rotations/feed.atom")
