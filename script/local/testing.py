"""script/test: every test against servers of its own, which leave nothing behind."""

import sys

from script.local import installation, system
from script.local.speech import one_sentence


def main() -> None:
    with one_sentence():
        system.ensure_pdf_libraries()
        browser = system.ensure_test_programs()
        installation.ensure(installation.DEVELOPMENT)
        installation.hand_over("script.local.trial", [browser, *sys.argv[1:]])


if __name__ == "__main__":
    main()
