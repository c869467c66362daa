"""The one door through which the history of rows is emptied: what is erased is erased there too.

Its tables refuse every change. Here the refusal is suspended, for one table and one statement.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import pgtrigger
from django.apps import apps
from django.db.models import Model
from pghistory.models import Context

from accounts.models import User
from privacy.actions.files import owe_deletion
from privacy.registry import Fate


def history_of(model: type[Model]) -> type[Model] | None:
    """The table that keeps every state of this one's rows, if there is one."""
    found: type[Model] | None = getattr(model, "pgh_event_model", None)
    return found


def histories() -> list[type[Model]]:
    tracked = [model for model in apps.get_models() if "pgh_event_model" in vars(model)]
    return [found for model in tracked if (found := history_of(model))]


def _unlocked(history: type[Model], change: Callable[[], int]) -> int:
    with pgtrigger.ignore(f"{history._meta.label}:append_only"):
        return change()


def rewrite(history: type[Model], change: Callable[[], int]) -> int:
    """Change words in earlier states of rows."""
    return _unlocked(history, change)


def _delete(rows: Any) -> int:
    number, _models = rows.delete()
    return int(number)


def share_fate(fate: Fate, person: User) -> None:
    """What became of her rows becomes of their history."""
    history = history_of(fate.model)
    if history is None:
        return
    rows = history._default_manager.filter(fate.hers(person))
    if fate.deleted:
        _forget_files(history, rows)
        _unlocked(history, lambda: _delete(rows))
    else:
        empty(history, rows, fate.emptied)


def empty(history: type[Model], rows: Any, values: Mapping[str, Any]) -> int:
    """Write these values over each state of the rows."""
    _forget_files(history, rows)
    names = {one.name for one in history._meta.concrete_fields}
    known = {name: value for name, value in values.items() if name in names}
    keys = list(rows.values_list("pk", flat=True))
    found = history._default_manager.filter(pk__in=keys)
    return _unlocked(history, lambda: found.update(**known)) if known else 0


def drop(model: type[Model], keys: Iterable[int]) -> None:
    """Forget every state of these rows, which are gone."""
    history = history_of(model)
    if history is not None:
        rows = history._default_manager.filter(pgh_obj_id__in=list(keys))
        _unlocked(history, lambda: _delete(rows))


def drop_older(than: datetime, *, batch: int) -> int:
    """Forget states from before that moment, and where they came from; how many."""
    dropped = 0
    for history in histories():
        old = history._default_manager.filter(pgh_created_at__lt=than).order_by("pk")
        rows = history._default_manager.filter(
            pk__in=list(old.values_list("pk", flat=True)[:batch])
        )
        dropped += _unlocked(history, lambda rows=rows: _delete(rows))  # type: ignore[misc]
    contexts = Context.objects.filter(created_at__lt=than).values_list("pk", flat=True)[:batch]
    Context.objects.filter(pk__in=list(contexts)).delete()
    return dropped


def _forget_files(history: type[Model], rows: Any) -> None:
    """A file that only an earlier state knows of goes as well."""
    if any(one.name == "file" for one in history._meta.concrete_fields):
        owe_deletion({name for name in rows.values_list("file", flat=True) if name})
