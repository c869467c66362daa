"""What a learner sees, and somebody who has just become one."""

from django.urls import reverse
from django.utils import timezone

from accounts.models import Document
from letters.models import LetterRequest
from placements.models import Application, Placement
from tests.e2e.stops.acts import Stop, out_of_date, send
from tests.e2e.stops.portal import Portal
from tests.e2e.stops.talks import talks

# A question with one box.
ASKED = "main form:has([type=checkbox]) [type=submit]"

PRIVACY = ("your-data", "your-data/copy", "who-looked", "health", "delete")


def learners(portal: Portal) -> list[Stop]:
    draft, offered = portal.applied("draft"), portal.applied("offered")
    asked = portal.applied("under_review")
    done, soon = portal.placed("completed"), portal.placed("onboarding")
    papers = Document.objects.filter(owner=portal.learner, superseded_at=None)
    paper = papers.filter(verified_at=None, rejected_at=None).first() or papers.first()
    add = reverse("accounts:document_add_type", args=[paper.type.slug])
    letter = LetterRequest.objects.get(placement__learner=portal.learner)

    def of(name: str, application: Application) -> str:
        return reverse(f"placements:{name}", args=[application.code])

    return [
        *talks(portal, portal.learner),
        Stop(reverse("threads:thread", args=[draft.code])),
        Stop("/applications/"),
        Stop("/saved/"),
        Stop("/saved/search/?state=TX"),
        Stop("/saved/search/?state=TX", send("main form [type=submit]", shows="h1")),
        Stop("/wallet/"),
        Stop("/wallet/add/"),
        Stop("/wallet/add/several/"),
        Stop("/wallet/add/several/", send()),
        Stop(f"{reverse('accounts:documents_check')}?paper={paper.code}"),
        Stop(add),
        Stop(add, send()),
        Stop(reverse("accounts:document_dates", args=[paper.code])),
        Stop("/wallet/immunizations/"),
        Stop("/wallet/immunizations/", send("main form:last-of-type [type=submit].btn-primary")),
        Stop("/profile/"),
        Stop(reverse("placements:apply", args=[asked.listing.slug])),
        *(
            Stop(application.get_absolute_url())
            for application in Application.objects.filter(learner=portal.learner)
        ),
        *(Stop(of(step, draft)) for step in ("dates", "about", "documents", "send")),
        Stop(of("about", draft), send(shows=".errsum, h1")),
        Stop(of("sent", asked)),
        Stop(of("withdraw", asked)),
        Stop(soon.get_absolute_url()),
        Stop(reverse("placements:cancel", args=[soon.code])),
        Stop(reverse("placements:move", args=[soon.code])),
        Stop(reverse("placements:move", args=[soon.code]), send(shows=".errsum, h1")),
        Stop(reverse("placements:hold", args=[soon.code])),
        Stop(reverse("placements:declaration", args=[soon.code, "conduct"])),
        Stop("/calendar/"),
        Stop("/calendar/", send("main form [name=renew]", shows="input[readonly]")),
        Stop(done.get_absolute_url()),
        Stop(
            reverse("letters:certificate", args=[done.issued_documents.first().code]),
            status=202,
        ),
        Stop("/letters/"),
        Stop(letter.get_absolute_url()),
        Stop("/inbox/", status=403),
        Stop("/applications/none/", status=404),
        Stop(of("offer", offered)),
        Stop(of("offer", offered), send("form[action$='/accept/'] [type=submit]")),
        Stop(
            of("offer", offered),
            out_of_date(
                lambda: Application.objects.filter(pk=offered.pk).update(
                    offer_expires_at=timezone.now()
                ),
                "form[action$='/accept/'] [type=submit]",
            ),
        ),
    ]


def account(portal: Portal) -> list[Stop]:
    return [
        *(Stop(f"/privacy/{page}/") for page in PRIVACY),
        Stop("/accounts/email/"),
        Stop("/accounts/email/", send()),
        Stop("/accounts/password/change/", send()),
        Stop("/accounts/sessions/"),
        Stop("/accounts/logout/"),
        Stop("/accounts/2fa/"),
        Stop("/accounts/2fa/totp/activate/", send()),
        Stop("/accounts/2fa/webauthn/"),
        Stop("/accounts/2fa/webauthn/add/"),
    ]


def newcomers(portal: Portal) -> list[Stop]:
    return [
        Stop("/applications/"),
        Stop("/wallet/"),
        Stop("/letters/"),
        Stop("/messages/"),
        Stop("/profile/", send(shows=".errsum, .note")),
        Stop("/accounts/reauthenticate/"),
        *(Stop(f"/privacy/{page}/") for page in ("your-data", "who-looked")),
        *(Stop(f"/privacy/{page}/", send(ASKED)) for page in ("health", "delete")),
        Stop("/kept/"),
    ]


def payers(portal: Portal, placement: Placement) -> list[Stop]:
    receipt = placement.ledger.exclude(receipt=None).first().receipt
    return [
        Stop(placement.get_absolute_url()),
        Stop(reverse("placements:money", args=[placement.code])),
        Stop(receipt.get_absolute_url()),
    ]
