"""What search engines read of a page: valid, safe, and of public things alone."""

import json
import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from guides.models import Guide
from guides.templatetags.found import json_ld
from rotations.actions.seats import move_seats
from rotations.blocks import Block
from rotations.kinds import HandsOn
from tests.factories.accounts import PreceptorFactory, UserFactory
from tests.factories.rotations import ListingFactory, SpecialtyFactory, open_seats

pytestmark = pytest.mark.django_db

BASE = "https://rotations.example"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture(autouse=True)
def _own_name(settings):
    settings.SITE_URL = BASE
    settings.PORTAL = settings.PORTAL | {"name": "Harbor Rotations"}


def things(response):
    """Type → facts, of the one block that the page has."""
    (text,) = BLOCK.findall(response.text)
    data = json.loads(text)
    assert data["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in data["@graph"]}


def names_of(crumbs):
    places = [item["position"] for item in crumbs["itemListElement"]]
    assert places == list(range(1, len(places) + 1))
    assert all(item["item"].startswith(f"{BASE}/") for item in crumbs["itemListElement"])
    return [item["name"] for item in crumbs["itemListElement"]]


def test_listing_is_a_course_with_dates_price_provider_and_place(client):
    listing = ListingFactory(title="Ward medicine", hours_per_week=40)
    monday, *_rest = open_seats(listing, 4, capacity=2)
    move_seats(take=Block(monday, 4).of(listing.pk))

    found = things(client.get(listing.get_absolute_url()))

    course = found["Course"]
    assert course["name"] == "Ward medicine"
    assert course["url"] == f"{BASE}{listing.get_absolute_url()}"
    assert course["provider"]["name"] == "Harbor Rotations"
    assert course["offers"] | {"price": "1750.00", "priceCurrency": "USD"} == course["offers"]
    (instance,) = course["hasCourseInstance"]
    assert instance["@type"] == ["CourseInstance", "EducationEvent"]
    assert instance["startDate"] == monday.isoformat()
    assert instance["endDate"] == Block(monday, 4).end_on.isoformat()
    assert instance["courseMode"] == "Onsite"
    assert instance["courseWorkload"] == "PT160H"
    assert instance["remainingAttendeeCapacity"] == 1
    assert instance["location"]["@id"] == found["Place"]["@id"]
    assert instance["instructor"]["@id"] == found["Person"]["@id"]
    assert found["Place"]["address"]["addressRegion"] == "TX"
    assert listing.site.street not in json.dumps(found)
    assert names_of(found["BreadcrumbList"]) == ["Rotations", "Internal medicine", "Ward medicine"]


def test_a_full_block_is_sold_out_and_a_telerotation_is_online(client):
    listing = ListingFactory(hands_on=HandsOn.REMOTE)
    monday, *_rest = open_seats(listing, 4, capacity=1)
    move_seats(take=Block(monday, 4).of(listing.pk))

    found = things(client.get(listing.get_absolute_url()))

    (instance,) = found["Course"]["hasCourseInstance"]
    assert instance["offers"]["availability"] == "https://schema.org/SoldOut"
    assert instance["courseMode"] == "Online"
    assert "Place" not in found


def test_a_title_cannot_break_out(client):
    evil = "</script><script>alert(1)</script><!--"
    listing = ListingFactory(title=evil, summary=evil)

    response = client.get(listing.get_absolute_url())

    assert things(response)["Course"]["name"] == evil
    assert "<script>alert" not in response.text
    assert "<!--" not in response.text


@pytest.mark.parametrize("text", ["</ScRiPt>", "]]>", "&lt;", "\u2028", '"', "\\"])
def test_json_ld_gives_back_what_it_got_and_holds_no_markup(text):
    block = str(json_ld({"name": text}))
    inside = block.removeprefix('<script type="application/ld+json">').removesuffix("</script>")

    assert json.loads(inside) == {"name": text}
    assert not set("<>&") & set(inside)


@pytest.mark.parametrize("status", ["draft", "in_review", "paused", "archived"])
def test_what_only_its_preceptor_sees_is_described_to_nobody(client, status):
    listing = ListingFactory(status=status)
    client.force_login(listing.preceptor.user)

    response = client.get(listing.get_absolute_url())

    assert response.status_code == 200
    assert not BLOCK.search(response.text)
    assert '<meta name="robots" content="noindex">' in response.text
    assert "og:" not in response.text


def test_preceptor_is_a_person_and_tells_no_number(client):
    preceptor = PreceptorFactory(npi="1234567893", languages=["English"], statement="I ask.")
    ListingFactory(preceptor=preceptor)

    found = things(client.get(preceptor.get_absolute_url()))

    person = found["Person"]
    assert person["name"] == preceptor.user.name
    assert person["knowsLanguage"] == ["English"]
    assert person["knowsAbout"] == ["Internal medicine"]
    assert "1234567893" not in json.dumps(found)
    assert names_of(found["BreadcrumbList"]) == ["Rotations", preceptor.title]


def test_a_suspended_preceptor_is_no_instructor(client):
    listing = ListingFactory()
    listing.preceptor.suspended_at = timezone.now()
    listing.preceptor.suspended_by = UserFactory()
    listing.preceptor.save()

    assert client.get(listing.get_absolute_url()).status_code == 404


def test_guide_is_an_article(client):
    Guide.objects.create(
        slug="visas",
        title="Visas",
        summary="In short",
        group="visa",
        body="Text",
        reviewed_by="Dana",
    )

    found = things(client.get("/guides/visas/"))

    assert found["Article"]["headline"] == "Visas"
    assert found["Article"]["publisher"]["name"] == "Harbor Rotations"
    assert names_of(found["BreadcrumbList"]) == ["Guides", "Visas"]


def test_home_says_whose_portal_it_is_and_how_to_search_it(client):
    found = things(client.get("/"))

    assert found["Organization"]["name"] == "Harbor Rotations"
    target = found["WebSite"]["potentialAction"]["target"]["urlTemplate"]
    assert target == f"{BASE}/rotations/?q={{search_term_string}}"
    assert client.get(urlsplit(target).path, {"q": "heart"}).status_code == 200


def test_field_and_state_say_the_way_here(client):
    ListingFactory(weeks=4)

    for page, name in (("/specialties/internal-medicine/", "Internal medicine"),
                       ("/states/texas/", "Texas")):  # fmt: skip
        found = things(client.get(page))
        assert names_of(found["BreadcrumbList"])[-1] == name


@pytest.mark.parametrize(
    ("query", "path", "is_indexed"),
    [
        ("", "/rotations/", True),
        ("page=2", "/rotations/", True),
        ("sort=price&q=", "/rotations/", True),
        ("q=heart", "/rotations/", False),
        ("specialty=internal-medicine", "/specialties/internal-medicine/", False),
        ("specialty=internal-medicine&page=3", "/specialties/internal-medicine/", False),
        ("specialty=internal-medicine&state=TX", "/rotations/", False),
        ("specialty=alchemy", "/rotations/", False),
        ("specialty=%22%3E%3Cb%3E&x=1", "/rotations/", False),
    ],
)
def test_a_filtered_catalogue_has_the_address_of_the_whole(client, query, path, is_indexed):
    SpecialtyFactory()

    text = client.get(f"/rotations/?{query}").text

    assert f'<link rel="canonical" href="{BASE}{path}">' in text
    assert ('content="noindex"' not in text) == is_indexed


def test_a_shared_link_has_a_card(client):
    listing = ListingFactory(title='Ward "one"', summary="Rounds & clinic. " * 14)

    text = client.get(listing.get_absolute_url()).text

    facts = dict(re.findall(r'<meta property="(og:[a-z_:]+)" content="([^"]*)">', text))
    assert facts["og:title"] == "Ward &quot;one&quot;, Houston, Texas"
    assert facts["og:site_name"] == "Harbor Rotations"
    assert facts["og:url"] == f"{BASE}{listing.get_absolute_url()}"
    assert facts["og:image"].startswith(f"{BASE}/static/icons/share")
    assert len(unescape(facts["og:description"])) == 200
    assert '<meta name="twitter:card" content="summary_large_image">' in text
    assert f'data-copy="{BASE}{listing.get_absolute_url()}"' in text
    assert "mailto:?subject=Ward" in text
