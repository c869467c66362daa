from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from outbox.actions import resend
from outbox.models import Message


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"
    STATES = {
        "stuck": (_("Given up"), Q(failed_at__isnull=False)),
        "retry": (_("Tried, still owed"), Q(failed_at=None, sent_at=None, tries__gt=0)),
        "owed": (_("Owed"), Q(failed_at=None, sent_at=None, discarded_at=None)),
        "sent": (_("Sent"), Q(sent_at__isnull=False)),
    }

    def lookups(self, _request: HttpRequest, _admin: Any) -> list[tuple[str, Any]]:
        return [(name, label) for name, (label, _q) in self.STATES.items()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        chosen = self.STATES.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    list_display = ["created_at", "subject", "recipient", "due_at", "tries", "sent_at", "failed_at"]
    list_filter = [StateFilter, "template"]
    search_fields = ["recipient", "subject"]
    date_hierarchy = "created_at"
    fields = ["subject", "recipient", "user", "template", "text", "created_at", "due_at", "tries",
              "strikes", "last_error", "sent_at", "failed_at", "discarded_at"]  # fmt: skip
    readonly_fields = ["text", "created_at"]
    actions = ["send_again"]

    @admin.display(description=_("text"))
    def text(self, message: Message) -> str:
        """Who reads a code or a link that needs no sign-in could act as its owner."""
        if message.secret:
            return gettext("Not shown: it carries a code or a link that only its reader may use.")
        if message.forgotten_at:
            return gettext("Deleted, as the portal’s terms of keeping say.")
        return linebreaksbr(message.body)

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    @admin.action(description=_("Send again"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        stuck = list(queryset.filter(sent_at=None, discarded_at=None, forgotten_at=None))
        for message in stuck:
            resend(message)
        said = ngettext("One mail is owed again.", "%(n)d mails are owed again.", len(stuck))
        messages.success(request, said % {"n": len(stuck)})
