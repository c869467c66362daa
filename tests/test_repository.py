"""The repository as a whole: documents that say what the code does."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command

from seed.management.commands.transition_tables import tables

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
)


def test_domain_document_holds_the_transition_tables():
    assert tables() in (ROOT / "docs/domain.md").read_text()


def test_every_decision_stands_in_the_index():
    index = (ROOT / "docs/architecture.md").read_text()
    pages = sorted(path.name for path in (ROOT / "docs/adr").glob("*.md"))

    assert pages
    assert [page for page in pages if f"adr/{page}" not in index] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_between_documents_lead_somewhere(document):
    path = ROOT / document
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", path.read_text())

    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_files_named_in_documents_exist(document):
    """Of our own folders; what is made at run time has no place in one of them."""
    words = " ".join(re.findall(r"`([^`\n]+)`", (ROOT / document).read_text())).split()
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    named = [word for word in words if "/" in word and word.split("/")[0] in folders]

    assert [name for name in named if "NNNN" not in name and not (ROOT / name).exists()] == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
