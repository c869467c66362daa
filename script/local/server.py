"""script/server, first half: any Python will do, nothing is installed yet."""

import sys

from script.local import installation, options, ports, system
from script.local.speech import one_sentence


def main() -> None:
    chosen = options.parse()
    with one_sentence():
        ports.refuse_unless_free(chosen.port)
        system.ensure_pdf_libraries()
        installation.ensure(installation.LOCAL)
        installation.hand_over("script.local.portal", sys.argv[1:])


if __name__ == "__main__":
    main()
