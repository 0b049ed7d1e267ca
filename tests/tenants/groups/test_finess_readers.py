"""The three formats, from real excerpts; what is damaged is refused with words."""

import gzip
import json
import tracemalloc
from datetime import date

import pytest

from portal.demo.seed.finess_file import FictitiousFile
from tenants.groups.finess import FinessEJ, FinessET, FinessFileError, Refusal, open_finess
from tests.tenants.groups.places import (
    EXCEL,
    JSON,
    SEMICOLON,
    SHARED,
    XML_ENTITIES,
    XML_SITES,
    needs_shared,
)


def read(path):
    return list(open_finess(path).rows)


def refusal_of(path):
    with pytest.raises(FinessFileError) as refusal:
        read(path)
    return refusal.value.french


def written(folder, content, name="fichier"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_reads_the_json_flux():
    file = open_finess(JSON)
    rows = list(file.rows)
    assert (file.file_format, file.day) == ("json", date(2026, 3, 9))
    assert [type(row) for row in rows] == [FinessEJ, FinessEJ, FinessET, FinessEJ, FinessET]
    assert rows[2] == FinessET(
        line=2,
        finess="010780195",
        legal_entity_finess="010000156",
        siret="77220148900022",
        name="CLINIQUE CONVERT",
        long_name="CLINIQUE DOCTEUR CONVERT",
        category_code="365",
        address="62 AVENUE DE JASSERON, BP 132",
        postal_code="01000",
        city="BOURG EN BRESSE",
        commune_code="01053",
        department="01",
        phone="0428631234",
        opened_on=date(1956, 11, 16),
        closed_on=None,
        is_closed=False,
        updated_on=date(2021, 10, 18),
    )
    closed = rows[4]
    assert (closed.name, closed.is_closed) == ("SMUR POLYCLINIQUE AMBERIEU", True), "trailing blanks are gone"


def test_reads_the_names_of_the_schema_of_december_2025(tmp_path):
    flux = {
        "pmej": [
            {
                "informationsGeneralesPmej": {
                    "pm_smsseId": "1",
                    "numFinessPm": "010000156",
                    "denominationPm": "CLINIQUE CONVERT",
                    "siren": "772201489",
                    "statutJuridique": {"code": "73", "system": "https://smt.esante.gouv.fr/"},
                    "etatObjet": {"code": "A", "system": "https://smt.esante.gouv.fr/"},
                    "dateDerniereMaj": {"dateEvenement": "2021-10-18"},
                },
                "ege": [
                    {
                        "informationsGeneralesEGE": {"numFinessEge": "010780195", "nomEgeCourt": "CLINIQUE"},
                        "siret": "77220148900022",
                        "etatObjet": {"code": "I", "system": "https://smt.esante.gouv.fr/"},
                        "categorieEntiteGeographiqueExercice": {"code": "365", "system": "r397"},
                    }
                ],
            }
        ]
    }
    entity, site = read(written(tmp_path, json.dumps(flux)))
    assert (entity.legal_status, entity.updated_on, entity.is_closed) == ("73", date(2021, 10, 18), False)
    assert (site.siret, site.category_code, site.is_closed, site.closed_on) == (
        "77220148900022",
        "365",
        True,
        None,
    )


def test_reads_the_semicolon_extraction():
    file = open_finess(SEMICOLON)
    rows = {row.finess: row for row in file.rows}
    assert (file.file_format, file.day, len(rows)) == ("semicolon", date(2026, 5, 12), 9)
    assert rows["980501506"].name == 'LIEU DE VIE "MAVOUNA MEMA 1"', "doubled quotes"
    ehpad = rows["970302287"]
    assert (ehpad.category_code, ehpad.legal_entity_finess, ehpad.department) == ("500", "970302022", "973")
    assert (ehpad.postal_code, ehpad.city, ehpad.commune_code) == ("97306", "CAYENNE CEDEX", "97302")
    assert rows["980600027"].department == "986"


def test_reads_the_older_encoding(tmp_path):
    latin = SEMICOLON.read_text("utf-8").replace("CH DE FLEYRIAT", "CH DE FLEYRIAT Œ€").encode("iso-8859-15")
    first = read(written(tmp_path, latin))[0]
    assert first.name == "CH DE FLEYRIAT Œ€"


def test_a_character_cut_by_the_end_of_file_does_not_change_the_encoding(tmp_path):
    whole = SEMICOLON.read_bytes()
    accented = whole.replace(b"CMPP  INTERSECTORIEL", "CMPP RÉGIONAL".encode(), 1)
    cut = accented + b"geolocalisation;970405767;CAF\xc3"
    assert "CMPP RÉGIONAL ALOES" in {
        row.name for row in read(written(tmp_path, cut)) if isinstance(row, FinessET)
    }


def test_reads_the_legal_entities_of_the_semicolon_extraction(tmp_path):
    line = (
        "structureej;010008407;CH DU HAUT BUGEY;CENTRE HOSPITALIER DU HAUT BUGEY;;1;RTE;DE VEYZIAT;;;CS 20100;283;"
        "01117 OYONNAX CEDEX;01;AIN;0474731001;14;Etablissement Public;355;Centre Hospitalier;260110218;8730A;2001-01-01"
    )
    (entity,) = read(written(tmp_path, f"finess;etalab;101;2026-05-12\n{line}\n"))
    assert isinstance(entity, FinessEJ)
    assert (entity.siren, entity.legal_status, entity.city) == ("260110218", "14", "OYONNAX CEDEX")
    assert (entity.address, entity.commune_code) == ("1 RTE DE VEYZIAT, CS 20100", "01283")


def test_reads_the_xml_flux():
    entities, sites = read(XML_ENTITIES), read(XML_SITES)
    assert open_finess(XML_SITES).day == date(2021, 12, 14)
    assert (len(entities), len(sites)) == (3, 14)
    closed = entities[2]
    assert (closed.line, closed.name, closed.is_closed) == (77, "POLYCLINIQUE D'AMBERIEU", True)
    assert closed.closed_on == date(2002, 7, 10)
    assert {"500", "354"} <= {site.category_code for site in sites if not site.is_closed}


@pytest.mark.parametrize("path", [JSON, SEMICOLON, XML_SITES])
def test_reads_the_same_through_gzip(path, tmp_path):
    assert read(written(tmp_path, gzip.compress(path.read_bytes()), "x.gz")) == read(path)


@pytest.mark.parametrize("path", [JSON, SEMICOLON, XML_SITES])
def test_a_byte_order_mark_is_no_obstacle(path, tmp_path):
    assert read(written(tmp_path, b"\xef\xbb\xbf" + path.read_bytes())) == read(path)


def test_an_establishment_of_corsica_is_kept(tmp_path):
    corsican = SEMICOLON.read_text("utf-8").replace("010000024;010780054", "2A0000170;2A0000386")
    corsican = corsican.replace(";451;01;AIN;01440 VIRIAT", ";004;2A;CORSE-DU-SUD;20000 AJACCIO")
    first = read(written(tmp_path, corsican))[0]
    assert (first.finess, first.commune_code, first.department) == ("2A0000170", "2A004", "2A")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("structureet;010000024", "structureet;010000025", "clé de contrôle est fausse"),
        ("CH DE FLEYRIAT;CENTRE HOSPITALIER DE BOURG-EN-BRESSE FLEYRIAT", ";", "n'a pas de nom"),
        (";355;Centre", ";;Centre", "n'a pas de catégorie"),
        ("1979-02-13;2020-02-04", "1979-02-13;2020-02-31", "n'est pas une date"),
        ("structureet;010000024", 'structureet;"010000024', "champs"),
        ("structureet;010000024", "equipement;010000024", "n'est pas une structure"),
    ],
)
def test_one_bad_line_is_refused_alone_with_its_number(before, after, words, tmp_path):
    text = SEMICOLON.read_text("utf-8").replace(before, after, 1)
    rows = read(written(tmp_path, text))
    refused = [row for row in rows if isinstance(row, Refusal)]
    assert [row.line for row in refused] == [2]
    assert words in refused[0].reason
    assert len(rows) == 9


def test_a_wrong_siret_is_left_out_and_the_establishment_kept(tmp_path):
    text = SEMICOLON.read_text("utf-8").replace("26010004500012", "26010004500013")
    first = read(written(tmp_path, text))[0]
    assert first.siret == ""
    assert "SIRET" in first.remark


def test_a_file_damaged_by_excel_is_refused_with_what_happened_to_it():
    said = refusal_of(EXCEL)
    for word in (
        "Excel",
        "ligne 2",
        "2,601E+13",
        "13/02/1979",
        "« 01 » est devenu « 1 »",
        "fichier d'origine",
    ):
        assert word in said


def test_a_lost_leading_zero_is_refused(tmp_path):
    text = SEMICOLON.read_text("utf-8").replace(
        "structureet;010000024;010780054", "structureet;10000024;10780054"
    )
    assert "« 010000024 » est devenu « 10000024 »" in refusal_of(written(tmp_path, text))


@pytest.mark.parametrize("share", [0.15, 0.4, 0.6, 0.8, 0.97])
@pytest.mark.parametrize("path", [JSON, SEMICOLON, XML_SITES])
def test_a_cut_file_is_refused(path, share, tmp_path):
    whole = path.read_bytes()
    said = refusal_of(written(tmp_path, whole[: int(len(whole) * share)]))
    assert "interrompt" in said


def test_a_cut_archive_is_refused(tmp_path):
    packed = gzip.compress(JSON.read_bytes())
    assert "incomplète" in refusal_of(written(tmp_path, packed[: len(packed) // 2]))
    assert "incomplète" in refusal_of(written(tmp_path, packed[:14]))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"  \n", "vide"),
        (b"PK\x03\x04rest", "classeur"),
        ("finess;etalab".encode("utf-16"), "texte Unicode"),
        (b"<!DOCTYPE html><html><body>503</body></html>", "page web"),
        (b"structureet,010000024,010780054\n", "virgules"),
        (b"nom;prenom\nA;B\n", "n'est pas un fichier FINESS"),
        (b'{"schemaVersion": "v1", "pmej": []}', "aucune structure"),
        (b'{"pmej": [{"numeroFiness": "010000156", "activitesAutorisees": []}]}', "activités"),
        (b'{"pmej": [{"a": 1,, }]}', "JSON"),
        (b"<personnes/>", "n'est pas un flux FINESS"),
        (b"<fluxfiness><nomenclstatutavecagr/></fluxfiness>", "nomenclstatutavecagr"),
        (b"finess;etalab;111;2026-05-12\n", "aucune structure"),
    ],
)
def test_another_kind_of_file_is_refused_by_name(content, words, tmp_path):
    assert words in refusal_of(written(tmp_path, content))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "ne s'ouvre pas" in refusal_of(tmp_path / "absent.json")


def test_an_xml_file_with_entities_is_refused(tmp_path):
    attack = '<!DOCTYPE f [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><fluxfiness><structureej>&b;</structureej></fluxfiness>'
    assert "entités" in refusal_of(written(tmp_path, attack))


@pytest.mark.slow
def test_memory_stays_flat_whatever_the_size(tmp_path):
    path = tmp_path / "large.json"
    written = FictitiousFile(9000, 800, seed=1, events_each=8).write(path)
    size = path.stat().st_size
    tracemalloc.start()
    kept = sum(isinstance(row, FinessET) for row in open_finess(path).rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert kept == 800 - written.spoilt
    assert size > 20_000_000
    assert peak < 10_000_000  # no more than the largest entity needs


@needs_shared
@pytest.mark.parametrize(
    "path", sorted((SHARED / "samples" / "finess").glob("*")), ids=lambda path: path.name
)
def test_every_shared_sample_is_read_or_refused_in_french(path):
    try:
        rows = read(path)
    except FinessFileError as error:
        said = error.french
    else:
        assert not [row for row in rows if isinstance(row, Refusal)]
        return
    assert said.endswith(".")
