"""The software of a payroll: it pushes rows or files with its key, and its worker runs when asked."""

import json
from types import SimpleNamespace
from typing import Any

from django.test import Client

from identities.hr_imports.models import Run
from identities.hr_imports.tasks import carry_on
from portal.foundation.tenancy import tenant

ROWS = {
    "matricule": "0421", "birth_name": "Fictif", "first_names": "Camille", "sex": "F", "birth_date": "1985-03-12",
    "function": "Aide-soignant", "contract": "CDI", "starts_on": "2025-09-01",
}  # fmt: skip


def api_row(place: Any, matricule: str = "0421", **cells: Any) -> dict[str, Any]:
    """One person at that establishment, by the keys of the API."""
    return {**ROWS, "site": place.finess, "matricule": matricule, **cells}


class Software:
    """`push(*rows)`, `send(body, kind)`, `get(path)`, `post(path)`; `work(run_id)` is the worker of the portal."""

    def __init__(self, group: SimpleNamespace, key: SimpleNamespace, source_id: Any) -> None:
        self.group, self.client = group, Client(headers=key.headers)
        self.source_id, self.sent = source_id, 0

    def push(self, *rows: dict[str, Any], once: str = "", **options: str):
        return self.send(json.dumps({"rows": rows}), "application/json", once, **options)

    def send(self, body: bytes | str, kind: str, once: str = "", source_id: Any = None, **options: str):
        self.sent += 1
        return self.client.generic(
            "POST",
            f"/api/v1/hr-sources/{source_id or self.source_id}/runs/",
            body,
            content_type=kind,
            headers={"Idempotency-Key": once or f"envoi-{self.sent}"},
            query_params=options,
        )

    def get(self, path: str):
        return self.client.get(f"/api/v1/{path}")

    def post(self, path: str):
        return self.client.post(f"/api/v1/{path}")

    def work(self, run_id: str) -> None:
        """Until nothing is left to do, as the ring and the sweep would."""
        for _ in range(3):
            carry_on(group_id=str(self.group.id), run_id=run_id)

    def run(self, run_id: str) -> dict[str, Any]:
        return self.get(f"hr-runs/{run_id}/").json()

    def runs(self) -> int:
        with tenant(self.group.id):
            return Run.objects.count()
