"""What is wrong with a push is told in French, and nothing is written."""

import io
import json

import pytest

from identities.hr_imports.columns import COLUMNS, propose_mapping
from identities.hr_imports.files import describe_file, file_rows
from identities.hr_imports.json_rows import json_rows
from identities.hr_imports.models import DepositedFile, Run
from identities.hr_imports.refusals import FileRefused
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.hr_imports import hr_file, hr_line
from tests.identities.hr_imports.api_client import api_row

GOOD = '{"rows": [{"birth_name": "FICTIF"}]}'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "Le fichier est vide"),
        ("   ", "Le fichier est vide"),
        ("{", "pas du JSON lisible"),
        ("[1, 2", "pas du JSON lisible"),
        (b'{"rows": [{"birth_name": "\xe9"}]}', "pas du JSON lisible"),
        ("[" * 100_000, "pas du JSON lisible"),
        ('{"rows": [' + "9" * 5000 + "]}", "pas du JSON lisible"),
        ("[]", "dont la seule clé est « rows »"),
        ("null", "dont la seule clé est « rows »"),
        ('"rows"', "dont la seule clé est « rows »"),
        ('{"rows": {}}', "dont la seule clé est « rows »"),
        ('{"rows": [], "autre": 1}', "dont la seule clé est « rows »"),
        ('{"rows": []}', "est vide"),
        ('{"rows": [{}, 3]}', "Ligne 2 de « rows » : ce n'est pas un objet"),
        ('{"rows": [{"birth_name": "A", "birth_name": "B"}]}', "La clé « birth_name » est donnée deux fois"),
        ('{"rows": [{"nir": "1"}]}', "Ligne 1 de « rows » : la clé « nir » n'est pas une colonne"),
        ('{"rows": [{"a\\u0000\\ud800": "1"}]}', "la clé « a?? » n'est pas une colonne"),
        ('{"rows": [{"matricule": 421}]}', "« matricule » n'est pas un texte"),
        ('{"rows": [{"matricule": true}]}', "« matricule » n'est pas un texte"),
        ('{"rows": [{"matricule": NaN}]}', "« matricule » n'est pas un texte"),
        ('{"rows": [{"matricule": ["0421"]}]}', "« matricule » n'est pas un texte"),
        ('{"rows": [{"birth_name": "A\\u0000B"}]}', "un caractère nul"),
        ('{"rows": [{"birth_name": "A\\ud800"}]}', "un caractère nul ou coupé en deux"),
        (json.dumps({"rows": [{"birth_name": "A" * 2001}]}), "trop long"),
    ],
)
def test_json_that_is_no_list_of_rows_is_refused(body, words):
    with pytest.raises(FileRefused) as refused:
        describe_file("envoi.json", body if isinstance(body, bytes) else body.encode())
    assert words in refused.value.french
    assert refused.value.french.isprintable()
    refused.value.french.encode()


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr("identities.hr_imports.refusals.MOST_ROWS", 1)
    with pytest.raises(FileRefused, match="Over 1 rows"):
        describe_file("envoi.json", b'{"rows": [{}, {}]}')


def test_rows_read_as_a_file_does():
    headers, rows = file_rows(
        "envoi.JSON", b'{"rows": [{"site": "01"}, {}, {"birth_name": null, "matricule": "0"}]}'
    )
    assert headers == ["Matricule", "Nom de naissance", "\u00c9tablissement (FINESS ou code)"]
    assert list(rows) == [(1, ["", "", "01"]), (3, ["0", "", ""])]


def test_every_title_leads_back_to_its_own_column():
    row = dict.fromkeys(COLUMNS, "x")
    headers, _ = json_rows(json.dumps({"rows": [row]}).encode())
    assert list(propose_mapping(headers, {}).values()) == list(COLUMNS)


class TestOverHttp:
    pytestmark = pytest.mark.django_db

    @pytest.fixture(autouse=True)
    def _nothing_is_written(self, group, software):
        with tenant(group.id):
            before = Line.objects.count()
        yield
        with tenant(group.id):
            assert not Run.objects.exists()
            assert not DepositedFile.objects.exists()
            assert Line.objects.count() == before

    def refused(self, answer, status: int, code: str) -> str:
        assert (answer.status_code, answer.json().get("code")) == (status, code)
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["request_id"]
        return answer.json()["detail"]

    def test_a_file_that_cannot_be_read(self, software):
        said = self.refused(software.send('{"rows": [{"x": 1}]}', "application/json"), 422, "unreadable_file")
        assert "n'est pas une colonne" in said
        assert "caractères nuls" in self.refused(
            software.send(b"a;b\n\x00", "text/csv"), 422, "unreadable_file"
        )

    def test_a_column_that_is_missing(self, group, software):
        said = self.refused(software.push({"matricule": "0421"}), 422, "columns_missing")
        assert said.startswith("Il manque : Nom de naissance, Prénoms")
        unknown = hr_file(hr_line(group.first)).replace(b"FINESS ET", b"Lieu-dit")
        said = self.refused(software.send(unknown, "text/csv"), 422, "columns_missing")
        assert "Établissement" in said

    def test_a_body_of_another_kind(self, software):
        said = self.refused(software.send("<a/>", "application/xml"), 415, "unknown_content")
        assert "application/json" in said

    @pytest.mark.parametrize("key", [" ", "é", "a b", "x" * 101])
    def test_no_word_of_idempotency(self, software, key):
        answer = software.client.post(
            f"/api/v1/hr-sources/{software.source_id}/runs/",
            GOOD,
            "application/json",
            headers={"Idempotency-Key": key},
        )
        assert "Idempotency-Key" in self.refused(answer, 400, "idempotency_key_needed")

    @pytest.mark.parametrize(
        "options", [{"as_of": "2026-02-31"}, {"as_of": "2999-01-01"}, {"as_of": "hier"}, {"apply": "1"}]
    )
    def test_an_option_that_means_nothing(self, group, software, options):
        said = self.refused(software.push(api_row(group.first), **options), 400, "bad_parameter")
        assert "«" in said

    def test_a_body_cut_on_its_way(self, group, software):
        lines = hr_file(hr_line(group.first))
        form = (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="paie.csv"\r\n\r\n%b\r\n--x--\r\n'
            % lines
        )
        for kind, body in (("text/csv", lines), ("multipart/form-data; boundary=x", form)):
            answer = software.client.generic(
                "POST", f"/api/v1/hr-sources/{software.source_id}/runs/", body, content_type=kind,
                headers={"Idempotency-Key": "un"}, **{"wsgi.input": io.BytesIO(body[:-12])},
            )  # fmt: skip
            assert "recommencez" in self.refused(answer, 400, "cut")

    def test_a_body_that_is_too_heavy_is_refused_before_it_is_read(self, software):
        class Unread(io.BytesIO):
            def read(self, *_):
                raise AssertionError("the body was read")

        answer = software.client.generic(
            "POST", f"/api/v1/hr-sources/{software.source_id}/runs/", b"", content_type="application/json",
            headers={"Idempotency-Key": "un"}, CONTENT_LENGTH=str(2**30), **{"wsgi.input": Unread()},
        )  # fmt: skip
        assert "1024 Mo" in self.refused(answer, 413, "too_heavy")

    def test_a_body_without_its_length(self, software):
        answer = software.client.generic(
            "POST", f"/api/v1/hr-sources/{software.source_id}/runs/", b"", content_type="application/json",
            headers={"Idempotency-Key": "un", "Transfer-Encoding": "chunked"}, CONTENT_LENGTH="",
        )  # fmt: skip
        assert "Content-Length" in self.refused(answer, 411, "length_needed")

    def test_a_form_without_its_file(self, software):
        answer = software.client.post(
            f"/api/v1/hr-sources/{software.source_id}/runs/",
            {"autre": "1"},
            headers={"Idempotency-Key": "un"},
        )
        self.refused(answer, 400, "file_needed")

    def test_an_import_that_is_not_there(self, software):
        for path in ("hr-runs/01a20676-230b-73db-95d9-7982f59301e5/", "hr-runs/autre/", "nulle-part/"):
            self.refused(software.get(path), 404, "not_found")

    def test_a_method_that_does_not_exist(self, software):
        answer = software.client.delete("/api/v1/hr-sources/")
        self.refused(answer, 405, "method_not_allowed")

    def test_a_page_is_not_what_is_answered(self, software):
        answer = software.client.get("/api/v1/hr-sources/", headers={"Accept": "text/html"})
        self.refused(answer, 406, "not_acceptable")

    def test_a_fault_of_ours_is_a_problem_without_a_trace(self, software, monkeypatch):
        def broken():
            raise RuntimeError("password=secret")

        monkeypatch.setattr("identities.hr_imports.api.sources_of_group", broken)
        software.client.raise_request_exception = False
        said = self.refused(software.get("hr-sources/"), 500, "server_error")
        assert "secret" not in said
