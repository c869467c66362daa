"""What a coordinator sees."""

from django.urls import reverse

from accounts.models import Document
from placements.models import Placement
from tests.e2e.stops.acts import Stop, choose, send
from tests.e2e.stops.portal import Portal
from tests.e2e.stops.talks import talks
from threads.kinds import Concern
from threads.models import Report, Thread


def office(portal: Portal) -> list[Stop]:
    application, listing = portal.asked("under_review"), portal.asked("under_review").listing
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
        *talks(portal, portal.coordinator)[:2],
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
        Stop(reverse("admin:placements_seatdifference_changelist")),
        Stop(reverse("admin:rotations_listing_change", args=[listing.pk])),
        Stop(reverse("placements:weeks", args=[listing.slug])),
        Stop("/learners/calendar/"),
        Stop(f"/learners/calendar/?site={listing.site.slug}"),
        Stop(reverse("admin:accounts_document_change", args=[paper.pk])),
        Stop(reverse("admin:accounts_document_change", args=[paper.pk]), send("[name=_refuse]")),
    ]
