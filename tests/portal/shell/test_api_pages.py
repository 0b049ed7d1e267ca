"""What the documentation says is what the API takes."""

import json
import re
from html import unescape

import pytest
from django.test import Client

from identities.hr_imports.columns import COLUMNS, check_mapping, propose_mapping
from identities.hr_imports.files import describe_file

pytestmark = pytest.mark.django_db


def test_the_page_names_every_column_and_needs_no_session():
    page = Client().get("/api/v1/").text
    for name, column in COLUMNS.items():
        assert f'class="code">{name}</th>' in page
        assert column.label in unescape(page)


def test_its_example_is_taken():
    page = unescape(Client().get("/api/v1/").text)
    example = re.search(r"-d '(.*?)'", page, re.DOTALL)[1]
    described = describe_file("envoi.json", example.encode())
    assert described.row_count == len(json.loads(example)["rows"]) == 1
    check_mapping(propose_mapping(described.headers, {}))


def test_an_address_that_does_not_exist_is_a_problem():
    answer = Client().get("/api/v2/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
