"""Brings the database and the static files up to this version; loads what an empty portal needs."""

import sys

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("reference")
    if "--demo" in sys.argv:
        call_command("demo", if_empty=True)


if __name__ == "__main__":
    main()
