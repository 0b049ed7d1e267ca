"""Files as payrolls write them, and files as mail, spreadsheets and accidents leave them: read, or refused in French."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from identities.hr_imports import cells
from identities.hr_imports.columns import check_mapping, propose_mapping, remembers_all
from identities.hr_imports.files import describe_file, file_rows
from identities.hr_imports.refusals import FileRefused
from identities.hr_imports.template import template_file
from portal.foundation.errors import DomainError

TEXT = "Matricule;Nom;Prénom;Né(e) le;Établissement;Emploi;Entrée\r\n"
TEXT += "0421;Lefèvre;Zoë;01/02/1980;010008407;Aide-soignant;01/09/2026\r\n"
MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    "</manifest:manifest>"
)
LATIN = "Matricule;Nom;Prénom\n1;Œuvray;Élodie\n"


def rows(name: str, content: bytes) -> list:
    return list(file_rows(name, content)[1])


def refused(content: bytes, name: str = "paie.csv") -> str:
    with pytest.raises(FileRefused) as error:
        describe_file(name, content)
    return error.value.french


def xlsx(*lines, start: int = 1) -> bytes:
    book, stream = Workbook(), io.BytesIO()
    for number, line in enumerate(lines, start):
        for rank, value in enumerate(line, 1):
            book.active.cell(number, rank, value)
    book.save(stream)
    return stream.getvalue()


def ods(*lines) -> bytes:
    body = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in line
        )
        + "</table:table-row>"
        for line in lines
    )
    names = " ".join(
        f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"'
        for one in ("office", "table", "text")
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
            f'<table:table table:name="Paie">{body}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
    return stream.getvalue()


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("cp1252", "Windows-1252"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
    ],
)
def test_reads_every_encoding_that_payrolls_write(encoding, said):
    content = TEXT.encode(encoding)
    described = describe_file("paie.csv", content)
    assert described.form == f"CSV, {said}, point-virgule"
    assert described.headers[:4] == ["Matricule", "Nom", "Prénom", "Né(e) le"]
    assert rows("paie.csv", content)[0][1][1:3] == ["Lefèvre", "Zoë"]


def test_tells_latin_9_from_windows_by_its_ligatures():
    assert describe_file("a.csv", LATIN.encode("iso-8859-15")).form == "CSV, ISO-8859-15, point-virgule"
    assert rows("a.csv", LATIN.encode("iso-8859-15"))[0][1][1] == "Œuvray"
    assert rows("a.csv", LATIN.encode("cp1252"))[0][1][1] == "Œuvray"


@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_finds_the_separator(mark):
    content = TEXT.replace(";", mark).encode()
    assert rows("paie.csv", content)[0][1][0] == "0421"


def test_finds_the_titles_under_the_heading_of_the_export():
    content = f"Export du 20/11/2026;;\n;;\n{TEXT}".encode()
    described = describe_file("paie.csv", content)
    assert (described.header_line, described.row_count) == (3, 1)
    assert rows("paie.csv", content)[0][0] == 4


def test_a_line_keeps_its_number_after_a_cell_of_two_lines():
    content = b'Matricule;Nom;Prenom\n1;"Du\npont";Ann\n2;Durand;Bob\n'
    assert [number for number, _ in rows("a.csv", content)] == [2, 4]


def test_reads_a_workbook_with_its_dates_and_numbers():
    content = xlsx(
        ["Paie de novembre"],
        ["Matricule", "Nom", "Prénom", "Date de naissance"],
        [421, "Lefèvre", "Zoë", datetime(1980, 2, 1)],
    )
    assert rows("paie.xlsx", content) == [(3, ["421", "Lefèvre", "Zoë", "01/02/1980"])]
    assert describe_file("paie.xlsx", content).form == "XLSX"


def test_reads_an_ods():
    content = ods(["Matricule", "Nom", "Prénom"], ["0421", "Lefèvre", "Zoë"])
    assert rows("paie.ods", content) == [(2, ["0421", "Lefèvre", "Zoë"])]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"\xef\xbb\xbf\r\n\r\n", "vide"),
        (b";;;\n;;;\n", "vide"),
        (b"Matricule;Nom;Prenom\n", "que sa ligne de titres (ligne 1)"),
        (b"Matricule;Nom;Prenom\n1;A;B\n2;C;\x00D\n", "Ligne 3 : le fichier contient des caractères nuls"),
        (
            "Matricule;Nom;Prénom\n1;Zoé;".encode() + "Noël\n".encode("cp1252"),
            "Ligne 2 : cette ligne n'a pas",
        ),
        (
            "Matricule;Nom;Prenom\n1;Zoé;A\n".encode() + "2;Noël;B\n".encode("cp1252"),
            "Ligne 3 : cette ligne n'a pas",
        ),
        (b"Matricule;Nom;Prenom\n" + b"x" * 30_000 + b"\n", "Ligne 2 : elle compte 30000 caractères"),
        (b'Matricule;Nom;Prenom\n1;"' + b"A;B\n" * 2000, "Ligne 2 : une cellule est trop longue"),
        (b"Matricule;Nom;Prenom;Emploi\n1;A;B;AS\n2;C", "Ligne 3 : le fichier s'arrête au milieu"),
        (b"1;2;3\n4;5;6\n", "Aucune ligne de titres"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "ancien format XLS"),
        (b"PK\x03\x04 not a zip", "ne s'ouvre pas"),
    ],
)
def test_refuses_in_french_with_its_line(content, words):
    assert words in refused(content)


def test_refuses_a_workbook_cut_on_its_way():
    content = xlsx(["Matricule", "Nom", "Prénom"], *([rank, "A", "B"] for rank in range(200)))
    assert "coupé" in refused(content[: len(content) // 2], "paie.xlsx")


def bomb(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.slow
def test_refuses_a_zip_bomb_before_it_is_in_memory():
    content = bomb({"xl/worksheets/sheet1.xml": b" " * (260 * 1024 * 1024)})
    assert len(content) < 1024 * 1024
    assert "250 Mo" in refused(content, "paie.xlsx")


def test_refuses_a_bomb_that_lies_about_its_size():
    content = bytearray(bomb({"xl/worksheets/sheet1.xml": b" " * (3 * 1024 * 1024)}))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = (1000).to_bytes(4, "little")  # the central directory says 1,000 bytes
    assert "ne s'ouvre pas" in refused(bytes(content), "paie.xlsx")


def test_refuses_two_cells_at_the_ends_of_the_sheet():
    book, stream = Workbook(), io.BytesIO()
    book.active["A1"], book.active["XFD1048576"] = "Matricule", 1
    book.save(stream)
    assert "XFD1048576" in refused(stream.getvalue(), "paie.xlsx")


def test_refuses_a_cell_repeated_a_million_times():
    content = ods(["Matricule", "Nom", "Prénom"], ["1", "A", "B"])
    archive = zipfile.ZipFile(io.BytesIO(content))
    body = archive.read("content.xml").replace(
        b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1048576">', 1
    )
    assert "250 Mo" in refused(bomb({"content.xml": body}), "paie.ods")


def test_proposes_the_columns_of_a_french_payroll_and_remembers_what_was_said():
    headers = [
        "Matricule",
        "Nom de naissance",
        "Prénoms",
        "Né(e) le",
        "FINESS ET",
        "Emploi",
        "Date d'entrée",
        "Échelon",
    ]
    found = propose_mapping(headers, {})
    assert found["ne e le"] == "birth_date"
    assert found["finess et"] == "site"
    assert found["echelon"] == ""
    check_mapping(found)
    again = propose_mapping(headers, {"echelon": "contract", "emploi": ""})
    assert (again["echelon"], again["emploi"]) == ("contract", "")
    assert remembers_all(headers, found)
    assert not remembers_all([*headers, "Grille"], found)


def test_refuses_a_mapping_without_a_needed_column_or_with_one_twice():
    with pytest.raises(DomainError, match="missing") as missing:
        check_mapping({"nom": "birth_name"})
    assert "Prénoms" in missing.value.french
    full = propose_mapping(["Nom", "Prénom", "Naissance", "Site", "Emploi", "Entrée"], {})
    with pytest.raises(DomainError, match="twice"):
        check_mapping({**full, "autre": "birth_name"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("31/02/1980", "31/02/1980 n'existe pas"),
        ("01/01/1900", "à la place d'une cellule vide"),
        ("01/02/80", "deux chiffres"),
        ("010280", "deux chiffres"),
        ("29252", "sans doute le 01/02/1980"),
        ("29252,5", "sans doute le 01/02/1980"),
        ("hier", "n'est pas une date"),
    ],
)
def test_refuses_dates_that_spreadsheets_spoil(text, words):
    with pytest.raises(DomainError) as error:
        cells.read_day(text)
    assert words in error.value.french


def test_reads_dates_and_open_ends():
    assert cells.read_day("01/02/1980") == cells.read_day("1980-02-01 00:00:00") == date(1980, 2, 1)
    assert cells.read_end("31/12/2099") is cells.read_end("") is None
    assert cells.read_birth_date("1.2.1980") == "1980-02-01"


@pytest.mark.parametrize("text", ["1,00008E+08", "1.00008407E8", "1E+08"])
def test_refuses_a_finess_in_scientific_notation(text):
    with pytest.raises(DomainError) as error:
        cells.site_key(text)
    assert "arrondi par le tableur" in error.value.french


def test_a_finess_has_its_leading_zero_back():
    assert cells.site_key("10008407") == cells.site_key("01 000 840 7") == "010008407"
    assert cells.site_key("Résidence L'Étang") == "residence l etang"


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(A1)", "=HYPERLINK(A2)", "+cmd|' /C calc'!A0", "#REF!", "#N/A"]
)
def test_refuses_a_formula_and_its_errors(text):
    with pytest.raises(DomainError):
        cells.check_cell(text)


def test_understands_sexes_and_contracts():
    assert [cells.read_sex(one) for one in ("Mme", "H", "2", "", "Masculin")] == ["F", "M", "F", "", "M"]
    assert [cells.read_contract(one) for one in ("C.D.I.", "CDI", "Contrat à durée déterminée", "Apprenti", "ETT", "?")] == [
        "cdi", "cdi", "cdd", "internship", "temp", "other",
    ]  # fmt: skip
    with pytest.raises(DomainError):
        cells.read_matricule("1 85 03 01 053 012 34")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_is_read_back_without_a_question(kind):
    content = template_file(kind).content
    described = describe_file(f"modele.{kind}", content)
    mapping = propose_mapping(described.headers, {})
    assert all(mapping.values())
    check_mapping(mapping)
