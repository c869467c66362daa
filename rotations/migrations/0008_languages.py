from django.db import migrations

from accounts.languages import known


def call_languages_by_their_names(apps, _editor):
    """As learners' and preceptors' profiles do; one facet for one language."""
    for listing in apps.get_model("rotations", "Listing").objects.exclude(languages=[]):
        if (names := known(listing.languages)) != listing.languages:
            listing.languages = names
            listing.save(update_fields=["languages"])


class Migration(migrations.Migration):
    dependencies = [("rotations", "0007_saved")]

    operations = [
        migrations.RunPython(call_languages_by_their_names, migrations.RunPython.noop),
    ]
