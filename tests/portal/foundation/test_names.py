"""Names: the key is the one of SQL, first names are split in order, what is no civil name is refused in French."""

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.foundation.errors import DomainError
from portal.foundation.names import check_name, clean_spaces, of_name, search_key, split_first_names

LATIN = [chr(code) for code in (*range(0x20, 0x250), *range(0x300, 0x363), *range(0x1E00, 0x1F00))]
NAMES = [
    "D'HONDT",
    "d’Hondt",
    "HUC--GOUJON",
    "RÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸÆŒ",
    "N'doram",
    "  de   VUONO ",
    "Łukasz Øster ß ẞ",
    "Nguyễn Thị Hồng",
    "İsmail Ağaoğlu",
    "L’Haÿ-les-Roses",
    "",
    "---",
]


def _sql_keys(texts):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT app.search_key(x) FROM unnest(%s::text[]) WITH ORDINALITY u(x, n) ORDER BY n", [texts]
        )
        return [key for (key,) in cursor.fetchall()]


@pytest.mark.django_db
def test_the_key_is_that_of_sql_for_every_latin_letter_and_name():
    texts = [*NAMES, *(f"p{letter}q" for letter in LATIN)]
    assert [search_key(text) for text in texts] == _sql_keys(texts)


@pytest.mark.django_db
@settings(max_examples=10, deadline=None)
@given(st.lists(st.text(st.sampled_from(LATIN), max_size=100), min_size=50, max_size=50))
def test_the_key_is_that_of_sql_for_any_mix(texts):
    assert [search_key(text) for text in texts] == _sql_keys(texts)


@given(st.text(st.sampled_from(LATIN)))
def test_a_key_of_a_key_is_itself(text):
    assert search_key(search_key(text)) == search_key(text)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Marie-Louise Godelieve", ("Marie-Louise", "Godelieve")),
        ("Jeanne, Marie ,Anne", ("Jeanne", "Marie", "Anne")),
        ("  Mevlut\tFederico ", ("Mevlut", "Federico")),
        ("Kenny-Elijah-Emanueli Agape-Belamour", ("Kenny-Elijah-Emanueli", "Agape-Belamour")),
        ("N'doram D’Artagnan", ("N'doram", "D’Artagnan")),
        ("", ()),
        (" , ", ()),
    ],
)
def test_first_names_are_split_in_order(typed, expected):
    assert split_first_names(typed) == expected


@given(
    st.lists(st.text(st.sampled_from("abcéÉ-'’"), min_size=1, max_size=20), max_size=6),
    st.sampled_from([" ", ", ", ","]),
)
def test_first_names_joined_by_any_separator_come_back(first_names, separator):
    assert list(split_first_names(separator.join(first_names))) == first_names


def test_accents_typed_apart_are_composed_and_spaces_made_one():
    assert clean_spaces("  Rene\u0301   Dupont ") == "René Dupont"


@pytest.mark.parametrize(
    "name", [*NAMES[:10], "EL HANNA", "Saint-Exupéry (de)".replace("(de)", "de"), "O’Neill", "x" * 100]
)
def test_keeps_a_civil_name_as_typed(name):
    assert check_name(name, "birth_name") == clean_spaces(name)


@pytest.mark.parametrize(
    "name", ["x" * 101, "Martin2", "Иванов", "李", "Martin<b>", "a\x00b", "-", "MARTIN@site"]
)
def test_refuses_what_no_civil_name_holds(name):
    with pytest.raises(DomainError) as refused:
        check_name(name, "birth_name")
    assert refused.value.field == "birth_name"
    assert refused.value.french


def test_of_elides_before_a_vowel():
    assert of_name("Anne Petit") == "d'Anne Petit"
    assert of_name("Élodie") == "d'Élodie"
    assert of_name("Bruno") == "de Bruno"
    assert of_name("Hélène") == "de Hélène"
    assert of_name("Ana de Oliveira") == "d'Ana de Oliveira"
