"""What staff write in Markdown cannot become anything that acts."""

import pytest

from guides.markdown import contents, fill_in, names_in, to_html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[go](javascript:alert(1))",
        "[go](data:text/html;base64,PHNjcmlwdD4=)",
        "[go](http://plain.example)",
        '<img src="x" onerror="alert(1)">',
        "![picture](https://elsewhere.example/x.png)",
        '<p style="color:red">red</p>',
        '<a href="https://x.example" onclick="go()">x</a>',
    ],
)
def test_to_html_keeps_nothing_that_acts(text):
    html = to_html(text)

    assert not any(f"<{tag}" in html for tag in ("script", "img", "style"))
    assert "<p style" not in html
    assert "<a onclick" not in html
    assert all(scheme not in html for scheme in ('="javascript:', '="data:', '="http:'))


def test_to_html_keeps_what_a_guide_needs():
    html = to_html("## Two parts\n\nA *first* [site](https://x.example).\n\n- one\n- two")

    assert '<h2 id="two-parts">Two parts</h2>' in html
    assert '<a href="https://x.example">site</a>' in html
    assert "<li>one</li>" in html


def test_to_html_names_a_tables_columns():
    html = to_html("| a | b |\n|---|---|\n| 1 | 2 |")

    assert '<table class="table" role="table">' in html
    assert html.count('scope="col"') == 2
    assert '<th role="rowheader" scope="row">1</th>' in html
    assert '<td role="cell" data-label="b">2</td>' in html


@pytest.mark.parametrize(("columns", "stacked"), [(2, False), (3, True)])
def test_to_html_lets_the_rows_of_a_wide_table_stand_under_each_other(columns, stacked):
    row = "| a " * columns + "|"

    assert ("stacked" in to_html(f"{row}\n{'|---' * columns}|\n{row}")) == stacked


def test_to_html_gives_smaller_headings_an_anchor_but_no_place_in_the_contents():
    assert '<h3 id="externship">' in to_html("## Types\n\n### Externship")
    assert contents("## Types\n\n### Externship") == [("Types", "types")]


def test_to_html_cleans_what_a_label_repeats():
    html = to_html('| a | "><script>x</script> |\n|---|---|\n| 1 | 2 |')

    assert "<script" not in html


def test_contents_gives_each_heading_an_anchor_of_its_own():
    text = "## Costs\n\n## *Costs* & [refunds](https://x.example)\n\n## Costs\n\n### Smaller\n\n## 签证"

    assert contents(text) == [
        ("Costs", "costs"),
        ("Costs & refunds", "costs-refunds"),
        ("Costs", "costs-2"),
        ("签证", "part"),
    ]
    assert all(f'id="{anchor}"' in to_html(text) for _title, anchor in contents(text))


def test_fill_in_puts_what_is_known_and_leaves_the_rest():
    text = 'Write to {portal_email}, within {timer:answer} or {timer:never}. {"json": 1}'
    known = {"portal_email": "a@b.example", "timer:answer": "10 business days"}

    assert fill_in(text, known) == (
        'Write to a@b.example, within 10 business days or {timer:never}. {"json": 1}'
    )


def test_names_in_finds_what_stands_in_braces():
    assert names_in("{policies}, {season:last_day}, {Not this}, { nor this }") == {
        "policies",
        "season:last_day",
    }
