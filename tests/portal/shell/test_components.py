"""Components: words with every colour, addresses that keep the filters, text escaped."""

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory


def rendered(source: str, address: str = "/liste/", **values: object) -> str:
    context = Context({"request": RequestFactory().get(address), **values})
    return Template("{% load shell %}" + source).render(context)


def test_an_icon_is_decoration_only():
    html = rendered('{% icon "users" %}')
    assert 'aria-hidden="true"' in html
    assert 'class="icon"' in html
    assert "style" not in html


@pytest.mark.parametrize("kind", ["ok", "warn", "danger", "info", "neutral"])
def test_a_status_has_an_icon_and_a_word(kind):
    html = rendered('{% status kind "Présent" %}', kind=kind)
    assert "<svg" in html
    assert "Présent" in html


def test_a_status_escapes_its_word():
    assert "<b>" not in rendered('{% status "ok" label %}', label="<b>")


def test_a_notice_says_its_level_to_those_who_do_not_see_it():
    html = rendered('{% notice "warning" %}<p>{{ text }}</p>{% endnotice %}', text="<i>")
    assert '<span class="visually-hidden">Attention : </span>' in html
    assert "<p>&lt;i&gt;</p>" in html


@pytest.mark.parametrize(
    ("address", "numeric", "direction", "following"),
    [
        ("/liste/?q=a&page=3", False, "", "?q=a&amp;tri=nom"),
        ("/liste/?tri=nom", False, "ascending", "?tri=-nom"),
        ("/liste/?tri=-nom", False, "descending", "?tri=nom"),
        ("/liste/", True, "", "?tri=-nom"),
        ("/liste/?tri=-nom", True, "descending", "?tri=nom"),
    ],
)
def test_a_header_sorts_one_way_then_the_other(address, numeric, direction, following):
    html = rendered('{% sort_header "nom" "Nom" numeric=numeric %}', address, numeric=numeric)
    assert f'href="{following}"' in html
    assert ("aria-sort" in html) == bool(direction)
    assert direction in html
    assert 'scope="col"' in html


def test_pages_keep_the_filters():
    page = Paginator(range(120), 25).page(2)
    html = rendered("{% pagination page %}", "/liste/?q=le+goff&page=2", page=page)
    assert 'href="?q=le+goff&amp;page=1"' in html
    assert 'href="?q=le+goff&amp;page=3"' in html
    assert "26 à 50 sur" in html


def test_a_single_page_has_no_neighbour():
    html = rendered("{% pagination page %}", page=Paginator(range(3), 25).page(1))
    assert "1 à 3 sur" in html
    assert "<a" not in html


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Jeanne Le Goff", "JG"), ("Prince", "P"), ("Anne-Marie Durand", "AD"), ("", "")],
)
def test_initials(name, letters):
    assert rendered("{{ name|initials }}", name=name) == letters


def test_a_key_ceremony_cannot_close_its_script():
    html = rendered('{% key_ceremony "addForm" data=name %}', name="</script><b>")
    assert html.count("</script>") == 1
