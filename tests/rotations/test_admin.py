from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from outbox.models import Message
from rotations.actions.seats import move_seats
from rotations.forms.listing import DayField, DollarsField, LinesField
from rotations.models import Listing
from tests.factories.accounts import StaffFactory
from tests.factories.rotations import (
    ListingFactory,
    PolicyFactory,
    QuestionFactory,
    RequirementFactory,
    SiteFactory,
    SpecialtyFactory,
    StateFactory,
    open_seats,
)
from tests.rotations.pages import html

pytestmark = pytest.mark.django_db

LISTINGS = reverse("admin:rotations_listing_changelist")
MONDAY = date(2027, 3, 1)


@pytest.fixture(autouse=True)
def staff(client, second_factor):
    user = second_factor(StaffFactory())
    client.force_login(user)
    return user


def fields_of(response):
    """What the change form would send if nothing were touched."""
    form = response.context["adminform"].form
    sent = {}
    for bound in form:
        value = bound.value()
        if value is not None and value is not False:
            sent[bound.html_name] = value if isinstance(value, list) else str(value)
    for formset in response.context["inline_admin_formsets"]:
        for bound in formset.formset.management_form:
            sent[bound.html_name] = str(bound.value())
        for form in formset.formset.initial_forms:
            for bound in form:
                sent[bound.html_name] = str(bound.value() or "")
    return sent


class TestListings:
    @pytest.mark.parametrize("size", [1, 3])
    def test_list_of_any_length_asks_the_same_of_the_catalogue(self, client, size):
        ListingFactory.create_batch(size, weeks=2)
        client.get(LISTINGS)

        with CaptureQueriesContext(connection) as asked:
            response = client.get(LISTINGS)

        assert len(response.context["cl"].result_list) == size
        assert len([one for one in asked if "rotations_" in one["sql"]]) == 4

    def test_shows_how_many_weeks_have_seats(self, client):
        listing = ListingFactory()
        mondays = open_seats(listing, 3, capacity=1)
        move_seats(take={(listing.pk, mondays[0])})

        assert ">2 of 3</a>" in html(client.get(LISTINGS))

    def test_publishes_through_the_action_and_tells_refusals(self, client, staff):
        ready = RequirementFactory(
            listing=ListingFactory(status="draft", published_at=None, weeks=4)
        ).listing
        bare = ListingFactory(status="draft", published_at=None)

        response = client.post(
            LISTINGS,
            {"action": "publish", "_selected_action": [ready.pk, bare.pk]},
            follow=True,
        )

        ready.refresh_from_db()
        bare.refresh_from_db()
        assert (ready.status, bare.status) == ("published", "draft")
        assert "No dates can be booked." in html(response)
        assert Event.objects.get(verb="listing.published").by == staff

    def test_change_form_cannot_touch_status_or_seats(self, client, staff):
        listing = ListingFactory(status="draft", published_at=None, weeks=2)
        url = reverse("admin:rotations_listing_change", args=[listing.pk])
        page = client.get(url)
        move_seats(take={(listing.pk, listing.weeks.first().monday)})

        response = client.post(
            url,
            {**fields_of(page), "status": "published", "taken": "0", "title": "A new title"},
        )

        assert response.status_code == 302
        listing.refresh_from_db()
        assert (listing.title, listing.status) == ("A new title", "draft")
        assert listing.weeks.first().taken == 1
        assert Event.objects.get(verb="admin.changed").by == staff

    def test_change_form_says_what_is_missing(self, client):
        listing = ListingFactory(status="draft", published_at=None)

        page = client.get(reverse("admin:rotations_listing_change", args=[listing.pk]))

        assert "Not ready for the catalogue yet:" in html(page)

    def test_change_form_reads_lines_times_and_dollars(self, client):
        listing = RequirementFactory().listing
        url = reverse("admin:rotations_listing_change", args=[listing.pk])

        response = client.post(
            url,
            {
                **fields_of(client.get(url)),
                "activities": "Join rounds\r\n\r\n  Present, briefly \r\n",
                "typical_day": "7:00 AM | See your patients\n12:00 PM|Noon conference",
                "fee_per_week": "412.50",
            },
        )

        assert response.status_code == 302
        listing.refresh_from_db()
        assert listing.activities == ["Join rounds", "Present, briefly"]
        assert listing.typical_day == [
            ["7:00 AM", "See your patients"],
            ["12:00 PM", "Noon conference"],
        ]
        assert listing.fee_per_week == 41_250

    def test_change_form_remembers_what_is_asked_otherwise(self, client, staff):
        row = RequirementFactory(months=12, listing__status="published")
        url = reverse("admin:rotations_listing_change", args=[row.listing_id])
        fields = fields_of(client.get(url))

        client.post(url, fields)
        assert not Event.objects.filter(verb="listing.requirements_changed").exists()
        client.post(url, {**fields, "requirements-0-months": "6"})

        event = Event.objects.get(verb="listing.requirements_changed")
        assert (event.by, event.detail["changed"]) == (
            staff,
            {row.type.slug: {"months": [12, 6]}},
        )

    def test_change_form_refuses_lengths_out_of_order(self, client):
        listing = ListingFactory()
        url = reverse("admin:rotations_listing_change", args=[listing.pk])

        response = client.post(url, {**fields_of(client.get(url)), "min_weeks": "8"})

        assert "Least, usual and most weeks must not fall" in html(response)

    def test_cannot_be_deleted(self, client):
        listing = ListingFactory()

        url = reverse("admin:rotations_listing_delete", args=[listing.pk])

        assert client.post(url, {"post": "yes"}).status_code == 403

    def test_is_added_as_a_draft(self, client):
        old = ListingFactory()
        page = client.get(reverse("admin:rotations_listing_change", args=[old.pk]))
        sent = {**fields_of(page), "title": "Another ward", "slug": "another-ward"}

        response = client.post(reverse("admin:rotations_listing_add"), sent)

        assert response.status_code == 302
        assert Listing.objects.get(slug="another-ward").status == "draft"


class TestQuestions:
    def test_saving_an_answer_mails_it(self, client, staff):
        question = QuestionFactory()
        url = reverse("admin:rotations_question_change", args=[question.pk])
        assert client.get(url).status_code == 200

        client.post(url, {"answer": "There is a hotel across the street."})

        question.refresh_from_db()
        assert question.answered_by == staff
        assert Message.objects.get().template == "rotations/question_answered"

    def test_saving_again_without_a_change_mails_nothing(self, client):
        question = QuestionFactory()
        url = reverse("admin:rotations_question_change", args=[question.pk])
        for _n in range(2):
            client.post(url, {"answer": "Yes."})

        assert Message.objects.count() == 1

    @pytest.mark.parametrize(("answered", "number"), [("no", 1), ("yes", 0)])
    def test_list_can_show_those_that_wait(self, client, answered, number):
        QuestionFactory()

        response = client.get(
            reverse("admin:rotations_question_changelist"), {"answered": answered}
        )

        assert len(response.context["cl"].result_list) == number


@pytest.mark.parametrize("model", ["state", "specialty", "site", "cancellationpolicy"])
def test_what_listings_stand_on_can_be_seen_and_edited(client, model):
    row = {
        "state": StateFactory,
        "specialty": SpecialtyFactory,
        "site": SiteFactory,
        "cancellationpolicy": PolicyFactory,
    }[model]()

    assert client.get(reverse(f"admin:rotations_{model}_changelist")).status_code == 200
    url = reverse(f"admin:rotations_{model}_change", args=[row.pk])
    page = client.get(url)
    assert page.status_code == 200
    answer = client.post(url, fields_of(page))
    assert answer.status_code == 302, answer.context["errors"]


def test_a_policy_whose_refunds_rise_is_refused(client):
    url = reverse("admin:rotations_cancellationpolicy_change", args=[PolicyFactory().pk])

    response = client.post(
        url, {**fields_of(client.get(url)), "tiers": "[[30, 100], [60, 50], [0, 0]]"}
    )

    assert "the percentage must not rise" in html(response)


def test_fields_notice_what_changed():
    lines, day, dollars = LinesField(longest=9), DayField(longest=99), DollarsField()

    assert not lines.has_changed(["a", "b"], "a\nb")
    assert lines.has_changed(["a"], "a\nb")
    assert not day.has_changed([["7:00 AM", "Rounds"]], "7:00 AM | Rounds")
    assert not dollars.has_changed(40_000, "400.00")
    assert dollars.has_changed(40_000, "400.01")
    assert dollars.clean("0.29") == 29


def test_a_site_and_a_listing_lead_to_who_is_where(client):
    listing = ListingFactory()
    weeks = reverse("placements:weeks", args=[listing.slug])
    year = f"{reverse('placements:year')}?site={listing.site.slug}"

    of_listing = client.get(reverse("admin:rotations_listing_change", args=[listing.pk]))
    of_site = client.get(reverse("admin:rotations_site_change", args=[listing.site_id]))

    assert weeks in html(of_listing)
    assert year in html(of_site)
