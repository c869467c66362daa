"""Sessions in the database that know when they began and when they were last used."""

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

BEGAN = "began"


class SessionStore(db.SessionStore):
    expires: datetime | None = None

    def _get_session_from_db(self) -> Session | None:
        row: Session | None = super()._get_session_from_db()  # type: ignore[misc]
        self.expires = row.expire_date if row else None
        return row

    def fill(self, row: Session) -> None:
        """Read it from a row that is there already."""
        self._session_cache = row.get_decoded()
        self.expires = row.expire_date

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  Django's signature
        facts = getattr(self, "_session_cache", {})  # what is not loaded is not loaded here
        if SESSION_KEY in facts:
            facts.setdefault(BEGAN, int(time.time()))
        super().save(must_create)
        self.expires = self.get_expiry_date()

    @property
    def began(self) -> datetime | None:
        return datetime.fromtimestamp(self[BEGAN], UTC) if BEGAN in self else None

    @property
    def used(self) -> datetime | None:
        """When it was last written; what expires so long after was written then."""
        return self.expires and self.expires - timedelta(seconds=settings.SESSION_COOKIE_AGE)
