"""Where the journal's heads go each day, out of the database's reach: a directory, an address, both, or (empty) nowhere."""

import os

JOURNAL_HEADS_DIRECTORY = os.environ.get("JOURNAL_HEADS_DIRECTORY", "")
JOURNAL_HEADS_MAIL = os.environ.get("JOURNAL_HEADS_MAIL", "")
