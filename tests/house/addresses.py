"""Every route made concrete: whose page it is, at which addresses, and the few that stay shut with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from django.urls import reverse

from tests.house.rooms import Route

# allauth mounts these; we serve none of them as a page.
SHUT = {
    "account_rights:closed_email": "an account has one address, that of its invitation",
    "account_rights:closed_confirmation": "the invitation's link proves the address",
    "account_email": "shadowed by account_rights:closed_email",
    "account_confirm_email": "shadowed by account_rights:closed_confirmation",
    "account_email_verification_sent": "shadowed by account_rights:closed_confirmation",
    "account_confirm_login_code": "no sign-in by a code sent by mail",
    "sign_in:psc_start": "leads out to Pro Santé Connect; tests/journeys/test_pro_sante_connect.py goes there and back",
    "sign_in:psc_callback": "refuses whoever does not come back from there; the same journey",
    "account_rights:first_password": "for accounts without one, once they have a second factor; tests/tenants/sign_in",
    "sign_in:unlink": "asks about an identity one is linked with; tests/tenants/sign_in unlinks one",
    "sign_in:close_session": "posted from the list of sessions; tests/tenants/sign_in closes one",
    **dict.fromkeys(
        [f"pre_registration:{one}" for one in "way traits birth_places contacts national leave".split()],
        "asks for the device that opened a personal link; tests/journeys/test_self_registration.py walks there",
    ),
    "sign_in:accept": "leads to the invitation until an identity was proved; tests/tenants/sign_in walks it",
}
# What a page is asked, besides being opened bare.
QUESTIONS = {
    "duplicates:pairs": ["liste=homonymes", "liste=plus-tard&q=camille", "score=85"],
    "duplicates:propose": ["q=camille"],
    "assignments:departures": ["q=camille", "q=personne+de+ce+nom"],
    "assignments:people_in_group": ["q=camille", "tri=-ends_at", "page=2"],
    "assignments:people_of_site": ["q=camille", "page=2"],
    "directory:links": ["liste=a-confirmer&page=2", "liste=ecartees", "q=camille"],
    "memberships:rights": ["state=to_confirm"],
    "operator:groups": ["q=e", "q=aucun+groupe"],
    "operator:new_group": ["numbers=010008407"],
    "people:birth_places": ["birth_place_text=bourg"],
    "people:search": ["q=camille", "q=personne+de+ce+nom"],
    "registrations:desk": ["etat=toutes&tri=nom", "etat=correction&page=2&motif=trait:birth_name"],
    "registrations:of_site": ["liste=sans-demande", "liste=en-attente&page=2"],
    "registrations:to_register": ["q=camille&cocher=page", "manque=mobile"],
    "self_registrations:list": ["etat=declared&q=camille", "etat=lien_echu&page=2"],
    "shell:arrival": ["qui=Camille", "qui=FICTIF+Lou"],
    "shell:arrival_search": ["qui=Camille"],
    "shell:group_home": ["tri=-present", "tri=name"],
}
# Pages of allauth that stand outside of a session; the others belong to one's own account.
ENTRANCE = (
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_login_webauthn",
)


def section_of(route: Route) -> str:
    """Who walks there: public, account, operator, group, site, or a machine with its key."""
    door = getattr(route.view, "door", "")
    if door.startswith("key: "):
        return "machine"
    if "establishment_id" in route.arguments:
        return "site"
    if "group_slug" in route.arguments:
        return "group"
    if door == "operator":
        return "operator"
    return "public" if door.startswith("public") or route.name in ENTRANCE else "account"


@dataclass
class Names:
    """What stands in the addresses of one group: values by argument, and whole addresses that nobody can compose."""

    slug: str
    ids: dict[str, list] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def addresses(self, route: Route) -> Iterator[str]:
        """Each combination of ids, bare; then the first one with each question."""
        if route.name in self.links:
            yield self.links[route.name]
            return
        wanted = sorted(route.arguments - {"group_slug"})
        unknown = [name for name in wanted if name not in self.ids]
        assert not unknown, f"teach the walk these ids of {route}: {unknown}"
        fixed = {"group_slug": self.slug} if "group_slug" in route.arguments else {}
        for rank, values in enumerate(product(*(self.ids[name] for name in wanted))):
            address = reverse(route.name, kwargs={**fixed, **dict(zip(wanted, values, strict=True))})
            yield address
            if rank == 0:
                yield from (f"{address}?{question}" for question in QUESTIONS.get(route.name, ()))
