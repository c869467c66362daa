"""A preceptor writes a listing, step by step, and opens its weeks."""

import pytest
from django.urls import reverse
from django.utils import timezone

from rotations.actions.listings import return_listing
from rotations.models import Listing, Site
from tests.factories.accounts import (
    DelegationFactory,
    DocumentTypeFactory,
    PreceptorFactory,
    StaffFactory,
)
from tests.factories.rotations import (
    ListingFactory,
    PolicyFactory,
    RequirementFactory,
    SiteFactory,
    SpecialtyFactory,
    StateFactory,
    open_seats,
)
from tests.rotations.pages import html

pytestmark = pytest.mark.django_db
NEW = reverse("rotations:new_listing")


@pytest.fixture
def helen():
    return PreceptorFactory()


@pytest.fixture
def hers(client, helen):
    client.force_login(helen.user)
    return client


@pytest.fixture
def draft(helen):
    return ListingFactory(status="draft", published_at=None, preceptor=helen)


def url(listing, page="edit_listing", *more):
    return reverse(f"rotations:{page}", args=[listing.slug, *more])


def the_rotation(**more):
    return {"title": "Ward medicine", "specialty": SpecialtyFactory().pk, "hands_on": "1",
            "rotation_type": "observership", **more}  # fmt: skip


def a_place(**more):
    StateFactory()
    return {"site": "new", "name": "Harrow Clinic", "setting": "private-practice", "street": "1 A",
            "city": "Houston", "state": "TX", "zip": "77030", **more}  # fmt: skip


class TestNew:
    @pytest.fixture(autouse=True)
    def _policy(self):
        PolicyFactory()

    def test_begins_with_what_and_where(self, hers, helen):
        assert "A new listing" in html(hers.get(NEW))

        answer = hers.post(NEW, the_rotation() | a_place())

        listing = Listing.objects.get()
        assert answer["Location"] == url(listing)
        assert (listing.preceptor, listing.status) == (helen, "draft")
        assert (listing.site.name, listing.site.time_zone) == ("Harrow Clinic", "America/Chicago")
        assert listing.setting == "private-practice"

    def test_uses_a_site_of_hers(self, hers, helen):
        there = ListingFactory(preceptor=helen).site

        hers.post(NEW, the_rotation(site=there.pk))

        assert Listing.objects.get(title="Ward medicine").site == there
        assert Site.objects.count() == 1

    def test_but_nobody_elses(self, hers, helen):
        ListingFactory(preceptor=helen)
        other = SiteFactory()

        assert hers.post(NEW, the_rotation(site=other.pk)).status_code == 422
        assert not Listing.objects.filter(title="Ward medicine").exists()

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"title": ""}, "Title: This field is required."),
            ({"zip": "770"}, "A ZIP has five digits"),
            ({"city": ""}, "City: This field is required."),
            ({"rotation_type": "fellowship"}, "not one of the available choices"),
        ],
    )
    def test_refused_it_keeps_what_was_typed(self, hers, more, words):
        answer = hers.post(NEW, the_rotation() | a_place(name="Harrow O’Brien") | more)

        assert answer.status_code == 422
        assert words in html(answer)
        assert "Harrow O’Brien" in html(answer)
        assert not Listing.objects.exists()
        assert not Site.objects.exists()

    def test_a_state_with_two_zones_asks_which(self, hers):
        StateFactory(abbr="TN", name="Tennessee", zones=["America/Chicago", "America/New_York"])
        sent = the_rotation() | a_place(state="TN")

        assert "Tennessee has several" in html(hers.post(NEW, sent))
        assert hers.post(NEW, sent | {"time_zone": "America/New_York"}).status_code == 302
        assert Site.objects.get().time_zone == "America/New_York"

    def test_a_delegate_of_two_says_for_whom(self, client, helen):
        other = PreceptorFactory()
        delegate = DelegationFactory(preceptor=helen).person
        DelegationFactory(preceptor=other, person=delegate)
        client.force_login(delegate)
        sent = the_rotation() | a_place()

        assert client.post(NEW, sent | {"preceptor": PreceptorFactory().slug}).status_code == 422
        assert client.post(NEW, sent | {"preceptor": other.slug}).status_code == 302
        assert Listing.objects.get().preceptor == other

    def test_cannot_publish_or_price_itself(self, hers):
        """Promise B4."""
        hers.post(NEW, the_rotation(status="published", service_fee="1", slug="x") | a_place())

        listing = Listing.objects.get()
        assert (listing.status, listing.service_fee, listing.slug) == (
            "draft", 0, "ward-medicine-houston",
        )  # fmt: skip


class TestSteps:
    def test_are_listed_with_what_is_missing(self, hers, draft):
        page = html(hers.get(url(draft)))

        assert "no requirement is named" in page
        assert "Send for review opens when nothing is missing." in page

    def test_when_nothing_is_missing_it_can_be_sent(self, hers, draft):
        RequirementFactory(listing=draft)
        open_seats(draft, 4)

        assert "Send for review</button>" in html(hers.get(url(draft)))
        hers.post(url(draft, "submit_listing"))
        draft.refresh_from_db()
        assert draft.status == "in_review"

        page = html(hers.get(url(draft)))
        assert "Take it back" in page
        hers.post(url(draft, "take_back_listing"))
        draft.refresh_from_db()
        assert draft.status == "draft"

    def test_what_staff_ask_for_stands_on_the_page(self, hers, draft):
        Listing.objects.update(status="in_review")
        return_listing(draft, by=StaffFactory(), note="Say how many patients.")

        assert "Say how many patients." in html(hers.get(url(draft)))

    def test_words_are_kept_half_done(self, hers, draft):
        sent = {"summary": "", "description": "", "activities": "One\n\nTwo", "languages": "English, ",
                "typical_day": "7:00 AM | Rounds", "objectives": "", "onward": "1"}  # fmt: skip

        answer = hers.post(url(draft, "listing_step", "work"), sent)

        assert answer["Location"] == url(draft, "listing_step", "learners")
        draft.refresh_from_db()
        assert (draft.activities, draft.typical_day) == (["One", "Two"], [["7:00 AM", "Rounds"]])
        assert draft.languages == ["English"]

    def test_of_a_published_one_words_may_not_be_emptied(self, hers, draft):
        Listing.objects.update(status="published", published_at=timezone.now())
        page = url(draft, "listing_step", "work")

        answer = hers.post(page, {"summary": "", "description": "Text", "activities": "One"})
        assert answer.status_code == 422

        sent = {"summary": "New", "description": "Text", "activities": "One"}
        assert hers.post(page, sent)["Location"] == url(draft)
        draft.refresh_from_db()
        assert (draft.summary, draft.status) == ("New", "published")

    def test_terms_and_learners(self, hers, draft):
        hers.post(url(draft, "listing_step", "learners"), {"families": ["np_student"]})
        policy = draft.policy
        sent = {"min_weeks": 2, "usual_weeks": 4, "max_weeks": 8, "step_weeks": 2, "hours_per_week": 36,
                "fee_per_week": "412.50", "policy": policy.pk, "letterhead": "personal",
                "apply_lead_days": 30, "apply_lead_days_visa": 60, "screening": "none"}  # fmt: skip
        assert hers.post(url(draft, "listing_step", "terms"), sent).status_code == 302

        draft.refresh_from_db()
        assert draft.families == ["np_student"]
        assert (draft.fee_per_week, draft.lengths) == (41_250, [2, 4, 6, 8])

        for wrong in (
            {"usual_weeks": 1},
            {"max_weeks": 400},
            {"step_weeks": 0},
            {"fee_per_week": "-1"},
        ):
            answer = hers.post(url(draft, "listing_step", "terms"), sent | wrong)
            assert answer.status_code == 422, wrong

    def test_papers(self, hers, draft):
        DocumentTypeFactory(slug="tb", name="TB test")
        DocumentTypeFactory(slug="passport", name="Passport", is_identity=True)
        page = url(draft, "listing_step", "documents")
        assert "TB test" in html(hers.get(page))

        sent = {"need_tb": "on", "months_tb": "6", "sees_tb": "on", "need_passport": "on",
                "sees_passport": "on", "need_nothing": "on"}  # fmt: skip
        assert hers.post(page, sent).status_code == 302

        rows = {row.type.slug: (row.months, row.site_sees_file) for row in draft.requirements.all()}
        assert rows == {"tb": (6, True), "passport": (None, False)}, "passports stay with staff"
        assert hers.post(page, {"need_tb": "on", "months_tb": "0"}).status_code == 422

    def test_place(self, hers, draft):
        assert hers.post(url(draft, "listing_step", "place"), a_place()).status_code == 302

        draft.refresh_from_db()
        assert (draft.site.name, draft.setting) == ("Harrow Clinic", "private-practice")

    @pytest.mark.parametrize("step", ["rotation", "place", "learners", "documents", "terms"])
    def test_the_offer_of_a_published_one_is_not_there_to_change(self, hers, draft, step):
        Listing.objects.update(status="published", published_at=timezone.now())
        before = Listing.objects.values().get()

        answer = hers.post(url(draft, "listing_step", step), the_rotation(fee_per_week="1"))

        assert answer["Location"] == url(draft)
        assert Listing.objects.values().get() == before

    def test_of_a_paused_one_it_makes_a_draft(self, hers, draft):
        Listing.objects.update(status="paused", published_at=timezone.now())
        page = url(draft, "listing_step", "rotation")
        assert "it becomes a draft" in html(hers.get(page))

        hers.post(page, the_rotation(title="Another title"))

        draft.refresh_from_db()
        assert (draft.title, draft.status) == ("Another title", "draft")
        assert hers.post(url(draft, "resume_listing")).status_code == 403

    def test_an_unknown_step_is_not_found(self, hers, draft):
        assert hers.get(url(draft, "listing_step", "magic")).status_code == 404

    def test_a_draft_can_be_discarded_and_nothing_else(self, hers, draft):
        published = ListingFactory(preceptor=draft.preceptor)
        assert hers.post(url(published, "discard_listing")).status_code == 403

        hers.post(url(draft, "discard_listing"))
        draft.refresh_from_db()
        assert draft.status == "archived"


@pytest.mark.parametrize("size", [1, 3])
def test_the_pages_take_as_many_queries_for_more(hers, draft, size, django_assert_num_queries):
    for other in range(size - 1):
        ListingFactory(preceptor=draft.preceptor, title=f"Other {other}")
    RequirementFactory.create_batch(1, listing=draft)
    open_seats(draft, size)
    hers.get(url(draft))

    with django_assert_num_queries(8):
        hers.get(reverse("rotations:my_listings"))
