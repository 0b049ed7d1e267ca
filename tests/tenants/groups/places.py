"""Where the excerpts are: ours always, those of the workshop when it stands beside the repository."""

from pathlib import Path

import pytest

from tests.shared import SHARED

SAMPLES = Path(__file__).parent / "samples"

JSON = SAMPLES / "finess-plus-structures_excerpt_20260309.json"
SEMICOLON = SAMPLES / "etalab-cs1100502_excerpt_20260512.csv"
XML_ENTITIES = SAMPLES / "finess_cs1400101_stock_20211214-0333.xml"
XML_SITES = SAMPLES / "finess_cs1400102_stock_20211214-0336.xml"
EXCEL = SAMPLES / "etalab-cs1100507_excel_mangled_2016.csv"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the folder of shared samples is not beside the repository"
)
