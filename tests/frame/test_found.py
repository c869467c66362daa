"""Sitemap, robots, manifest and pictures: public pages alone, under the portal's own name."""

import re
from xml.etree import ElementTree

import pytest
from django.contrib.staticfiles import finders
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from PIL import Image

from config.found import PRIVATE, SITEMAPS
from guides.models import Guide, Page
from guides.sitemaps import PublicPages
from tests.factories.accounts import PreceptorFactory, UserFactory
from tests.factories.rotations import ListingFactory, SpecialtyFactory, StateFactory
from tests.test_access import SIGN_IN, TABLE

pytestmark = pytest.mark.django_db

BASE = "https://rotations.example"
NS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(autouse=True)
def _own_name(settings):
    settings.SITE_URL = BASE
    settings.PORTAL = settings.PORTAL | {"name": "Harbor Rotations"}


def parsed(response):
    return ElementTree.fromstring(response.content)  # noqa: S314  our own


def locations(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml"
    found = [one.text for one in parsed(response).iter(f"{NS}loc")]
    assert all(one.startswith(f"{BASE}/") for one in found)
    return [one.removeprefix(BASE) for one in found]


def size_of(path):
    with Image.open(path) as picture:
        return picture.size


def everything(client):
    return [page for part in locations(client, "/sitemap.xml") for page in locations(client, part)]


def test_all_that_the_sitemap_names_is_there_and_may_be_listed(client):
    ListingFactory()
    StateFactory(abbr="AL", name="Alabama")
    SpecialtyFactory(slug="cardiology", name="Cardiology")
    Guide.objects.create(slug="visas", title="Visas", group="visa", body="Text")
    Page.objects.create(slug="terms", title="Terms", body="Text")

    found = everything(client)

    assert {"/", "/rotations/", "/specialties/internal-medicine/", "/states/texas/",
            "/guides/visas/", "/terms/"} <= set(found)  # fmt: skip
    assert len([one for one in found if one.startswith("/rotations/")]) == 2
    assert len([one for one in found if one.startswith("/preceptors/")]) == 1
    for path in found:
        response = client.get(path)
        assert response.status_code == 200, path
        assert "noindex" not in response.text, path
        assert f'<link rel="canonical" href="{BASE}{path}">' in response.text


def test_what_is_not_public_is_not_in_it(client):
    for status in ("draft", "in_review", "paused", "archived"):
        ListingFactory(status=status, preceptor__verified_at=None, preceptor__verified_by=None)
    suspended = PreceptorFactory(suspended_at=timezone.now(), suspended_by=UserFactory())
    ListingFactory(preceptor=suspended)
    Guide.objects.create(slug="x", title="X", group="visa", body="Text", is_published=False)

    found = everything(client)

    public = {"/", "/rotations/", "/specialties/", "/states/", "/guides/"}
    assert {one for one in found if not one.startswith("/preceptors/")} == public
    assert suspended.get_absolute_url() not in found


def test_listings_are_split_and_carry_their_day(client, monkeypatch):
    monkeypatch.setattr(PublicPages, "limit", 2)
    ListingFactory.create_batch(3)

    parts = [one for one in locations(client, "/sitemap.xml") if "listings" in one]

    assert parts == ["/sitemap-listings.xml", "/sitemap-listings.xml?p=2"]
    assert [len(locations(client, part)) for part in parts] == [2, 1]
    assert f"<lastmod>{timezone.localdate()}" in client.get(parts[1]).text
    assert client.get("/sitemap-listings.xml?p=9").status_code == 404
    assert client.get("/sitemap-people.xml").status_code == 404


@pytest.mark.parametrize("size", [1, 3])
def test_a_part_does_not_ask_more_for_more(client, size, django_assert_num_queries):
    ListingFactory.create_batch(size)

    with django_assert_num_queries(3):
        client.get("/sitemap-listings.xml")


def test_robots_leads_to_the_map_and_away_from_what_is_private(client):
    text = client.get("/robots.txt").text

    assert f"Sitemap: {BASE}/sitemap.xml" in text
    assert "Disallow: /admin/" in text
    for path in PRIVATE:
        assert not any(re.match(path.replace("*", "[^/]+"), page) for page in everything(client))


def test_robots_names_each_page_that_asks_for_a_sign_in():
    paths = []
    for name, answers in TABLE.items():
        if answers["anonymous"] == SIGN_IN and name != "favicon":
            try:
                paths.append(reverse(name))
            except NoReverseMatch:
                continue

    assert [path for path in paths if not path.startswith(PRIVATE)] == []


@pytest.mark.parametrize(
    "path", ["/robots.txt", "/sitemap.xml", "/sitemap-guides.xml", "/site.webmanifest"]
)
def test_who_has_it_already_gets_no_body(client, path):
    first = client.get(path)

    assert "public" in first["Cache-Control"]
    assert not first.cookies
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 304


def test_a_page_that_says_nothing_of_itself_is_not_listed(client):
    for path in ("/accounts/login/", "/theme/", "/verify/"):
        assert '<meta name="robots" content="noindex">' in client.get(path).text


def test_manifest_has_the_portals_name_and_real_pictures(client):
    facts = client.get("/site.webmanifest").json()

    assert facts["name"] == "Harbor Rotations"
    for icon in facts["icons"]:
        file = finders.find(icon["src"].removeprefix("/static/"))
        width, height = (int(n) for n in icon["sizes"].split("x"))
        assert size_of(file) == (width, height)


@pytest.mark.parametrize(
    ("name", "size"),
    [("share.png", (1200, 630)), ("apple-touch-icon.png", (180, 180)), ("favicon.ico", (32, 32))],
)
def test_pictures_have_the_size_that_is_expected(name, size):
    assert size_of(finders.find(f"icons/{name}")) == size


def test_sections_are_those_that_are_promised():
    assert list(SITEMAPS) == [
        "pages", "owed", "guides", "specialties", "states", "preceptors", "listings"
    ]  # fmt: skip
