"""script/check, first half: the development environment."""

import sys

from script.local import installation, system
from script.local.speech import one_sentence


def main() -> None:
    with one_sentence():
        system.ensure_pdf_libraries()
        installation.ensure(installation.DEVELOPMENT)
        installation.hand_over("script.local.checks", sys.argv[1:])


if __name__ == "__main__":
    main()
