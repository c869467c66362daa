"""What a preceptor sees, her delegate, and somebody who has just become one."""

from allauth.mfa.models import Authenticator
from django.urls import reverse

from letters.models import LetterRequest
from placements.models import Application
from rotations.models import Listing
from rotations.views.editor import STEPS
from tests.e2e.stops.acts import Stop, out_of_date, plan_a_year, send, tick_a_week
from tests.e2e.stops.portal import Portal
from tests.e2e.stops.talks import talks


def preceptors(portal: Portal) -> list[Stop]:
    active, wrap_up = portal.hosted("active"), portal.hosted("wrap_up")
    letter = LetterRequest.objects.get(
        status="requested", placement__listing__preceptor__user=portal.preceptor
    )
    evaluation = reverse("placements:evaluation", args=[wrap_up.code])
    waiting = portal.asked("under_review")
    review = reverse("placements:review", args=[waiting.code])
    return [
        *talks(portal, portal.preceptor),
        Stop("/inbox/"),
        Stop(review),
        Stop(reverse("placements:review", args=[portal.asked("offered").code])),
        Stop("/learners/"),
        Stop("/learners/calendar/"),
        Stop("/earnings/"),
        Stop(active.get_absolute_url()),
        Stop(reverse("placements:sign_hours", args=[active.code])),
        Stop(reverse("placements:sign_hours", args=[wrap_up.code])),
        *(
            Stop(reverse(f"placements:{page}", args=[active.code]))
            for page in ("hold", "no_show", "stop", "call_off")
        ),
        Stop(reverse("placements:stop", args=[active.code]), send("main .panel [type=submit]")),
        Stop("/calendar/"),
        Stop(evaluation),
        Stop(evaluation, send("main [name=sign]:visible")),
        *listings(portal),
        Stop("/letters/"),
        Stop(letter.get_absolute_url()),
        Stop("/profile/"),
        Stop("/office/"),
        Stop("/office/", send("form[action$='/office/'] [type=submit]")),
        Stop("/joined/"),
        Stop("/privacy/your-data/"),
        Stop("/privacy/delete/"),
        Stop(
            review,
            out_of_date(
                lambda: Application.objects.filter(pk=waiting.pk).update(status="withdrawn"),
                "form[action$='/confirm/'] [type=submit]",
            ),
        ),
    ]


def listings(portal: Portal) -> list[Stop]:
    """What she writes herself, and the weeks that she opens."""
    hers = Listing.objects.filter(preceptor=portal.preceptor.preceptor_profile)
    draft, published = hers.filter(status="draft")[0], hers.filter(status="published")[0]
    weeks = reverse("placements:weeks", args=[published.slug])
    licence = portal.preceptor.preceptor_profile.licences.first()
    board = portal.preceptor.preceptor_profile.certifications.first()
    steps = [reverse("rotations:listing_step", args=[draft.slug, name]) for name in STEPS]
    return [
        Stop("/listings/"),
        Stop("/listings/new/"),
        Stop("/listings/new/", send()),
        *(Stop(reverse("rotations:edit_listing", args=[one.slug])) for one in (draft, published)),
        *(Stop(step) for step in steps),
        Stop(weeks),
        Stop(weeks, plan_a_year("3", shows="#plan")),
        Stop(weeks, tick_a_week),
        Stop(weeks, plan_a_year("0", shows=".errsum")),
        Stop(reverse("placements:weeks", args=[draft.slug])),
        Stop(reverse("accounts:credentials")),
        Stop(reverse("accounts:licence_add"), send()),
        Stop(reverse("accounts:licence", args=[licence.state])),
        Stop(reverse("accounts:board_add"), send()),
        Stop(reverse("accounts:board", args=[board.pk])),
    ]


def delegates(portal: Portal) -> list[Stop]:
    pages = ("inbox", "learners", "learners/calendar", "listings", "office", "profile")
    return [Stop(f"/{page}/") for page in pages]


def keys(portal: Portal) -> list[Stop]:
    key = Authenticator.objects.filter(user=portal.preceptor, type="webauthn").first()
    return [
        Stop("/accounts/2fa/"),
        Stop("/accounts/2fa/webauthn/"),
        Stop(reverse("mfa_edit_webauthn", args=[key.pk])),
        Stop(reverse("mfa_remove_webauthn", args=[key.pk])),
    ]


def new_preceptors(portal: Portal) -> list[Stop]:
    pages = ("inbox", "learners", "learners/calendar", "listings", "letters", "profile")
    return [Stop(f"/{page}/") for page in pages]
