"""The published contract of API PSI v0.9.1, beside the project: its schema and its examples, as they are."""

from functools import cache
from typing import Any

import yaml
from jsonschema import Draft7Validator, FormatChecker

from tests.shared import shared

REQUEST = "RegisterIdentityRequestDto"


class _Loader(yaml.SafeLoader):
    """Dates stay text: some are not quoted in the files."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@cache
def _read(name: str) -> Any:
    return yaml.load(shared(f"specs/psi/{name}").read_text(encoding="utf-8"), _Loader)  # noqa: S506  a safe loader


def contract() -> dict[str, Any]:
    return _read("psi-openapi-0.9.1.yml")


def problems(value: Any, schema: str | dict[str, Any]) -> list[str]:
    """What of `value` breaks a schema of the contract, by its name or given whole."""
    asked = {"$ref": f"#/components/schemas/{schema}"} if isinstance(schema, str) else schema
    whole = {**asked, "components": contract()["components"]}
    return [one.message for one in Draft7Validator(whole, format_checker=FormatChecker()).iter_errors(value)]


def schema_of_answer(status: int) -> dict[str, Any]:
    answers = contract()["paths"]["/v1/identities"]["post"]["responses"]
    return answers[str(status)]["content"]["application/json"]["schema"]


def request_examples() -> dict[str, Any]:
    return {name: one["value"] for name, one in _read("examples-requests.yml").items()}


def answer_examples() -> dict[tuple[int, str], Any]:
    found = _read("examples-responses.yml")
    return {
        (int(status), name): one.get("value", one)
        for status, examples in found.items()
        for name, one in examples.items()
    }
