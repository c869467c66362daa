"""script/bootstrap: what a developer needs before anything else."""

from script.local import installation, system
from script.local.speech import one_sentence, say


def main() -> None:
    with one_sentence():
        system.ensure_pdf_libraries()
        system.ensure_test_programs()
        installation.ensure(installation.DEVELOPMENT)
        say(f"Ready: {installation.PYTHON}")


if __name__ == "__main__":
    main()
