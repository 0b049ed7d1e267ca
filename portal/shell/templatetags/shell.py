"""Tags of every page: icons, slots, statuses, lists. Usage lines stand in each docstring."""

import json
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import forms, template
from django.core.paginator import Page
from django.forms import BoundField
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from lucide import _render_icon

from portal.foundation.addresses import address
from portal.foundation.names import of_name

register = template.Library()

LEVEL_ICONS = {
    "success": ("circle-check", "Fait"),
    "warning": ("triangle-alert", "Attention"),
    "error": ("circle-alert", "Erreur"),
    "danger": ("circle-alert", "Erreur"),
    "info": ("info", "Information"),
    "debug": ("info", "Information"),
}
STATUSES = {
    "ok": ("circle-check", "À jour"),
    "warn": ("clock", "À faire"),
    "danger": ("circle-alert", "En retard"),
    "info": ("info", "À savoir"),
    "neutral": ("circle-dot", "Sans suite"),
}


@lru_cache(maxsize=256)
def _svg(name: str, classes: str) -> SafeString:
    attributes = {"class": classes, "aria-hidden": "true", "focusable": "false"}
    return mark_safe(_render_icon(name, 24, **attributes))  # noqa: S308  a file of the lucide package


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """{% icon "users" %}: a lucide icon, decoration only; the words beside it say the same."""
    return _svg(str(name), f"icon {classes}".strip())


@register.simple_tag
def level_icon(level: str) -> SafeString:
    """{% level_icon message.level_tag %}: icon and hidden word of a message's level."""
    name, word = LEVEL_ICONS.get(level, LEVEL_ICONS["info"])
    return format_html('{}<span class="visually-hidden">{} : </span>', icon(name), word)


@register.simple_tag
def status(kind: str, label: str = "", symbol: str = "") -> SafeString:
    """{% status "ok" "Présent" %}: icon, word and colour. Kinds: ok, warn, danger, info, neutral."""
    default_symbol, default_label = STATUSES[kind]
    return format_html(
        '<span class="status status-{}">{}{}</span>',
        kind,
        icon(symbol or default_symbol),
        label or default_label,
    )


register.simple_tag(
    address
)  # {% address "shell:site_home" group_slug=… establishment_id=… %}: as `url`, three times faster
register.filter("of_name", of_name)  # {{ name|of_name }}: « de Bruno », « d'Anne »


@register.filter
def initials(name: str) -> str:
    """Two letters for « Jeanne Le Goff »: first and last words."""
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.simple_block_tag
def capture(content: str) -> str:
    """{% capture as name %}…{% endcapture %}: renders once what is shown twice."""
    return mark_safe(content.strip())  # noqa: S308  already rendered by the template engine


@register.simple_block_tag
def empty_state(content: str, symbol: str, title: str) -> str:
    """{% empty_state "users" "Personne aujourd'hui" %}<p>What to do next.</p>{% endempty_state %}"""
    values = {"content": content, "symbol": symbol, "title": title}
    return render_to_string("components/empty_state.html", values)


@register.simple_block_tag
def notice(content: str, level: str = "info") -> str:
    """{% notice "warning" %}<p>…</p>{% endnotice %}. Levels: success, warning, danger, info."""
    return render_to_string("components/notice.html", {"content": content, "level": level})


@register.inclusion_tag("components/big_action.html")
def big_action(url: str, label: str, hint: str, symbol: str, *, primary: bool = False) -> dict[str, Any]:
    """{% big_action url "Arrivée" "Faire entrer une personne" "user-plus" primary=True %}"""
    return {"url": url, "label": label, "hint": hint, "symbol": symbol, "primary": primary}


@register.inclusion_tag("components/breadcrumb.html")
def breadcrumb(*pairs: str) -> dict[str, Any]:
    """{% breadcrumb "Personnes" people_url "Anne Le Goff" person_url %}: labels and addresses in turn."""
    return {"trail": list(zip(pairs[::2], pairs[1::2], strict=True))}


@register.simple_tag
def key_ceremony(function: str, **ids: str) -> SafeString:
    """{% key_ceremony "addForm" add="button" credential="field" data="js_data" %}: what allauth's script reads on load."""
    values = json.dumps({"ids": ids}).replace("<", "\\u003C")
    tag = '<script type="application/json" data-allauth-onload="allauth.webauthn.forms.{}">{}</script>'
    return format_html(tag, function, mark_safe(values))  # noqa: S308  JSON with its only markup sign escaped


def _address(query: QueryDict, **changes: object) -> str:
    """The same filters with these changes; an empty sequence takes one away."""
    return "?" + urlencode({**dict(query.lists()), **changes}, doseq=True)


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], parameter: str = "page") -> dict[str, Any]:
    """{% pagination page %}: previous and next, keeping the filters of the address."""
    query = context["request"].GET
    return {
        "page": page,
        "previous": _address(query, **{parameter: page.number - 1}),
        "next": _address(query, **{parameter: page.number + 1}),
    }


def sorted_by(request: HttpRequest) -> tuple[str, bool]:
    """The column asked for by `?tri=` and whether it is descending (`?tri=-column`)."""
    asked = request.GET.get("tri", "")
    return asked.removeprefix("-"), asked.startswith("-")


ARROWS = {"ascending": "arrow-up", "descending": "arrow-down", "": "chevrons-up-down"}


@register.simple_tag(takes_context=True)
def sort_header(context: Context, key: str, label: str, *, numeric: bool = False) -> SafeString:
    """{% sort_header "present" "Présents" numeric=True %}: a <th> that sorts by `?tri=key`, then `?tri=-key`."""
    request = context["request"]
    current, descending = sorted_by(request)
    direction = ("descending" if descending else "ascending") if current == key else ""
    following = f"-{key}" if direction == "ascending" or (numeric and not direction) else key
    return format_html(
        '<th scope="col"{}{}><a class="sort-link" href="{}">{}{}</a></th>',
        mark_safe(' class="number"') if numeric else "",
        format_html(' aria-sort="{}"', direction) if direction else "",
        _address(request.GET, tri=following, page=()),
        label,
        icon(ARROWS[direction]),
    )


@register.simple_tag
def filter_field(field: BoundField) -> SafeString:
    """{% filter_field field %}: label and box in a bar of filters, where nothing is required and nobody says so."""
    return format_html(
        '<div class="field"><label for="{}">{}</label>{}{}</div>',
        field.id_for_label,
        field.label,
        field.errors or "",
        field if field.errors else _box(field),
    )


def _box(field: BoundField) -> object:
    """A list is drawn here: by the templates of forms, one of 15 choices takes as long as ten rows of a table."""
    widget = field.field.widget
    if type(widget) is not forms.Select or widget.attrs:
        return field
    chosen = {str(one) for one in widget.format_value(field.value())}
    options = (
        (value, mark_safe(" selected") if str(value) in chosen else "", label)
        for value, label in widget.choices
    )
    return format_html(
        '<select name="{}" class="form-select" id="{}">{}</select>',
        field.html_name,
        field.auto_id,
        format_html_join("", '<option value="{}"{}>{}</option>', options),
    )
