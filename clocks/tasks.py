from collections.abc import Callable

from celery import Task, current_app, shared_task

from clocks.actions import attend
from clocks.models import Due

BATCH = 1000


def timer(kind: str) -> Callable[[Callable[[Due], str | None]], Task]:
    """Make a function the task that does what is due of this kind."""

    def decorate(act: Callable[[Due], str | None]) -> Task:
        @shared_task(name=kind, ignore_result=True)
        def run(due_id: int) -> None:
            attend(due_id, act)

        run.__doc__ = act.__doc__
        return run

    return decorate


@shared_task(ignore_result=True)
def tick() -> None:
    """Hand every due thing to its own task, the least tried and oldest first."""
    rows = Due.objects.due().order_by("tries", "at", "pk").values_list("kind", "pk")[:BATCH]
    for kind, pk in rows:
        current_app.signature(kind, args=(pk,)).delay()
