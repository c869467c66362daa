"""Conversations to read, and the queue of reports. That staff look is remembered."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.admin import each
from accounts.http import address_of, person
from audit.admin import ReadOnly
from placements.admin import Asked, Asking, timeline
from threads.actions.messages import open_thread
from threads.actions.reports import close_report, note_report, read_report, take_report
from threads.models import Report, Thread
from threads.queries import talk


@admin.register(Thread)
class ThreadAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["application", "last_at", "wants_staff"]
    view_on_site = False
    list_filter = ["wants_staff"]
    search_fields = ["application__learner__name", "application__listing__preceptor__user__name"]
    list_select_related = ["application__learner", "application__listing"]
    fields = ["application", "last_at", "wants_staff", "page", "messages", "history"]
    readonly_fields = ["page", "messages", "history"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("threads.view_thread")

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        thread = self.get_object(request, object_id)
        if thread is not None and self.has_view_permission(request, thread):
            last = talk(thread).last
            open_thread(thread, by=person(request), read_to=last, address=address_of(request))
        return super().change_view(request, object_id, *args, **kwargs)

    @admin.display(description=_("to write"))
    def page(self, thread: Thread) -> str:
        return format_html('<a href="{}">{}</a>', thread.get_absolute_url(), _("Open the page"))

    @admin.display(description=_("messages"))
    def messages(self, thread: Thread) -> str:
        rows = [
            (f"{line.sent_at:%Y-%m-%d %H:%M} UTC", line.by_line,
             linebreaksbr(line.text) if line.is_text else line.get_kind_display(),
             ", ".join(file.name for file in line.attachments.all()))
            for line in talk(thread).lines
        ]  # fmt: skip
        body = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", rows)
        return format_html("<table>{}</table>", body)

    @admin.display(description=_("what happened"))
    def history(self, thread: Thread) -> str:
        return timeline(thread)


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"
    STATES: ClassVar[dict[str, tuple[Any, dict[str, Any]]]] = {
        "new": (_("New"), {"taken_at": None}),
        "in_hand": (_("In hand"), {"taken_at__isnull": False, "closed_at": None}),
        "closed": (_("Closed"), {"closed_at__isnull": False}),
    }

    def lookups(self, _request: HttpRequest, _admin: Any) -> list[tuple[str, Any]]:
        return [(name, label) for name, (label, _facts) in self.STATES.items()]

    def queryset(self, _request: HttpRequest, rows: QuerySet[Report]) -> QuerySet[Report]:
        chosen = self.STATES.get(self.value() or "")
        return rows.filter(**chosen[1]) if chosen else rows


class ReportNoteForm(Asked):
    text = forms.CharField(
        label=_("Note; staff alone read it"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class CloseForm(Asked):
    text = forms.CharField(
        label=_("What came of it; staff alone read it"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@admin.register(Report)
class ReportAdmin(Asking, ReadOnly, admin.ModelAdmin):
    list_display = ["filed_at", "concern", "listing", "state", "taken_by", "closed_at"]
    # Its page is its writer's alone.
    view_on_site = False
    list_filter = [StateFilter, "concern"]
    list_select_related = ["listing", "taken_by"]
    date_hierarchy = "filed_at"
    fields = ["concern", "reporter", "application", "listing", "text", "no_mail", "filed_at",
              "taken_at", "taken_by", "closed_at", "closed_by", "staff_notes", "history"]  # fmt: skip
    readonly_fields = ["staff_notes", "history"]
    actions = ["take", "note", "close"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return super().get_queryset(request).visible_to(person(request))  # type: ignore[attr-defined, no-any-return]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("threads.view_report")

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("threads.change_report")

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        report = self.get_object(request, object_id)
        if report is not None and self.has_view_permission(request, report):
            read_report(report, by=person(request), address=address_of(request))
        return super().change_view(request, object_id, *args, **kwargs)

    @admin.display(description=_("state"))
    def state(self, report: Report) -> str:
        return str(StateFilter.STATES[report.state][0])

    @admin.display(description=_("notes"))
    def staff_notes(self, report: Report) -> str:
        rows = [
            (f"{note.at:%Y-%m-%d %H:%M} UTC", note.written_by, linebreaksbr(note.text))
            for note in report.notes.select_related("written_by")
        ]
        body = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", rows)
        return format_html("<table>{}</table>", body)

    @admin.display(description=_("what happened"))
    def history(self, report: Report) -> str:
        return timeline(report)

    @admin.action(description=_("Take in hand"), permissions=["move"])
    def take(self, request: HttpRequest, rows: QuerySet[Report]) -> None:
        each(request, rows, lambda row: take_report(row, by=person(request)))

    @admin.action(description=_("Add a note …"), permissions=["move"])
    def note(self, request: HttpRequest, rows: QuerySet[Report]) -> HttpResponse | None:
        return self.ask(
            request,
            rows,
            ReportNoteForm,
            lambda row, **facts: note_report(row, by=person(request), **facts),
        )

    @admin.action(description=_("Close …"), permissions=["move"])
    def close(self, request: HttpRequest, rows: QuerySet[Report]) -> HttpResponse | None:
        return self.ask(
            request,
            rows,
            CloseForm,
            lambda row, **facts: close_report(row, by=person(request), **facts),
        )
