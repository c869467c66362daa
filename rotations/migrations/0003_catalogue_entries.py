"""The catalogue's own tables, what keeps them true, and where sites lie."""

import datetime
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import rotations.models.entry
from django.contrib.postgres.operations import (
    CreateExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations, models


# The first start of a block of so many weeks, all free, on a Monday of the listing's rhythm.
FUNCTION = """
CREATE FUNCTION rotations_first_start(
  free datemultirange, weeks integer, starts_every integer, anchor date, since date, until date
) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT min(start)
  FROM unnest(free) AS run,
    LATERAL (SELECT greatest(lower(run), since) AS day) AS from_day,
    LATERAL (SELECT day + (8 - extract(isodow FROM day)::integer) % 7 AS monday) AS from_monday,
    LATERAL (
      SELECT CASE WHEN starts_every = 1 OR anchor IS NULL THEN monday
        ELSE monday + 7 * (
          (((anchor - monday) / 7) % starts_every + starts_every) % starts_every
        ) END AS start
    ) AS in_rhythm
  WHERE start + 7 * weeks <= upper(run) AND start <= until
$$
"""

# Which listings a change makes stale. Statements, not rows: a booking of four weeks writes once.
WATCHES = {
    "rotations_listing": {
        "INSERT": "SELECT id, false FROM new_rows",
        "UPDATE": "SELECT id, false FROM new_rows",
        "DELETE": "SELECT id, false FROM old_rows",
    },
    "rotations_seatweek": {
        "INSERT": "SELECT DISTINCT listing_id, false FROM new_rows",
        "UPDATE": "SELECT DISTINCT listing_id, false FROM new_rows",
        "DELETE": "SELECT DISTINCT listing_id, false FROM old_rows",
    },
    "accounts_preceptorprofile": {
        "UPDATE": """
          SELECT l.id, (n.suspended_at, n.accepting, n.away_from, n.away_until)
            IS NOT DISTINCT FROM (o.suspended_at, o.accepting, o.away_from, o.away_until)
          FROM new_rows n JOIN old_rows o USING (id) JOIN rotations_listing l ON l.preceptor_id = n.id
          WHERE (n.suspended_at, n.accepting, n.away_from, n.away_until, n.median_answer_hours)
            IS DISTINCT FROM
            (o.suspended_at, o.accepting, o.away_from, o.away_until, o.median_answer_hours)""",
    },
    "accounts_user": {
        "UPDATE": """
          SELECT l.id, true
          FROM new_rows n JOIN old_rows o USING (id)
            JOIN accounts_preceptorprofile p ON p.user_id = n.id
            JOIN rotations_listing l ON l.preceptor_id = p.id
          WHERE n.name IS DISTINCT FROM o.name""",
    },
    "rotations_site": {
        "UPDATE": "SELECT l.id, true FROM new_rows n JOIN rotations_listing l ON l.site_id = n.id",
    },
    "rotations_state": {
        "UPDATE": """
          SELECT l.id, true FROM new_rows n JOIN old_rows o USING (id)
            JOIN rotations_site s ON s.state_id = n.id JOIN rotations_listing l ON l.site_id = s.id
          WHERE (n.name, n.abbr) IS DISTINCT FROM (o.name, o.abbr)""",
    },
    "rotations_specialty": {
        "UPDATE": """
          SELECT l.id, true FROM new_rows n JOIN old_rows o USING (id)
            JOIN rotations_listing l ON l.specialty_id = n.id
          WHERE (n.slug, n.name, n.board_name, n.aliases)
            IS DISTINCT FROM (o.slug, o.name, o.board_name, o.aliases)""",
    },
}
TABLES = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}


def watches():
    for table, events in WATCHES.items():
        for event, rows in events.items():
            name = f"{table}_stale_{event.lower()}"
            yield migrations.RunSQL(
                f"""
                CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  INSERT INTO rotations_stale (listing_id, can_wait) {rows};
                  RETURN NULL;
                END $$;
                CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {TABLES[event]}
                  FOR EACH STATEMENT EXECUTE FUNCTION {name}();
                """,
                f"DROP FUNCTION {name}() CASCADE",
            )


def find_sites(apps, schema_editor):
    from rotations import places

    Site = apps.get_model("rotations", "Site")
    for site in Site.objects.all().iterator():
        place = places.of_zip(site.zip)
        if place:
            Site.objects.filter(pk=site.pk).update(
                latitude=place.latitude, longitude=place.longitude
            )


class Migration(migrations.Migration):

    dependencies = [
        ('rotations', '0002_requirement_least'),
    ]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        CreateExtension("cube"),
        CreateExtension("earthdistance"),
        migrations.AddField(
            model_name='site',
            name='latitude',
            field=models.FloatField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='site',
            name='longitude',
            field=models.FloatField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='site',
            name='metro',
            field=models.CharField(blank=True, help_text='As people call it: “Greater Houston”. Empty: the city.', max_length=80, verbose_name='metropolitan area'),
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('listing', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, serialize=False, to='rotations.listing')),
                ('is_listed', models.BooleanField(default=True)),
                ('specialty', models.CharField(max_length=50)),
                ('state', models.CharField(max_length=2)),
                ('area', models.CharField(max_length=100)),
                ('rotation_type', models.CharField(max_length=20)),
                ('hands_on', models.PositiveSmallIntegerField()),
                ('setting', models.CharField(max_length=30)),
                ('letterhead', models.CharField(max_length=20)),
                ('families', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None)),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('visas', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), size=None)),
                ('price_per_week', models.PositiveIntegerField()),
                ('usual_weeks', models.PositiveSmallIntegerField()),
                ('min_weeks', models.PositiveSmallIntegerField()),
                ('max_weeks', models.PositiveSmallIntegerField()),
                ('step_weeks', models.PositiveSmallIntegerField()),
                ('starts_every', models.PositiveSmallIntegerField()),
                ('anchor', models.DateField(null=True)),
                ('lead_days', models.PositiveSmallIntegerField()),
                ('answer_hours', models.PositiveIntegerField(default=1000000)),
                ('latitude', models.FloatField(null=True)),
                ('longitude', models.FloatField(null=True)),
                ('free', rotations.models.entry.DateMultiRangeField()),
                ('next_start', models.DateField(default=datetime.date(9999, 12, 31))),
                ('right_until', models.DateField(default=datetime.date(9999, 12, 31))),
                ('published_at', models.DateTimeField()),
                ('search', django.contrib.postgres.search.SearchVectorField()),
                ('changed_in', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(models.F('next_start'), models.F('price_per_week'), models.F('listing'), condition=models.Q(('is_listed', True)), name='entry_soonest'), models.Index(models.F('price_per_week'), models.F('listing'), condition=models.Q(('is_listed', True)), name='entry_cheapest'), models.Index(models.F('answer_hours'), models.F('next_start'), models.F('listing'), condition=models.Q(('is_listed', True)), name='entry_answers'), models.Index(models.F('specialty'), models.F('next_start'), models.F('price_per_week'), models.F('listing'), condition=models.Q(('is_listed', True)), name='entry_specialty'), models.Index(models.F('state'), models.F('next_start'), models.F('price_per_week'), models.F('listing'), condition=models.Q(('is_listed', True)), name='entry_state'), models.Index(models.F('right_until'), condition=models.Q(('is_listed', True)), name='entry_right_until'), models.Index(models.F('changed_in'), name='entry_changed_in'), django.contrib.postgres.indexes.GinIndex(models.F('search'), name='entry_search')],
            },
        ),
        migrations.CreateModel(
            name='Stale',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('listing_id', models.BigIntegerField()),
                ('can_wait', models.BooleanField(default=False)),
            ],
            options={
                'indexes': [models.Index(models.F('can_wait'), name='stale_can_wait')],
            },
        ),
        migrations.CreateModel(
            name='Word',
            fields=[
                ('text', models.CharField(max_length=40, primary_key=True, serialize=False)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('text', 'gin_trgm_ops'), name='word_text_trigrams')],
            },
        ),
        migrations.RunPython(find_sites, migrations.RunPython.noop),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION rotations_first_start"),
        migrations.RunSQL(
            """
            CREATE INDEX entry_place ON rotations_entry
              USING gist (ll_to_earth(latitude, longitude)) WHERE is_listed
            """,
            "DROP INDEX entry_place",
        ),
        *watches(),
        migrations.RunSQL(
            "INSERT INTO rotations_stale (listing_id, can_wait) SELECT id, false FROM rotations_listing",
            migrations.RunSQL.noop,
        ),
    ]
