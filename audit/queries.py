"""Questions about what happened."""

from django.db.models import Model, QuerySet

from audit.models import Event


def history_of(*subjects: Model) -> QuerySet[Event]:
    """Everything that happened to these, oldest first."""
    events = Event.objects.none()
    for subject in subjects:
        events |= Event.objects.filter(
            subject=subject._meta.label_lower, subject_id=str(subject.pk)
        )
    return events.select_related("by", "on_behalf_of").order_by("pk")
