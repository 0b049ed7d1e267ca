"""Job titles of HR files: the group's own table first, then the shortcuts of the portal, then our proposals."""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from identities.assignments.queries import functions_for_labels, functions_offered, usual_titles
from identities.hr_imports.models import JobTitle
from portal.foundation.names import search_key

_PROPOSED = Path(__file__).parent / "reference" / "job_labels.csv"


@cache
def proposed_titles() -> dict[str, tuple[str, str]]:
    """Search key → (title, code of the national function): ours, to be validated by each group."""
    with _PROPOSED.open(encoding="utf-8", newline="") as stream:
        return {
            search_key(one["label"]): (one["label"], one["function_code"]) for one in csv.DictReader(stream)
        }


def offered_titles() -> list[tuple[str, str, str]]:
    """(title, label of the function it stands for today, hint on a code that was closed): ours, by title.

    Those that the group decided otherwise are left out.
    """
    decided = set(JobTitle.objects.values_list("key", flat=True))
    labels = {one.code: one.label for one in functions_offered()}
    ours = {
        key: (title, labels[code], "") for key, (title, code) in proposed_titles().items() if code in labels
    }
    usual = functions_for_labels([*usual_titles(), *(title for title, _ in proposed_titles().values())])
    ours |= {search_key(title): (title, one.label, one.hint) for title, one in usual.items() if one}
    return [row for key, row in sorted(ours.items()) if key not in decided]


class JobTitles:
    """What each title stands for, asked by blocks: two statements for all the new titles of a block."""

    def __init__(self) -> None:
        offered = {one.code for one in functions_offered()}
        self._codes: dict[str, str] = {
            key: code for key, (_, code) in proposed_titles().items() if code in offered
        }
        self._ours = dict(self._codes)
        decided = JobTitle.objects.values_list("key", "function_id")
        self._decided = {key: code for key, code in decided if code in offered}
        self._asked: dict[str, str] = {}

    def learn(self, titles: Iterable[str]) -> None:
        """Looks up those that are not known yet."""
        new = {one for one in titles if one and one not in self._asked}
        for title, offer in functions_for_labels(new).items() if new else ():
            key = search_key(title)
            self._asked[title] = self._decided.get(key) or (offer.code if offer else self._ours.get(key, ""))

    def code_of(self, title: str) -> str:
        """The code, or '' for a title that nobody has explained; asked after `learn`."""
        return self._asked.get(title, "")
