"""Keeps the catalogue's rows true: whoever reads them first rewrites what has become stale."""

from datetime import date
from typing import Any

from django.db import connection, transaction

from rotations.kinds import FOR_ENROLLED
from rotations.models.entry import NO_ANSWER, NO_START, Stale

# A page waits for so many at most; the rest is a worker's (``rotations.tasks``).
AT_ONCE = 200

# Reads the listings as they are now; written over whatever the catalogue knew.
REWRITE = """
INSERT INTO rotations_entry (
  listing_id, is_listed, specialty, state, area, rotation_type, hands_on, setting, letterhead,
  families, languages, visas, price_per_week, usual_weeks, min_weeks, max_weeks, step_weeks,
  starts_every, anchor, lead_days, answer_hours, latitude, longitude, free, next_start, right_until,
  published_at, search, changed_in
)
SELECT
  l.id, true, sp.slug, st.abbr, coalesce(nullif(si.metro, ''), si.city || ', ' || st.abbr),
  l.rotation_type, l.hands_on, l.setting, l.letterhead, l.families, l.languages,
  CASE
    WHEN l.hands_on = 0 THEN '{none,visitor}'
    WHEN l.hands_on = 1 OR l.rotation_type = ANY(%(for_students)s) THEN '{visitor}'
    ELSE '{}' END::varchar[],
  ceil(l.fee_per_week + l.service_fee::numeric / l.usual_weeks),
  l.usual_weeks, l.min_weeks, l.max_weeks, l.step_weeks, l.starts_every, l.anchor,
  l.apply_lead_days, coalesce(p.median_answer_hours, %(no_answer)s),
  si.latitude, si.longitude, weeks.free, coalesce(following.start, %(no_start)s),
  coalesce(following.start - l.apply_lead_days, %(no_start)s), l.published_at,
  setweight(to_tsvector('english', texts.a) || to_tsvector('simple', texts.a), 'A')
    || setweight(to_tsvector('simple', texts.b), 'B')
    || setweight(to_tsvector('english', texts.c) || to_tsvector('simple', texts.tags), 'C')
    || setweight(to_tsvector('english', l.description), 'D'),
  pg_current_xact_id()::text::bigint
FROM rotations_listing l
JOIN rotations_specialty sp ON sp.id = l.specialty_id
JOIN rotations_site si ON si.id = l.site_id
JOIN rotations_state st ON st.id = si.state_id
JOIN accounts_preceptorprofile p ON p.id = l.preceptor_id
JOIN accounts_user u ON u.id = p.user_id
CROSS JOIN LATERAL (
  SELECT coalesce(range_agg(daterange(w.monday, w.monday + 7)), '{}') AS free
  FROM rotations_seatweek w
  WHERE w.listing_id = l.id AND w.free > 0 AND w.monday >= %(today)s - 7 AND p.accepting
    AND NOT (
      p.away_until IS NOT NULL AND w.monday <= p.away_until
      AND w.monday + 4 >= coalesce(p.away_from, '-infinity')
    )
) weeks
CROSS JOIN LATERAL (
  SELECT rotations_first_start(
    weeks.free, l.usual_weeks, l.starts_every, l.anchor, %(today)s + l.apply_lead_days, 'infinity'
  ) AS start
) following
CROSS JOIN LATERAL (
  SELECT
    regexp_replace(unaccent(concat_ws(
      ' ', l.title, sp.name, sp.board_name, array_to_string(sp.aliases, ' ')
    )), '[^[:alnum:]]+', ' ', 'g') AS a,
    regexp_replace(unaccent(concat_ws(
      ' ', si.name, si.city, si.metro, st.name, st.abbr, u.name
    )), '[^[:alnum:]]+', ' ', 'g') AS b,
    unaccent(concat_ws(' ', l.summary, array_to_string(l.activities, ' '))) AS c,
    concat_ws(
      ' ', replace(l.rotation_type, '-', ' '), array_to_string(l.languages, ' '),
      replace(replace(array_to_string(l.families, ' '), 'im_student', 'student'), '_', ' '),
      CASE WHEN l.letterhead <> 'none' THEN 'lor letter letters recommendation' END,
      CASE WHEN l.hands_on >= 2 AND l.rotation_type <> 'preceptorship'
        THEN 'usce hands on' END,
      CASE WHEN l.rotation_type = 'sub-internship' THEN 'subi' END
    ) AS tags
) texts
WHERE l.id = ANY(%(ids)s) AND l.status = 'published' AND p.suspended_at IS NULL
ON CONFLICT (listing_id) DO UPDATE SET
"""
COLUMNS = [
    "is_listed",
    "specialty",
    "state",
    "area",
    "rotation_type",
    "hands_on",
    "setting",
    "letterhead",
    "families",
    "languages",
    "visas",
    "price_per_week",
    "usual_weeks",
    "min_weeks",
    "max_weeks",
    "step_weeks",
    "starts_every",
    "anchor",
    "lead_days",
    "answer_hours",
    "latitude",
    "longitude",
    "free",
    "next_start",
    "right_until",
    "published_at",
    "search",
    "changed_in",
]
REWRITE += ", ".join(f"{name} = excluded.{name}" for name in COLUMNS)

UNLIST = """
UPDATE rotations_entry e SET is_listed = false, changed_in = pg_current_xact_id()::text::bigint
WHERE e.listing_id = ANY(%(ids)s) AND e.is_listed AND NOT EXISTS (
  SELECT FROM rotations_listing l JOIN accounts_preceptorprofile p ON p.id = l.preceptor_id
  WHERE l.id = e.listing_id AND l.status = 'published' AND p.suspended_at IS NULL
)
"""
# Of what is no longer listed, no word stays that nothing else says: it may be a person's name.
FORGET_WORDS = """
DELETE FROM rotations_word w USING (
  SELECT DISTINCT unnest(tsvector_to_array(e.search)) AS word
  FROM rotations_entry e WHERE e.listing_id = ANY(%(ids)s) AND NOT e.is_listed
) gone
WHERE w.text = gone.word AND NOT EXISTS (
  SELECT FROM rotations_entry o WHERE o.is_listed AND o.search @@ to_tsquery('simple', w.text)
)
"""
EMPTY = """
UPDATE rotations_entry SET search = '' WHERE listing_id = ANY(%(ids)s) AND NOT is_listed
"""
LEARN_WORDS = """
INSERT INTO rotations_word (text)
SELECT DISTINCT left(word, 40) FROM rotations_entry e, LATERAL unnest(tsvector_to_array(
  ts_filter(e.search, '{a,b}')
)) AS word
WHERE e.listing_id = ANY(%(ids)s) AND length(word) > 3 AND word ~ '^[[:alpha:]]+$'
ON CONFLICT DO NOTHING
"""
FOR_STUDENTS = [str(kind.value) for kind in FOR_ENROLLED]


def mend(*, today: date, most: int = AT_ONCE) -> int:
    """Rewrite entries that changes have made stale; how many listings were looked at.

    The marks are taken before the listings are read, and the entries are locked in
    one order: of two who mend the same listing, the later one reads the later truth.
    """
    with transaction.atomic():
        marks = Stale.objects.order_by("can_wait", "pk").select_for_update(skip_locked=True)[:most]
        found = list(marks.values_list("pk", "listing_id"))
        if not found:
            return 0
        Stale.objects.filter(pk__in=[pk for pk, _listing in found]).delete()
        listings = sorted({listing for _pk, listing in found})
        rewrite(listings, today=today)
    return len(listings)


@transaction.atomic
def rewrite(listings: list[int], *, today: date) -> None:
    """Read these listings anew. Locks their entries, in the order of their keys."""
    values: dict[str, Any] = {
        "ids": listings,
        "today": today,
        "no_answer": NO_ANSWER,
        "no_start": NO_START,
        "for_students": FOR_STUDENTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM rotations_entry WHERE listing_id = ANY(%(ids)s)"
            " ORDER BY listing_id FOR NO KEY UPDATE",
            values,
        )
        for statement in (REWRITE, UNLIST, FORGET_WORDS, EMPTY, LEARN_WORDS):
            cursor.execute(statement, values)


def mark_outlived(*, today: date) -> None:
    """A start that can no longer be prepared makes room for the next one, day by day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO rotations_stale (listing_id, can_wait)"
            " SELECT listing_id, true FROM rotations_entry"
            " WHERE is_listed AND right_until < %s"
            " AND NOT EXISTS (SELECT FROM rotations_stale s"
            " WHERE s.listing_id = rotations_entry.listing_id)",
            [today],
        )
