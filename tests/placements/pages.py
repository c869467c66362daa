"""Where the pages of applications and placements are."""

from django.urls import reverse


def url(name, thing):
    return reverse(f"placements:{name}", args=[thing.code])


def main(answer):
    """What a page says between its header and its footer."""
    return answer.text.split("<main", 1)[1].split("</main>", 1)[0]
