"""What staff allow although a rule stops it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from placements.models import Application
from placements.queries import precheck
from rotations.kinds import Rule


@transaction.atomic
def except_from_visa_rule(application: Application, *, by: User, note: str) -> None:
    """Let a graduate on a visitor's visa ask for hands-on work (R3), for a reason that is kept.

    No visa letter is ever made for it. Refuses where the rule does not stop this request.
    """
    application.lock()
    stopped = any(check.rule == Rule.VISA and check.blocks for check in precheck(application))
    if not (application.is_open and stopped):
        raise ValidationError(_("The visa rule does not stop this application."))
    application.visa_exception = note
    application.visa_exception_by = by
    application.visa_exception_at = timezone.now()
    application.save(update_fields=["visa_exception", "visa_exception_by", "visa_exception_at"])
    record("application.visa_excepted", application, by=by)
