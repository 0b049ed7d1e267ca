"""The pages that a person sees there: plain, French, accessible, and never taken for the real ones."""

import pytest

from tests.remotes.sandbox.relying_party import asking
from tests.sandbox import send


@pytest.mark.parametrize("page", ["sign_in", "refused"])
def test_a_page_says_what_it_is_and_asks_nothing_of_another_host(sandbox, page):
    answer = send("GET", asking(sandbox, **({"client_id": "inconnu"} if page == "refused" else {})))
    assert '<html lang="fr">' in answer.text
    assert answer.text.count("<h1") == 1
    assert "Bac à sable</strong> : Pro Santé Connect simulé, personnes fictives" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not any(word in answer.text for word in ("https://", "<script", " style="))


def test_a_group_provider_says_its_name(sandbox):
    provider = sandbox.provider("okta")
    text = send("GET", asking(provider)).text
    assert "Bac à sable</strong> : Fournisseur d&#x27;identité « okta » simulé, personnes fictives" in text
