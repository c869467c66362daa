"""Ideas of the house that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APPS = [
    "accounts",
    "audit",
    "clocks",
    "guides",
    "letters",
    "outbox",
    "placements",
    "privacy",
    "rotations",
    "seed",
    "threads",
]
# A fact, the app it lives in, and the one module that writes it.
OWNERS = [
    ("placements", "status", {"placements/actions/transition.py"}),
    ("letters", "status", {"letters/actions/transition.py"}),
    ("rotations", "status", {"rotations/actions/listings.py"}),
    ("rotations", "taken", {"rotations/actions/seats.py"}),
    ("placements", "taken", set()),
    ("placements", "paid_at", {"placements/actions/ledger.py"}),
    ("outbox", "sent_at", {"outbox/tasks.py"}),
    ("threads", "told_at", {"threads/actions/notices.py"}),
    ("clocks", "done_at", {"clocks/actions.py"}),
]


def sources(app: str) -> list[Path]:
    return [path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def writes(source: Path, field: str) -> bool:
    """Whether the file assigns ``x.field``, or passes ``field=`` to ``update()``."""
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Attribute(attr=name, ctx=ast.Store()) if name == field:
                return True
            case ast.Call(func=ast.Attribute(attr="update"), keywords=given):
                if field in {keyword.arg for keyword in given}:
                    return True
    return False


@pytest.mark.parametrize(("app", "field", "owners"), OWNERS)
def test_one_module_writes(app, field, owners):
    found = {str(path.relative_to(ROOT)) for path in sources(app) if writes(path, field)}
    assert found == owners


def test_writes_finds_an_assignment(tmp_path):
    source = tmp_path / "module.py"
    source.write_text("def f(row):\n    row.status = 'x'\n")
    assert writes(source, "status")
    source.write_text("def f(rows):\n    rows.update(taken=1)\n")
    assert writes(source, "taken")


def test_one_module_suspends_a_refusal_of_the_database():
    """Triggers guard the record and the history; only an erasure may pass, by one door."""
    found = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in sources(app)
        if re.search(r"pgtrigger\.(ignore|constraints)|session_replication_role", path.read_text())
    }
    assert found == {"privacy/actions/history.py"}


@pytest.mark.parametrize("app", APPS)
def test_no_import_hides_inside_a_function(app):
    """But for WeasyPrint, whose import costs seconds."""
    hidden = [
        f"{path}:{inner.lineno}"
        for path in sources(app)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom) and "weasyprint" not in ast.unparse(inner)
    ]
    assert hidden == []


def test_no_delay_longer_than_a_minute():
    """Reminders are rows; a broker that holds a task for long runs it twice (promise R9)."""
    late = [
        f"{path}:{node.lineno}"
        for app in APPS
        for path in sources(app)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.keyword) and node.arg in {"countdown", "eta"}
    ]
    assert late == []


def test_every_blocktranslate_is_trimmed():
    ragged = [
        f"{path.relative_to(ROOT)}: {tag}"
        for path in (ROOT / "templates").rglob("*.html")
        for tag in re.findall(r"{%\s*blocktrans(?:late)?\b[^%]*%}", path.read_text())
        if "trimmed" not in tag
    ]
    assert ragged == []
