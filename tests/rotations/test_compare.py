"""Up to four listings side by side."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.accounts import DocumentTypeFactory, LearnerFactory
from tests.factories.rotations import ListingFactory, RequirementFactory, open_seats
from tests.rotations.alerts import saved
from tests.rotations.pages import html

pytestmark = pytest.mark.django_db


def address(*listings):
    return "/compare/?" + "&".join(f"r={one.slug}" for one in listings)


def columns(client, *listings):
    return [one.listing for one in client.get(address(*listings)).context["columns"]]


def put(client, listing, move="add", **more):
    url = reverse("rotations:compare_listing", args=[listing.slug])
    return client.post(url, {"move": move, **more}, follow=True)


def test_shows_them_in_the_order_of_the_address_four_at_most(client):
    listings = ListingFactory.create_batch(5)

    assert columns(client, *reversed(listings[:3])) == list(reversed(listings[:3]))
    assert columns(client, *listings) == listings[:4]
    assert columns(client, listings[0], listings[0]) == listings[:1]
    assert "1 rotation is left out" in html(client.get(address(*listings)))


def test_lines_that_differ_are_bold(client):
    site = ListingFactory().site
    one, other = (
        ListingFactory(site=site, fee_per_week=fee, usual_weeks=weeks, max_weeks=8)
        for fee, weeks in ((40_000, 4), (30_000, 8))
    )
    open_seats(one, 4)

    page = client.get(address(one, other))

    assert page.context["differs"] | {"lacking": False} == {
        "place": False, "kind": False, "dates": True, "length": True, "total": True,
        "per_week": True, "met_words": False, "lacking": False, "letterhead": False,
        "answers": False,
    }  # fmt: skip
    assert '<td class="fw-bold">$438</td><td class="fw-bold">$319</td>' in html(page)
    assert "Lines that differ are in bold." in html(page)


def test_says_which_documents_she_still_lacks(client):
    one, other = ListingFactory(), ListingFactory()
    RequirementFactory(listing=one, type=DocumentTypeFactory(slug="bls", name="BLS card"))
    client.force_login(LearnerFactory().user)

    page = client.get(address(one, other))

    assert [column.lacking for column in page.context["columns"]] == [("BLS card",), ()]
    assert "Documents you still lack" in html(page)
    assert "You meet" in html(page)


def test_signed_out_nothing_is_said_of_documents(client):
    page = html(client.get(address(ListingFactory(), ListingFactory())))

    assert "Documents you still lack" not in page
    assert "to see which requirements you meet" in page


def test_one_alone_asks_for_another(client):
    one, other = ListingFactory(), ListingFactory(title="Saved elsewhere")
    user = LearnerFactory().user
    saved(other, user)
    client.force_login(user)

    page = html(client.get(address(one)))

    assert "Add one more to compare." in page
    assert f'href="{address(one, other).replace("&", "&amp;")}"' in page


def test_the_button_collects_and_the_page_opens_with_what_was_collected(client):
    listings = ListingFactory.create_batch(5)
    for listing in listings[:4]:
        put(client, listing)

    full = put(client, listings[4])

    assert "You compare 4 rotations already." in html(full)
    assert client.get("/compare/").url == address(*listings[:4])


def test_remove_leads_to_the_address_without_it(client):
    one, other = ListingFactory(), ListingFactory()
    put(client, one)
    put(client, other)

    page = put(client, one, move="remove", next=address(other))

    assert [column.listing for column in page.context["columns"]] == [other]
    assert client.get("/compare/").url == address(other)


@pytest.mark.parametrize("query", ["", "r=", "r=%20", "r=none", "r=" + "x" * 5000, "r=a&" * 300])
def test_nothing_to_compare_is_no_error(client, query):
    page = client.get(f"/compare/?{query}")

    assert page.status_code == 200
    assert "Find rotations" in html(page)


def test_a_hidden_listing_is_left_out(client):
    assert columns(client, ListingFactory(status="paused")) == []


def test_scrolls_by_keyboard(client):
    page = html(client.get(address(ListingFactory(), ListingFactory())))

    assert 'tabindex="0" role="region" aria-label="Comparison, scrolls sideways"' in page


def test_queries_do_not_grow_with_columns(client):
    def count(*listings):
        with CaptureQueriesContext(connection) as found:
            client.get(address(*listings))
        return len(found)

    listings = ListingFactory.create_batch(4)
    for listing in listings:
        RequirementFactory(listing=listing)
        open_seats(listing, 4)
    client.force_login(LearnerFactory().user)
    count(*listings)

    assert count(*listings) <= count(listings[0])
