"""Who waits for coordinators: two counts for the day's list of the admin."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import ngettext

from placements.templatetags.office import Count
from threads.models import Report, Thread

register = template.Library()


@register.simple_tag
def waiting_counts(user: Any) -> list[Count]:
    """Only what she may see; each leads to the list that it counts."""
    counts = [("threads.view_thread", _to_answer()), ("threads.view_report", _to_take(user))]
    return [count for permission, count in counts if user.has_perm(permission)]


def _to_answer() -> Count:
    number = Thread.objects.filter(wants_staff=True).count()
    words = ngettext(
        "conversation waits for a coordinator", "conversations wait for a coordinator", number
    )
    return Count(number, words, reverse("threads:threads"))


def _to_take(user: Any) -> Count:
    number = Report.objects.visible_to(user).new().count()
    words = ngettext("new report in confidence", "new reports in confidence", number)
    return Count(number, words, f"{reverse('admin:threads_report_changelist')}?state=new")
