"""Every page type of the portal as the demo's people see it: who, where, and what she does there."""

from django.urls import reverse

from accounts.models import User
from placements.models import AttendanceNote, Placement, SchoolApproval
from tests.e2e.stops.acts import Stop, send
from tests.e2e.stops.learners import account, learners, newcomers, payers
from tests.e2e.stops.office import office
from tests.e2e.stops.portal import Portal
from tests.e2e.stops.preceptors import delegates, keys, new_preceptors, preceptors
from tests.e2e.stops.public import entrance, joining, links, public, refusals
from threads.models import Report, Thread

__all__ = ["Portal", "Stop", "walks"]


def walks(portal: Portal) -> dict[User | None, list[Stop]]:
    refused = SchoolApproval.objects.get(answer="no")
    school = reverse("placements:school", args=[refused.application.code])
    closed = Thread.objects.get(application__listing__slug__startswith="pa-primary-care")
    noted = AttendanceNote.objects.get().placement
    running = Placement.objects.filter(status="active").exclude(reschedules__status="pending")[0]
    own = Report.objects.get(closed_at__isnull=False)
    return {
        None: [
            *public(portal),
            *joining(portal),
            *links(portal),
            *entrance(portal),
            *refusals(portal),
        ],
        portal.learner: [*learners(portal), *account(portal)],
        portal.newcomer: newcomers(portal),
        portal.preceptor: [*preceptors(portal), *keys(portal)],
        portal.new_preceptor: new_preceptors(portal),
        portal.delegate: delegates(portal),
        portal.unsure: [Stop("/admin/")],
        portal.coordinator: office(portal),
        refused.application.learner: [Stop(school), Stop(school, send())],
        portal.hosted("active").learner: payers(portal, portal.hosted("active")),
        closed.application.learner: [Stop(closed.get_absolute_url())],
        noted.learner: [Stop(reverse("placements:attendance", args=[noted.code]))],
        running.preceptor.user: [Stop(reverse("placements:extend", args=[running.code]))],
        own.reporter: [Stop("/report/"), Stop(own.get_absolute_url())],
    }
