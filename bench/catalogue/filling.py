"""Fills an empty, migrated database with so many listings.

People, sites and licenses are made as objects; listings and weeks by ``INSERT … SELECT`` with
all triggers off, and the catalogue's own rows afterwards by the code that keeps them.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import us
import zipcodes
from django.db import connection
from django.utils import timezone

from accounts.kinds import CredentialKind
from accounts.models import DocumentType, Licence, PreceptorProfile, User
from bench.catalogue.vocabulary import Vocabulary
from clocks.calendar import next_monday
from rotations.kinds import Setting
from rotations.models import Listing, Site, Specialty, State
from rotations.search.entries import rewrite
from seed.reference import load_reference

SEED = 4
BATCH = 5000
# Weeks of each listing; fewer where the weeks alone would be 52 million rows.
WEEKS, FEW_WEEKS, MANY = 52, 8, 1_000_000
# Where most hospitals that take learners are; every other state counts one.
CROWDED = {"TX": 14, "NY": 14, "FL": 13, "CA": 13, "IL": 10, "NJ": 8, "PA": 7, "MI": 6, "GA": 6,
           "OH": 5, "MD": 4, "MA": 4, "AZ": 4, "NC": 3, "VA": 3, "TN": 3, "MO": 3, "LA": 2}  # fmt: skip
FIRST = "Helen Amit Grace Omar Lucia Peter Ngozi Wei Sofia Daniel Fatima Ivan Maya Luis Anna Kofi".split()  # noqa: SIM905
LAST = "Castellano Mehta Okafor Haddad Romero Lindqvist Adeyemi Chen Novak Brooks Rahman Petrov Stein Ortiz Kowalski Mensah".split()  # noqa: SIM905
TONGUES = ["Spanish", "Hindi", "Arabic", "Mandarin", "Portuguese", "French", "Urdu", "Vietnamese"]

LISTINGS = """
INSERT INTO rotations_listing (
  slug, title, status, specialty_id, site_id, preceptor_id, rotation_type, hands_on, setting,
  families, summary, description, activities, objectives, typical_day, languages, not_included,
  letterhead, letterhead_note, fee_per_week, service_fee, policy_id, usual_weeks, min_weeks,
  max_weeks, step_weeks, starts_every, anchor, hours_per_week, apply_lead_days,
  apply_lead_days_visa, promotion_lead_days, screening, needs_school_approval, needs_step1,
  needs_step2, needs_english, created_at, updated_at, published_at
)
SELECT
  'bench-' || number, sp.name || ' ' || replace(kind.name, '-', ' ') || ' in ' || si.city, 'published',
  sp.id, si.id, p.id, kind.name, kind.hands_on, si.setting, kind.families::varchar[],
  summary.text, description.text, activities.list, objectives.list,
  '[["8:00 AM", "Rounds"], ["1:00 PM", "Clinic"]]',
  CASE WHEN pick.language < 0.5
    THEN (%(tongues)s::varchar[])[1 + mod((pick.language * 16)::int, 8):1 + mod((pick.language * 16)::int, 8)]
    ELSE '{}' END,
  '', kind.letterhead, '', 10000 + 1000 * (70 * pick.fee * pick.fee)::int, 15000, policy.id,
  usual.weeks, least(usual.weeks, 2 + (pick.least * 3)::int), usual.weeks + 4 * (pick.most * 2)::int,
  1, rhythm.every, CASE WHEN rhythm.every > 1 THEN %(monday)s + 7 * (pick.anchor * 4)::int END,
  40, 14 + 7 * (pick.lead * 5)::int, 45, 14, 'none', false, false, false, false,
  now(), now(), now() - pick.age * interval '700 days'
FROM generate_series(1, %(size)s) AS number
CROSS JOIN LATERAL (
  SELECT number AS same, random() AS specialty, random() AS site, random() AS kind, random() AS language,
    random() AS fee, random() AS usual, random() AS least, random() AS most, random() AS rhythm,
    random() AS anchor, random() AS lead, random() AS age, random() AS preceptor,
    random() AS summary, random() AS description
) pick
CROSS JOIN LATERAL (SELECT (ARRAY[4,4,4,4,2,6,8,12])[1 + floor(pick.usual * 8)::int] AS weeks) usual
CROSS JOIN LATERAL (SELECT (ARRAY[1,1,1,1,2,4])[1 + floor(pick.rhythm * 6)::int] AS every) rhythm
JOIN bench_kind kind ON kind.n = floor(pick.kind * %(kinds)s)::int
JOIN bench_specialty sp ON sp.n = floor(pow(pick.specialty, 2.2) * %(specialties)s)::int
JOIN bench_site si ON si.n = floor(pow(pick.site, 1.3) * %(sites)s)::int
JOIN bench_preceptor p ON p.n = floor(pick.preceptor * %(preceptors)s)::int
JOIN bench_text summary ON summary.kind = 's' AND summary.n = floor(pick.summary * %(texts)s)::int
JOIN bench_text description
  ON description.kind = 'd' AND description.n = floor(pick.description * %(texts)s)::int
CROSS JOIN LATERAL (
  SELECT array_agg(left(text, 160)) AS list FROM bench_text
  WHERE kind = 'a' AND bench_text.n BETWEEN number %% %(texts)s AND number %% %(texts)s + 3
) activities
CROSS JOIN LATERAL (
  SELECT array_agg(left(text, 160)) AS list FROM bench_text
  WHERE kind = 'a' AND bench_text.n BETWEEN number %% 997 AND number %% 997 + 2
) objectives
CROSS JOIN (SELECT id FROM rotations_cancellationpolicy ORDER BY id LIMIT 1) policy
"""
# A third of the weeks has no seat left; a listing with few weeks begins at some time of the year.
SEATS = """
INSERT INTO rotations_seatweek (listing_id, monday, capacity, taken)
SELECT l.id, %(monday)s + 7 * (begins.week + n), seats.capacity,
  least(seats.capacity, floor(random() * (seats.capacity + 1.3))::int)
FROM rotations_listing l
CROSS JOIN LATERAL (
  SELECT (l.id * 37 %% (53 - %(weeks)s))::int AS week
) begins
CROSS JOIN LATERAL (SELECT 1 + (l.id %% 3)::int AS capacity) seats
CROSS JOIN generate_series(0, %(weeks)s - 1) AS n
WHERE l.id > %(after)s AND l.id <= %(after)s + %(batch)s
"""
REQUIREMENTS = """
INSERT INTO rotations_requirement (listing_id, type_id, note, site_sees_file)
SELECT l.id, t.id, '', false FROM rotations_listing l
JOIN accounts_documenttype t ON (l.id + t.id) %% 3 = 0
WHERE l.id > %(after)s AND l.id <= %(after)s + %(batch)s
"""


def fill(size: int) -> None:
    load_reference()
    random = Random(SEED)
    staff = User.objects.create(email="staff@bench.example", name="Dana Whitlock")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SELECT setseed(0.4)")
    preceptors = make_preceptors(max(50, min(8000, size // 12)), random, staff)
    sites = make_sites(max(40, min(5000, size // 15)), random)
    numbers = {"size": size, "tongues": TONGUES, "monday": next_monday(timezone.localdate())}
    numbers |= {"preceptors": preceptors, "sites": sites, **make_lists()}
    with connection.cursor() as cursor:
        timed("listings", lambda: cursor.execute(LISTINGS, numbers))
        weeks = FEW_WEEKS if size >= MANY else WEEKS
        timed("weeks and requirements", lambda: add_weeks(cursor, size, weeks, numbers["monday"]))
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("TRUNCATE rotations_stale")
        timed("statistics", lambda: cursor.execute("ANALYZE"))
        timed("entries", rewrite_all)
        timed("vacuum", lambda: cursor.execute("VACUUM ANALYZE"))


def timed(name: str, act: Any) -> None:
    began = time.monotonic()
    act()
    print(f"  {name}: {time.monotonic() - began:.0f} s", flush=True)


def make_preceptors(number: int, random: Random, staff: User) -> int:
    users = User.objects.bulk_create(
        User(
            email=f"preceptor{n}@bench.example",
            name=f"{random.choice(FIRST)} {random.choice(LAST)}",
            password="!",  # noqa: S106  no password fits
        )
        for n in range(number)
    )
    seen = {"verified_at": datetime.now(UTC), "verified_by": staff}
    preceptors = PreceptorProfile.objects.bulk_create(
        PreceptorProfile(
            user=user,
            slug=f"bench-{n}",
            credential=CredentialKind.MD,
            languages=["English"],
            median_answer_hours=random.choice([None, 5, 18, 30, 60, 110, 200]),
            requests_counted=12,
            **seen,
        )
        for n, user in enumerate(users)
    )
    good = timezone.localdate() + timedelta(days=700)
    Licence.objects.bulk_create(
        (
            Licence(preceptor=one, state=state, number=f"B{one.pk}", expires_on=good, **seen)
            for one in preceptors
            for state in random.sample(list(CROWDED), 6)
        ),
        batch_size=5000,
    )
    return number


def make_sites(number: int, random: Random) -> int:
    """At real ZIPs, most of them in the crowded states."""
    states = {one.abbr: one for one in State.objects.all()}
    rows = [
        row
        for row in zipcodes.list_all()
        if row["zip_code_type"] == "STANDARD" and row["state"] in states and row["lat"]
    ]
    weights = [CROWDED.get(row["state"], 1) for row in rows]
    Site.objects.bulk_create(
        Site(
            slug=f"bench-{n}",
            name=f"{random.choice(LAST)} {random.choice(['Clinic', 'Hospital', 'Medical Center'])}",
            setting=random.choice(Setting.values[:8]),
            street=f"{n} Example Street",
            city=row["city"],
            state=states[row["state"]],
            zip=row["zip_code"],
            latitude=float(row["lat"]),
            longitude=float(row["long"]),
            time_zone=us.states.lookup(row["state"]).time_zones[0],
        )
        for n, row in enumerate(random.choices(rows, weights, k=number))
    )
    return number


# What a type usually is: its level, to whom it is open, on whose paper letters are; common ones twice.
KINDS = [
    ("elective", 3, "{im_student,caribbean_student,us_md_do_student}", "university"),
    ("clerkship", 3, "{im_student,caribbean_student,us_md_do_student}", "hospital"),
    ("sub-internship", 3, "{im_student,us_md_do_student}", "university"),
    ("externship", 2, "{img_graduate}", "hospital"),
    ("externship", 3, "{img_graduate}", "private-practice"),
    ("observership", 1, "{im_student,img_graduate}", "hospital"),
    ("observership", 1, "{im_student,caribbean_student,img_graduate}", "private-practice"),
    ("preceptorship", 3, "{np_student}", "private-practice"),
    ("preceptorship", 3, "{np_student,pa_student}", "private-practice"),
    ("research", 0, "{im_student,img_graduate}", "university"),
    ("telerotation", 0, "{im_student,img_graduate,np_student}", "personal"),
]
TEXTS = 3000


def make_lists() -> dict[str, int]:
    """Numbered from 0, so that a random number finds a row; how many there are of each."""
    words = Vocabulary()
    texts = {
        "s": words.sentences(TEXTS, shortest=10, longest=25, most=240),
        "d": words.sentences(TEXTS, shortest=40, longest=120, most=1500),
        "a": words.sentences(TEXTS + 4, shortest=3, longest=9, most=160),
    }
    with connection.cursor() as cursor:
        for table, model, columns in (
            ("specialty", Specialty, "id, name"),
            ("site", Site, "id, city, setting"),
            ("preceptor", PreceptorProfile, "id"),
        ):
            source = model._meta.db_table
            cursor.execute(
                f"CREATE TEMP TABLE bench_{table} AS SELECT {columns},"  # noqa: S608  our own names
                f" (row_number() OVER (ORDER BY md5(id::text)) - 1)::int AS n FROM {source}"
            )
        cursor.execute(
            "CREATE TEMP TABLE bench_kind"
            " (n int, name text, hands_on int, families text, letterhead text)"
        )
        cursor.executemany(
            "INSERT INTO bench_kind VALUES (%s, %s, %s, %s, %s)",
            [(n, *kind) for n, kind in enumerate(KINDS)],
        )
        cursor.execute("CREATE TEMP TABLE bench_text (kind text, n int, text text)")
        with cursor.copy("COPY bench_text FROM STDIN") as copy:
            for kind, rows in texts.items():
                for n, text in enumerate(rows):
                    copy.write_row((kind, n, text))
        cursor.execute("CREATE INDEX ON bench_text (kind, n)")
        cursor.execute("ANALYZE")
    return {"specialties": Specialty.objects.count(), "kinds": len(KINDS), "texts": TEXTS}


def add_weeks(cursor: Any, size: int, weeks: int, monday: Any) -> None:
    first = Listing.objects.order_by("pk").values_list("pk", flat=True)[0] - 1
    assert DocumentType.objects.exists()
    for after in range(first, first + size, 50_000):
        values = {"after": after, "batch": 50_000, "weeks": weeks, "monday": monday}
        cursor.execute(SEATS, values)
        if size < MANY:
            cursor.execute(REQUIREMENTS, values)


def rewrite_all() -> None:
    for keys in batches():
        rewrite(keys, today=timezone.localdate())


def batches() -> Iterator[list[int]]:
    last = 0
    while keys := list(
        Listing.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield keys
        last = keys[-1]
