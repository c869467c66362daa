"""Compiles every template with the engine that will render it."""

import sys
from pathlib import Path

import django
from django.template import TemplateDoesNotExist, TemplateSyntaxError, engines

from script.local.speech import say

MAILS = "emails/"


def main() -> None:
    django.setup()
    faults = [fault for name in engines for fault in compile_all(name)]
    for fault in faults:
        say(fault)
    sys.exit(1 if faults else 0)


def compile_all(engine_name: str) -> list[str]:
    engine = engines[engine_name]
    faults = []
    for folder in map(Path, engine.dirs):
        for path in sorted(folder.rglob("*.*")):
            name = str(path.relative_to(folder))
            if engine_name != "text" and name.startswith(MAILS) and path.suffix == ".txt":
                continue
            try:
                engine.get_template(name)
            except (TemplateSyntaxError, TemplateDoesNotExist, UnicodeDecodeError) as error:
                faults.append(f"{folder.name}/{name}: {error}")
    return faults


if __name__ == "__main__":
    main()
