"""Questions that every page asks, whose SQL is worked out once (ADR 0034).

For a row of six tables Django takes longer to write the statement than PostgreSQL to answer it.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import BooleanField, Model, QuerySet, Value
from django.db.models.expressions import RawSQL

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Gap:
    """A place in the statement that each call fills."""

    name: str


def given(name: str) -> Value:
    """Stands in a compiled queryset for a value that each call gives."""
    return Value(Gap(name))


def of_any(column: str, name: str) -> RawSQL:
    """The column is one of a list of keys that each call gives, however long."""
    return RawSQL(f"{column} = ANY(%s)", [Gap(name)], output_field=BooleanField())  # noqa: S611  our own text


class Compiled(Generic[M]):
    """A queryset with gaps. A call fills them and gives a queryset that only has to be read.

    The same rows as ever, from the same statement. It may not be filtered further.
    """

    def __init__(self, build: Callable[[], "QuerySet[M, Any]"]) -> None:
        self._build = build
        self._known: tuple[Any, Any, str, tuple[Any, ...]] | None = None

    def __call__(self, **values: Any) -> "QuerySet[M, Any]":
        if self._known is None:
            queryset = self._build()
            compiler = queryset.query.get_compiler(queryset.db)
            self._known = (queryset, compiler, *compiler.as_sql())
        queryset, compiler, text, params = self._known
        filled = [values[one.name] if isinstance(one, Gap) else one for one in params]
        told = copy(compiler)
        told.connection = connections[queryset.db]
        told.as_sql = lambda *_args, **_more: (text, filled)
        found: QuerySet[M, Any] = queryset.all()
        found.query.get_compiler = lambda *_args, **_more: told  # type: ignore[method-assign]
        return found
