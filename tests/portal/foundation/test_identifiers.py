import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from portal.foundation.errors import DomainError
from portal.foundation.identifiers import (
    check_finess,
    check_rpps,
    check_siren,
    check_siret,
    compact,
    holds_nir,
)

METROPOLE = ["010000024", "010780054", "590799730", "750719361"]
CORSICA = ["2A0000170", "2A0000386", "2A0002606", "2A0000261", "2B0000020", "2B0005342", "2B0004246"]
OVERSEAS = ["970102018", "970210126", "970300026", "970405767", "980501506", "980600027"]
LA_POSTE = ["35600000000048", "35600000049837"]


def digits(count):
    return st.text("0123456789", min_size=count, max_size=count)


@pytest.mark.parametrize("number", METROPOLE + CORSICA + OVERSEAS)
def test_real_finess_numbers_are_accepted(number):
    assert check_finess(number) == number


@pytest.mark.parametrize("typed", [" 2a0000170 ", "2A 000 0170", "2A\u202f000\u00a00170", "2A.000.0170\n"])
def test_a_finess_is_stored_without_what_was_typed_around_it(typed):
    assert check_finess(typed) == "2A0000170"


@pytest.mark.parametrize(
    "damaged", ["10000024", "", "2C0000170", "AB0000170", "0100000241", "٠١٠٠٠٠٠٢٤", "000000000"]
)
def test_refuses_what_has_not_the_shape_of_a_finess(damaged):
    with pytest.raises(DomainError) as refusal:
        check_finess(damaged)
    assert "9 caractères" in refusal.value.french


@given(digits(8).filter(lambda body: not body.startswith("00")), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_in_a_finess_is_always_seen(body, place, shift):
    number = body + luhn.calc_check_digit(body)
    assert check_finess(number) == number
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(DomainError):
        check_finess(wrong)


@given(st.sampled_from("AB"), digits(6))
def test_in_corsica_the_letter_counts_for_its_rank(letter, body):
    key = luhn.calc_check_digit({"A": "21", "B": "22"}[letter] + body)
    assert check_finess(f"2{letter}{body}{key}") == f"2{letter}{body}{key}"


@pytest.mark.parametrize("number", ["260104633", "772201489", "304368764", "900000001"])
def test_real_siren_numbers_are_accepted(number):
    assert check_siren(f" {number[:3]} {number[3:6]} {number[6:]}") == number


@pytest.mark.parametrize("number", ["77220148900022", "26010004500012", "50254756500015", *LA_POSTE])
def test_real_siret_numbers_are_accepted_those_of_la_poste_too(number):
    assert check_siret(number) == number


@pytest.mark.parametrize(
    "number", ["77220148900023", "35600000049838", "2,601E+13", "7722014890002", "0" * 14, ""]
)
def test_refuses_a_wrong_siret(number):
    with pytest.raises(DomainError) as refusal:
        check_siret(number)
    assert "SIRET" in refusal.value.french


@pytest.mark.parametrize("number", ["260104634", "26010463", "0" * 9, "26O104633"])
def test_refuses_a_wrong_siren(number):
    with pytest.raises(DomainError):
        check_siren(number)


@given(digits(10))
def test_an_rpps_reads_the_same_in_11_digits_and_in_the_12_of_the_wire(body):
    number = body + luhn.calc_check_digit(body)
    if number == "0" * 11:
        return
    assert check_rpps(number) == (number, "")
    assert check_rpps("8" + number) == (number, "")


@pytest.mark.parametrize(
    "number", ["10000005479", "10000001916", "10107592585", "10100375103", "99900000011"]
)
def test_known_rpps_numbers_are_accepted(settings, number):
    settings.RPPS_CHECKSUM_STRICT = True
    assert check_rpps(f"{number[:3]} {number[3:]}") == (number, "")


@pytest.mark.parametrize("number", ["10102727017", "10003461033"])
def test_a_wrong_rpps_key_is_an_error_in_production_and_a_warning_in_test(settings, number):
    settings.RPPS_CHECKSUM_STRICT = True
    with pytest.raises(DomainError) as refusal:
        check_rpps(number)
    assert "erreur de saisie" in refusal.value.french
    settings.RPPS_CHECKSUM_STRICT = False
    accepted = check_rpps(number)
    assert accepted.number == number
    assert "environnement de test" in accepted.warning


@pytest.mark.parametrize("number", ["1000000547", "7" + "1" * 11, "0" * 11, "1000000547X", ""])
def test_refuses_what_has_not_the_shape_of_an_rpps_even_in_test(settings, number):
    settings.RPPS_CHECKSUM_STRICT = False
    with pytest.raises(DomainError):
        check_rpps(number)


@given(st.text())
@pytest.mark.parametrize("check", [check_finess, check_siren, check_siret, check_rpps])
def test_anything_typed_gets_a_number_or_a_french_sentence(check, text):
    try:
        check(text)
    except DomainError as error:
        refusal = error
    else:
        return
    assert refusal.french.endswith(".")


@given(st.text())
def test_compacting_twice_changes_nothing_more(text):
    assert compact(compact(text)) == compact(text)


@pytest.mark.parametrize(
    "typed",
    [
        "184127512345648",
        "1 84 12 75 123 456 48",
        "184127512345699",
        "2 79 05 2A 004 012 33",
        "1.84.12.75.123.456",
        "NIR 184127512345648",
    ],
)
def test_knows_a_social_security_number(typed):
    assert holds_nir(typed)


@pytest.mark.parametrize(
    "typed", ["100033", "810003456789", "M184127512345648X", "184137512345648", "jdupont", ""]
)
def test_leaves_other_numbers_alone(typed):
    assert not holds_nir(typed)
