"""Identifiers of the wire: one character says their type; odd ones are taken for what they are, or left out."""

import pytest

from tenants.sign_in.identifiers import IdentifierKind, TypedIdentifier, identifiers_of, typed

UUID = "019fa371-0d5c-7a63-9f4e-2f3b6f1c2d4e"


@pytest.mark.parametrize(
    ("raw", "kind", "value"),
    [
        ("899700218896", "rpps", "99700218896"),
        ("99700218896", "rpps", "99700218896"),
        (99700218896, "rpps", "99700218896"),
        (" 899700218896 ", "rpps", "99700218896"),
        (UUID, "psi", UUID),
        (UUID.upper(), "psi", UUID),
        ("0751234567", "adeli", "751234567"),
        ("3330783648/CPET00001", "finess", "330783648/CPET00001"),
        ("518751275100038/0001", "siret", "18751275100038/0001"),
        ("4187512751/0001", "siren", "187512751/0001"),
        ("110009151500/0001", "cabinet", "10009151500/0001"),
        ("10009151500", "rpps", "10009151500"),
        ("90000012345", "student", "0000012345"),
        ("9202412345678", "student", "202412345678"),
        ("ANS20231122132732", "other", "ANS20231122132732"),
    ],
)
def test_the_first_character_says_the_type(raw, kind, value):
    assert typed(raw) == TypedIdentifier(IdentifierKind(kind), value)


@pytest.mark.parametrize("raw", ["", "   ", None, True, [], {}, "x" * 300, "é", "a b", "<script>"])
def test_what_cannot_be_an_identifier_is_left_out(raw):
    assert typed(raw) is None


def test_an_rpps_of_the_wrong_length_is_not_taken_for_one():
    assert typed("89970021889").kind == IdentifierKind.OTHER
    assert typed("8997002188961").kind == IdentifierKind.OTHER


@pytest.mark.parametrize(
    "raw", ["3750712184", "4187512751", "518751275100038", "110009151500", "610009151500"]
)
def test_an_organisation_is_nobody(raw):
    """Its number alone would be that of every colleague."""
    assert typed(raw) is None


def test_of_the_others_only_those_of_a_person_count():
    listed = [
        {"identifiant": "3750712184/0001", "origine": "FINESS"},
        {"identifiant": "R83714", "origine": "RASS"},
        {"identifiant": "ANS20231122132732", "origine": "EDIT"},
    ]
    found = identifiers_of({"SubjectNameID": "899700218896", "otherIds": listed})
    assert [one.kind.value for one in found] == ["rpps", "other"]


def test_the_main_one_comes_first_then_the_rpps():
    claims = {
        "SubjectNameID": UUID,
        "otherIds": [
            {"identifiant": "ANS2023", "origine": "EDIT", "qualite": 1},
            {"identifiant": "899700218896", "origine": "RPPS", "qualite": 1},
            {"identifiant": UUID, "origine": "PSI", "qualite": 2},
        ],
    }
    assert [one.kind.value for one in identifiers_of(claims)] == ["psi", "rpps", "other"]


def test_the_other_spelling_of_the_list_is_read():
    claims = {"SubjectNameID": UUID, "otherIDs": [{"identifiant": "899700218896"}]}
    assert len(identifiers_of(claims)) == 2


@pytest.mark.parametrize(
    "listed", [None, "", "899700218896", [None], [{}], ["899700218896"], {"identifiant": 1}]
)
def test_a_malformed_list_changes_nothing(listed):
    assert identifiers_of({"SubjectNameID": "899700218896", "otherIds": listed}) == (
        TypedIdentifier(IdentifierKind.RPPS, "99700218896"),
    )


def test_without_a_name_identifier_the_end_of_the_subject_serves():
    claims = {"sub": "f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:899700218896"}
    assert identifiers_of(claims) == (TypedIdentifier(IdentifierKind.RPPS, "99700218896"),)


def test_a_technical_subject_names_nobody():
    assert identifiers_of({"sub": UUID}) == ()
    assert identifiers_of({}) == ()
