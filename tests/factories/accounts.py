"""People and their papers: the least that is valid."""

import hashlib
from datetime import date, timedelta

import factory
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.codes import digest, new_code
from accounts.kinds import (
    CredentialKind,
    DocumentGroup,
    Family,
    InvitationKind,
    Validity,
    VisaPlan,
)
from accounts.models import (
    BoardCertification,
    Delegation,
    Document,
    DocumentType,
    Invitation,
    LearnerProfile,
    Licence,
    PreceptorProfile,
    User,
)

PDF = b"%PDF-1.4\n%%EOF\n"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Amara Nwosu {n}")

    @factory.post_generation
    def password(user: User, _create: bool, extracted: str | None) -> None:  # noqa: N805
        if extracted:
            user.set_password(extracted)
            user.save(update_fields=["password"])


class StaffFactory(UserFactory):
    name = factory.Sequence(lambda n: f"Dana Whitlock {n}")
    is_staff = True
    is_superuser = True


class LearnerFactory(DjangoModelFactory):
    """A graduate from Nigeria who lives in the US for good: nothing stops her."""

    class Meta:
        model = LearnerProfile

    user = factory.SubFactory(UserFactory)
    family = Family.IMG_GRADUATE
    citizenship = "NG"
    school = "University of Lagos"
    school_country = "NG"
    graduation_on = date(2023, 7, 1)
    visa_plan = VisaPlan.CITIZEN


class PreceptorFactory(DjangoModelFactory):
    """Verified today, with a license in Texas that lasts."""

    class Meta:
        model = PreceptorProfile
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory, name=factory.Sequence(lambda n: f"Helen Castellano {n}"))
    slug = factory.Sequence(lambda n: f"helen-castellano-{n}")
    credential = CredentialKind.MD
    suffix = "MD, FACP"
    verified_at = factory.LazyFunction(timezone.now)
    verified_by = factory.SubFactory(StaffFactory)

    @factory.post_generation
    def licence_in(profile: PreceptorProfile, create: bool, extracted: str | None) -> None:  # noqa: N805
        """``licence_in="OH"``; an empty string leaves it out."""
        state = "TX" if extracted is None else extracted
        if create and state:
            LicenceFactory(preceptor=profile, state=state)


class BoardFactory(DjangoModelFactory):
    """Certified by the ABIM, and seen."""

    class Meta:
        model = BoardCertification

    preceptor = factory.SubFactory(PreceptorFactory)
    board = "ABIM"
    certificate = "internal medicine"
    verified_at = factory.LazyFunction(timezone.now)
    verified_by = factory.SubFactory(StaffFactory)


class LicenceFactory(DjangoModelFactory):
    class Meta:
        model = Licence

    preceptor = factory.SubFactory(PreceptorFactory, licence_in="")
    state = "TX"
    number = factory.Sequence(lambda n: f"K{n:04}")
    expires_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=700))
    verified_at = factory.LazyFunction(timezone.now)
    verified_by = factory.SubFactory(StaffFactory)


class DelegationFactory(DjangoModelFactory):
    class Meta:
        model = Delegation

    preceptor = factory.SubFactory(PreceptorFactory)
    person = factory.SubFactory(UserFactory, name=factory.Sequence(lambda n: f"Ana O’Ruiz {n}"))


class InvitationFactory(DjangoModelFactory):
    """To be a delegate, open; ``link="…"`` is what stands in its mail."""

    class Meta:
        model = Invitation

    class Params:
        link = factory.LazyFunction(new_code)

    kind = InvitationKind.DELEGATE
    email = factory.Sequence(lambda n: f"office{n}@example.com")
    digest = factory.LazyAttribute(lambda o: digest(o.link))
    preceptor = factory.Maybe(
        factory.LazyAttribute(lambda o: o.kind == InvitationKind.DELEGATE),
        factory.SubFactory(PreceptorFactory),
        None,
    )
    invited_by = factory.LazyAttribute(
        lambda o: o.preceptor.user if o.preceptor else StaffFactory()
    )
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=14))


class DocumentTypeFactory(DjangoModelFactory):
    class Meta:
        model = DocumentType
        django_get_or_create = ["slug"]

    slug = "tb"
    name = "TB test"
    group = DocumentGroup.HEALTH
    what_counts = "A blood test (IGRA) or skin test is fine."
    validity = Validity.MONTHS
    validity_months = 12
    through_end = True


class DocumentFactory(DjangoModelFactory):
    """An accepted paper, issued a month ago."""

    class Meta:
        model = Document

    owner = factory.SubFactory(UserFactory)
    type = factory.SubFactory(DocumentTypeFactory)
    file = factory.LazyFunction(lambda: ContentFile(PDF, name="tb.pdf"))
    name = "tb.pdf"
    content_type = "application/pdf"
    size = len(PDF)
    sha256 = hashlib.sha256(PDF).hexdigest()
    issued_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=30))
    verified_at = factory.LazyFunction(timezone.now)
    verified_by = factory.SubFactory(StaffFactory)
