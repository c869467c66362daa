"""Every page type of the portal as the demo's people see it: who, where, and what she does there."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from accounts.kinds import InvitationKind
from accounts.models import AddressChange, Document, User
from config.errors import server_error
from letters.models import IssuedDocument, LetterRequest
from placements.links import review_url, school_url, seat_url
from placements.models import Application, Placement, SchoolApproval, WaitlistEntry
from privacy.models import Erasure
from rotations.models import Listing
from rotations.views.editor import STEPS
from tests.factories.accounts import (
    InvitationFactory,
    LearnerFactory,
    PreceptorFactory,
    UserFactory,
)
from threads.kinds import Concern
from threads.links import quiet_url
from threads.models import Report, Thread

Act = Callable[[Page], object]
SUBMIT = "main form:has(.btn-primary, .submit-row) [type=submit]"

# A question with one box.
ASKED = "main form:has([type=checkbox]) [type=submit]"
PRIVACY = ("your-data", "your-data/copy", "who-looked", "health", "delete")

# The key of a mailed link that stops a change of address.
STOP = "the-key-of-a-mail"


@dataclass(frozen=True)
class Stop:
    address: str
    act: Act | None = None
    status: int = 200


def send(button: str = SUBMIT, *, shows: str = ".errsum, .errornote") -> Act:
    """Press it without the browser's own checks, and wait for what the page then says."""

    def act(page: Page) -> None:
        page.eval_on_selector_all("main form", "all => all.forEach(form => form.noValidate = true)")
        page.locator(button).first.click()
        page.wait_for_selector(shows)

    return act


def out_of_date(move: Callable[[], object], button: str) -> Act:
    """The world moves between the page and the click."""

    def act(page: Page) -> None:
        move()
        page.locator(button).first.click()
        page.wait_for_load_state()

    return act


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


class Portal:
    """The loaded demo, and two people who have just arrived."""

    def __init__(self) -> None:
        def of(role: str) -> User:
            return User.objects.get(email=f"{role}@demo.example")

        self.learner, self.preceptor = of("learner"), of("preceptor")
        self.coordinator, self.admin = of("coordinator"), of("admin")
        self.delegate = of("office")
        for kind in (InvitationKind.DELEGATE, InvitationKind.PRECEPTOR):
            InvitationFactory(kind=kind, link=f"for-a-{kind}")
        long = "Wolfeschlegelsteinhausenbergerdorff Konstantinopoulos-Featherstonehaugh"
        self.newcomer = LearnerFactory(user__name=long, user__is_demo=True).user
        self.new_preceptor = PreceptorFactory(user__name=long, user__is_demo=True).user
        self.unsure = UserFactory(is_staff=True)
        AddressChange.objects.create(
            user=self.newcomer,
            old=self.newcomer.email,
            new="elsewhere@example.com",
            key=sha256(STOP.encode()).hexdigest(),
        )
        for name in ("Phone", "An old security key with a very long name, in the top drawer"):
            Authenticator.objects.create(
                user=self.preceptor,
                type="webauthn",
                data={"name": name, "credential": {}},
                last_used_at=timezone.now(),
            )

    def applied(self, status: str) -> Application:
        return Application.objects.get(learner=self.learner, status=status)

    def asked(self, status: str) -> Application:
        return Application.objects.filter(
            listing__preceptor__user=self.preceptor, status=status
        ).first()

    def placed(self, status: str) -> Placement:
        return Placement.objects.get(learner=self.learner, status=status)

    def hosted(self, status: str) -> Placement:
        return Placement.objects.get(listing__preceptor__user=self.preceptor, status=status)

    def stops(self) -> dict[User | None, list[Stop]]:
        refused = SchoolApproval.objects.get(answer="no")
        school = reverse("placements:school", args=[refused.application.code])
        closed = Thread.objects.get(application__listing__slug__startswith="pa-primary-care")
        own = Report.objects.get(closed_at__isnull=False)
        return {
            None: [
                *self.public(),
                *self.joining(),
                *self.links(),
                *self.entrance(),
                *self.refusals(),
            ],
            self.learner: [*self.learners(), *self.account()],
            self.newcomer: self.newcomers(),
            self.preceptor: [*self.preceptors(), *self.keys()],
            self.new_preceptor: self.new_preceptors(),
            self.delegate: self.delegates(),
            self.unsure: [Stop("/admin/")],
            self.coordinator: self.office(),
            refused.application.learner: [Stop(school), Stop(school, send())],
            self.hosted("active").learner: self.payers(self.hosted("active")),
            closed.application.learner: [Stop(closed.get_absolute_url())],
            own.reporter: [Stop("/report/"), Stop(own.get_absolute_url())],
        }

    def payers(self, placement: Placement) -> list[Stop]:
        receipt = placement.ledger.exclude(receipt=None).first().receipt
        return [
            Stop(placement.get_absolute_url()),
            Stop(reverse("placements:money", args=[placement.code])),
            Stop(receipt.get_absolute_url()),
        ]

    def public(self) -> list[Stop]:
        listing = self.asked("under_review").listing
        ask = reverse("rotations:ask", args=[listing.slug])
        genuine = IssuedDocument.objects.filter(revoked_at=None).first()
        revoked = IssuedDocument.objects.exclude(revoked_at=None).first()
        return [
            Stop("/"),
            Stop("/rotations/"),
            Stop("/rotations/?q=zzzzqqq"),
            Stop(listing.get_absolute_url()),
            Stop(ask, send()),
            *self.comparing(listing),
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

    def comparing(self, listing: Listing) -> list[Stop]:
        """What somebody may keep and weigh who is signed out."""
        others = Listing.objects.published().exclude(pk=listing.pk)[:3]
        both = "&".join(f"r={one.slug}" for one in (listing, *others))
        alert = reverse("rotations:alert", args=[self.learner.alerts.first().key])
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

    def joining(self) -> list[Stop]:
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

    def links(self) -> list[Stop]:
        """What mails open without a sign-in."""
        hers = LetterRequest.objects.filter(placement__listing__preceptor__user=self.preceptor)
        over = LetterRequest.objects.get(status="cancelled")
        review = review_url(self.asked("under_review"), self.preceptor)
        offered = WaitlistEntry.objects.filter(status="offered").first().application
        return [
            Stop("/" + review.split("/", 3)[3]),
            Stop("/r/nothing-we-made/", status=404),
            Stop("/" + seat_url(offered).split("/", 3)[3]),
            Stop("/w/nothing-we-made/", status=404),
            *self.schools(),
            Stop("/" + quiet_url(self.learner).split("/", 3)[3]),
            Stop(reverse("accounts:stop_address_change", args=[STOP])),
            *(Stop(reverse("letters:packet", args=[letter.token])) for letter in hers),
            Stop(reverse("letters:packet", args=[over.token]), status=404),
            Stop(Erasure.objects.open().first().get_absolute_url()),
        ]

    def schools(self) -> list[Stop]:
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

    def entrance(self) -> list[Stop]:
        return [
            Stop("/accounts/login/"),
            Stop("/accounts/login/", send()),
            Stop("/accounts/login/code/"),
            Stop("/accounts/signup/"),
            Stop("/accounts/signup/", send()),
            Stop("/accounts/password/reset/", send()),
            Stop("/accounts/password/reset/done/"),
            Stop("/accounts/password/reset/key/x-y/"),
            Stop("/accounts/login/", self.sign_in_as_staff),
        ]

    def sign_in_as_staff(self, page: Page) -> None:
        page.get_by_label("E-mail").fill(self.coordinator.email)
        page.get_by_label("Password").fill("wardlight-demo")
        page.locator(SUBMIT).first.click()
        page.wait_for_url("**/2fa/authenticate/")
        page.locator(SUBMIT).first.click()
        page.wait_for_selector(".errsum")

    def refusals(self) -> list[Stop]:
        return [
            Stop("/no/such/page/", status=404),
            Stop("/rotations/?q=%00", status=400),
            Stop("/", broken),
            Stop("/verify/", try_codes),
        ]

    def talks(self, person: User) -> list[Stop]:
        """A person's conversations, one that takes messages and what it says of an empty one."""
        thread = Thread.objects.visible_to(person).first()
        page = thread.get_absolute_url()
        report = f"/report/?about={thread.application.code}"
        return [
            Stop("/messages/"),
            Stop(page),
            Stop(page, send(shows="#write .errsum")),
            Stop(report),
            Stop(report, send()),
        ]

    def learners(self) -> list[Stop]:
        draft, offered = self.applied("draft"), self.applied("offered")
        asked = self.applied("under_review")
        done, soon = self.placed("completed"), self.placed("onboarding")
        papers = Document.objects.filter(owner=self.learner, superseded_at=None)
        paper = papers.filter(verified_at=None, rejected_at=None).first() or papers.first()
        add = reverse("accounts:document_add_type", args=[paper.type.slug])
        letter = LetterRequest.objects.get(placement__learner=self.learner)

        def of(name: str, application: Application) -> str:
            return reverse(f"placements:{name}", args=[application.code])

        return [
            *self.talks(self.learner),
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
            Stop(
                "/wallet/immunizations/", send("main form:last-of-type [type=submit].btn-primary")
            ),
            Stop("/profile/"),
            Stop(reverse("placements:apply", args=[asked.listing.slug])),
            *(
                Stop(application.get_absolute_url())
                for application in Application.objects.filter(learner=self.learner)
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

    def account(self) -> list[Stop]:
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

    def newcomers(self) -> list[Stop]:
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

    def preceptors(self) -> list[Stop]:
        active, wrap_up = self.hosted("active"), self.hosted("wrap_up")
        letter = LetterRequest.objects.get(
            status="requested", placement__listing__preceptor__user=self.preceptor
        )
        evaluation = reverse("placements:evaluation", args=[wrap_up.code])
        waiting = self.asked("under_review")
        review = reverse("placements:review", args=[waiting.code])
        return [
            *self.talks(self.preceptor),
            Stop("/inbox/"),
            Stop(review),
            Stop(reverse("placements:review", args=[self.asked("offered").code])),
            Stop("/learners/"),
            Stop("/earnings/"),
            Stop(active.get_absolute_url()),
            Stop(reverse("placements:sign_hours", args=[active.code])),
            Stop(reverse("placements:sign_hours", args=[wrap_up.code])),
            *(
                Stop(reverse(f"placements:{page}", args=[active.code]))
                for page in ("hold", "no_show", "stop", "call_off")
            ),
            Stop(reverse("placements:stop", args=[active.code]), send()),
            Stop("/calendar/"),
            Stop(evaluation),
            Stop(evaluation, send("main [name=sign]:visible")),
            *self.listings(),
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

    def listings(self) -> list[Stop]:
        """What she writes herself, and the weeks that she opens."""
        hers = Listing.objects.filter(preceptor=self.preceptor.preceptor_profile)
        draft, published = hers.filter(status="draft")[0], hers.filter(status="published")[0]
        weeks = reverse("rotations:listing_weeks", args=[published.slug])
        licence = self.preceptor.preceptor_profile.licences.first()
        board = self.preceptor.preceptor_profile.certifications.first()
        steps = [reverse("rotations:listing_step", args=[draft.slug, name]) for name in STEPS]
        return [
            Stop("/listings/"),
            Stop("/listings/new/"),
            Stop("/listings/new/", send()),
            *(
                Stop(reverse("rotations:edit_listing", args=[one.slug]))
                for one in (draft, published)
            ),
            *(Stop(step) for step in steps),
            Stop(weeks),
            Stop(weeks, send()),
            Stop(reverse("accounts:credentials")),
            Stop(reverse("accounts:licence_add"), send()),
            Stop(reverse("accounts:licence", args=[licence.state])),
            Stop(reverse("accounts:board_add"), send()),
            Stop(reverse("accounts:board", args=[board.pk])),
        ]

    def delegates(self) -> list[Stop]:
        return [
            Stop(f"/{page}/") for page in ("inbox", "learners", "listings", "office", "profile")
        ]

    def keys(self) -> list[Stop]:
        key = Authenticator.objects.filter(user=self.preceptor, type="webauthn").first()
        return [
            Stop("/accounts/2fa/"),
            Stop("/accounts/2fa/webauthn/"),
            Stop(reverse("mfa_edit_webauthn", args=[key.pk])),
            Stop(reverse("mfa_remove_webauthn", args=[key.pk])),
        ]

    def new_preceptors(self) -> list[Stop]:
        return [
            Stop(f"/{page}/") for page in ("inbox", "learners", "listings", "letters", "profile")
        ]

    def office(self) -> list[Stop]:
        application, listing = self.asked("under_review"), self.asked("under_review").listing
        paper = Document.objects.filter(
            verified_at=None, rejected_at=None, superseded_at=None, type__is_identity=False
        ).first()
        applications = reverse("admin:placements_application_changelist")
        on_behalf = reverse("admin:placements_application_on_behalf")
        paying = Placement.objects.filter(paid_at=None, status="onboarding").first()
        decline = {"action": "decline", "_selected_action": str(application.pk)}
        report = Report.objects.exclude(concern=Concern.STAFF).first()
        note = {"action": "note", "_selected_action": str(report.pk)}
        return [
            Stop("/accounts/2fa/"),
            Stop("/accounts/2fa/recovery-codes/"),
            Stop("/accounts/2fa/recovery-codes/generate/"),
            Stop("/accounts/2fa/totp/deactivate/"),
            Stop("/admin/"),
            *self.talks(self.coordinator)[:2],
            Stop(reverse("admin:threads_report_changelist")),
            Stop(reverse("admin:threads_report_changelist"), choose(note)),
            Stop(reverse("admin:threads_report_change", args=[report.pk])),
            Stop(reverse("admin:threads_thread_change", args=[Thread.objects.first().pk])),
            Stop(reverse("admin:privacy_retentionrun_changelist")),
            Stop(reverse("admin:privacy_export_changelist")),
            Stop(applications),
            Stop(f"{applications}?id={application.pk}", choose(decline)),
            Stop(reverse("admin:placements_application_change", args=[application.pk])),
            Stop(on_behalf),
            Stop(on_behalf, send()),
            Stop(reverse("admin:placements_placement_change", args=[paying.pk])),
            Stop(reverse("admin:placements_placement_money", args=[paying.pk, "payment"]), send()),
            Stop(reverse("admin:placements_earning_payout")),
            Stop(reverse("admin:rotations_listing_change", args=[listing.pk])),
            Stop(reverse("admin:rotations_listing_weeks", args=[listing.pk])),
            Stop(reverse("admin:accounts_document_change", args=[paper.pk])),
            Stop(
                reverse("admin:accounts_document_change", args=[paper.pk]), send("[name=_refuse]")
            ),
        ]


def choose(facts: dict[str, str]) -> Act:
    """An action of the admin on one row, as far as the page that asks."""

    def act(page: Page) -> None:
        page.check(f"[name=_selected_action][value='{facts['_selected_action']}']")
        page.select_option("[name=action]", facts["action"])
        page.click("[name=index]")
        page.wait_for_selector("#content form .submit-row")

    return act
