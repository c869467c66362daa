"""Files go after their rows, and never only one of the two."""

from collections.abc import Iterable, Iterator

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import FileField, Model, QuerySet
from django.db.models.deletion import Collector

from accounts.models import Document
from outbox.actions import nudge
from privacy.models import FileToDelete


def delete_with_files(rows: QuerySet) -> int:
    """Delete rows and what is a part of them, and owe the deletion of every file of theirs."""
    collector = Collector(using=rows.db, origin=rows)
    collector.collect(rows)
    owe_deletion(_files(_collected(collector)))
    number = rows.count()
    collector.delete()
    return number


def _collected(collector: Collector) -> Iterator[Model]:
    for found in collector.data.values():
        yield from found
    for fast in collector.fast_deletes:
        if _file_fields(fast.model):
            yield from fast


def _file_fields(model: type[Model]) -> list[str]:
    return [one.name for one in model._meta.concrete_fields if isinstance(one, FileField)]


def _files(instances: Iterable[Model]) -> list[str]:
    return [
        file.name
        for one in instances
        for name in _file_fields(type(one))
        if (file := getattr(one, name))
    ]


def files_of(rows: QuerySet) -> list[str]:
    return _files(rows)


def owe_deletion(names: Iterable[str]) -> None:
    """Within the transaction that forgets them; a worker deletes them right after."""
    owed = FileToDelete.objects.bulk_create(
        [FileToDelete(name=name) for name in names], ignore_conflicts=True
    )
    for row in FileToDelete.objects.filter(name__in=[one.name for one in owed]):
        nudge("privacy.tasks.delete_file", row.pk)


@transaction.atomic
def delete_file(row: FileToDelete) -> None:
    """Delete it, what was drawn from it, and then its name; what is not there is deleted too."""
    for name in Document(file=row.name).file_names:
        storages["private"].delete(name)
    row.delete()
