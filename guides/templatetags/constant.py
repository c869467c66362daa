"""What a template says the same way each time is worked out once: words, addresses, files' names.

Stands in for Django's own tags of the same names, which do all the rest. Loaded everywhere.
"""

from collections.abc import Callable, Hashable
from typing import Any

from django.template.base import FilterExpression, Node, Parser, Token, Variable
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as url_tag
from django.template.library import Library
from django.templatetags.i18n import TranslateNode
from django.templatetags.i18n import do_translate as translate_tag
from django.urls import get_script_prefix, get_urlconf
from django.utils.translation import get_language

register = Library()


class Constant(Node):
    """A tag without variables, by what else its words depend on."""

    def __init__(self, node: Node, depends_on: Callable[[], Hashable]) -> None:
        self.node = node
        self.depends_on = depends_on
        self.known: dict[Hashable, str] = {}

    def render(self, context: Context) -> str:
        key = self.depends_on()
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self.node.render(context)
        return found


def _is_constant(expression: Any) -> bool:
    """A text in quotation marks, as it stands."""
    found = expression.var if isinstance(expression, FilterExpression) else expression
    if isinstance(found, Variable):
        return found.literal is not None
    return isinstance(found, str) and not expression.filters


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    node = translate_tag(parser, token)
    is_constant = (
        isinstance(node, TranslateNode)
        and not (node.asvar or node.noop or node.message_context)
        and not node.filter_expression.filters
        and _is_constant(node.filter_expression)
    )
    return Constant(node, get_language) if is_constant else node


@register.tag
def url(parser: Parser, token: Token) -> Node:
    node: URLNode = url_tag(parser, token)
    parts = [node.view_name, *node.args, *node.kwargs.values()]
    is_constant = not node.asvar and all(_is_constant(one) for one in parts)
    return Constant(node, _where) if is_constant else node


def _where() -> Hashable:
    return get_urlconf(), get_script_prefix()
