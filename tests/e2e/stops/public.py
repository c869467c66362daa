"""What everybody sees: the catalogue, guides, links out of mails, the way in."""

from django.urls import reverse
from playwright.sync_api import Page

from accounts.kinds import InvitationKind
from accounts.models import User
from config.errors import server_error
from letters.models import IssuedDocument, LetterRequest
from placements.links import move_url, review_url, school_url, seat_url
from placements.models import RescheduleRequest, SchoolApproval, WaitlistEntry
from privacy.models import Erasure
from rotations.models import Listing
from tests.e2e.stops.acts import SUBMIT, Act, Stop, send
from tests.e2e.stops.portal import STOP, Portal
from threads.links import quiet_url


def try_codes(page: Page) -> None:
    for _ in range(31):
        page.request.get("/verify/")
    page.goto("/verify/")


def broken(page: Page) -> None:
    """The page for what broke, under the policy that it brings."""
    answer = server_error(None)
    page.route(
        "**/broken/",
        lambda route: route.fulfill(body=answer.content, headers=dict(answer.headers)),
    )
    page.goto("/broken/")


def public(portal: Portal) -> list[Stop]:
    listing = portal.asked("under_review").listing
    ask = reverse("rotations:ask", args=[listing.slug])
    genuine = IssuedDocument.objects.filter(revoked_at=None).first()
    revoked = IssuedDocument.objects.exclude(revoked_at=None).first()
    return [
        Stop("/"),
        Stop("/rotations/"),
        Stop("/rotations/?q=zzzzqqq"),
        Stop(listing.get_absolute_url()),
        Stop(ask, send()),
        *comparing(portal, listing),
        Stop(listing.preceptor.get_absolute_url()),
        Stop("/pairs/?start=2027-03-29&weeks=8"),
        Stop("/specialties/"),
        Stop(listing.specialty.get_absolute_url()),
        Stop("/eligibility/"),
        Stop("/eligibility/", send()),
        Stop("/planner/?specialty=internal-medicine"),
        Stop("/states/"),
        Stop(listing.site.state.get_absolute_url()),
        Stop("/states/guam/"),
        Stop("/theme/"),
        Stop("/guides/"),
        Stop("/guides/letters-and-eras/"),
        Stop("/guides/types-of-us-clinical-experience/"),
        Stop("/guides/visa-basics/"),
        Stop("/fees/"),
        Stop("/no-dark-patterns/"),
        Stop("/contact/"),
        Stop("/verify/"),
        Stop("/verify/", send(shows=".errsum, .field-error")),
        Stop(genuine.get_absolute_url()),
        Stop(revoked.get_absolute_url()),
        Stop("/verify/W7QF3KX9MTREP6V2H/", status=404),
    ]


def comparing(portal: Portal, listing: Listing) -> list[Stop]:
    """What somebody may keep and weigh who is signed out."""
    others = Listing.objects.published().exclude(pk=listing.pk)[:3]
    both = "&".join(f"r={one.slug}" for one in (listing, *others))
    alert = reverse("rotations:alert", args=[portal.learner.alerts.first().key])
    return [
        Stop(reverse("rotations:save_listing", args=[listing.slug])),
        Stop(reverse("rotations:compare_listing", args=[listing.slug])),
        Stop("/saved/"),
        Stop("/compare/"),
        Stop(f"/compare/?{both}"),
        Stop(f"/compare/?r={listing.slug}"),
        Stop(alert),
        Stop("/alerts/nothing-we-made/", status=404),
    ]


def joining(portal: Portal) -> list[Stop]:
    """How somebody becomes one of us."""
    invited = reverse("accounts:invitation", args=[f"for-a-{InvitationKind.PRECEPTOR}"])
    return [
        Stop("/offer-a-rotation/"),
        Stop("/offer-a-rotation/", send()),
        Stop("/offer-a-rotation/sent/"),
        Stop(reverse("accounts:invitation", args=[f"for-a-{InvitationKind.DELEGATE}"])),
        Stop(invited, send()),
        Stop("/invitations/nothing-we-made/", status=404),
    ]


def links(portal: Portal) -> list[Stop]:
    """What mails open without a sign-in."""
    hers = LetterRequest.objects.filter(placement__listing__preceptor__user=portal.preceptor)
    over = LetterRequest.objects.get(status="cancelled")
    review = review_url(portal.asked("under_review"), portal.preceptor)
    move = RescheduleRequest.objects.filter(status="pending", kind="move")[0]
    offered = WaitlistEntry.objects.filter(status="offered").first().application
    return [
        Stop("/" + review.split("/", 3)[3]),
        Stop("/r/nothing-we-made/", status=404),
        Stop("/" + seat_url(offered).split("/", 3)[3]),
        Stop("/w/nothing-we-made/", status=404),
        Stop("/" + move_url(move, move.placement.preceptor.user).split("/", 3)[3]),
        Stop("/m/nothing-we-made/", status=404),
        *schools(portal),
        Stop("/" + quiet_url(portal.learner).split("/", 3)[3]),
        Stop(reverse("accounts:stop_address_change", args=[STOP])),
        *(Stop(reverse("letters:packet", args=[letter.token])) for letter in hers),
        Stop(reverse("letters:packet", args=[over.token]), status=404),
        Stop(Erasure.objects.open().first().get_absolute_url()),
    ]


def schools(portal: Portal) -> list[Stop]:
    """What a school's official sees: a question, her answer, a link that is over."""
    waiting = SchoolApproval.objects.waiting().first()
    said = SchoolApproval.objects.filter(answer="yes").first()
    paths = ["/" + school_url(one).split("/", 3)[3] for one in (waiting, said)]
    return [
        Stop(paths[0]),
        Stop(paths[0], send()),
        Stop(paths[1]),
        Stop("/s/nothing-we-made/", status=404),
    ]


def entrance(portal: Portal) -> list[Stop]:
    return [
        Stop("/accounts/login/"),
        Stop("/accounts/login/", send()),
        Stop("/accounts/login/code/"),
        Stop("/accounts/signup/"),
        Stop("/accounts/signup/", send()),
        Stop("/accounts/password/reset/", send()),
        Stop("/accounts/password/reset/done/"),
        Stop("/accounts/password/reset/key/x-y/"),
        Stop("/accounts/login/", sign_in_as(portal.coordinator)),
    ]


def refusals(portal: Portal) -> list[Stop]:
    return [
        Stop("/no/such/page/", status=404),
        Stop("/rotations/?q=%00", status=400),
        Stop("/", broken),
        Stop("/verify/", try_codes),
    ]


def sign_in_as(person: User) -> Act:
    """As far as the second factor."""

    def act(page: Page) -> None:
        page.get_by_label("E-mail").fill(person.email)
        page.get_by_label("Password").fill("wardlight-demo")
        page.locator(SUBMIT).first.click()
        page.wait_for_url("**/2fa/authenticate/")
        page.locator(SUBMIT).first.click()
        page.wait_for_selector(".errsum")

    return act
