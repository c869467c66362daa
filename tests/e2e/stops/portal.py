"""The loaded demo, whose people walk, and who of it has what."""

from hashlib import sha256

from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts.kinds import InvitationKind
from accounts.models import AddressChange, User
from placements.models import Application, Placement
from tests.factories.accounts import (
    InvitationFactory,
    LearnerFactory,
    PreceptorFactory,
    UserFactory,
)

# The key of a mailed link that stops a change of address.
STOP = "the-key-of-a-mail"


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
