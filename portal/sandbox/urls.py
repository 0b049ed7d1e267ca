"""The addresses of both contracts of sign-in, told apart by `_of_…`, of the Annuaire Santé and of API PSI."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.sandbox import backchannel, control, wallet
from portal.sandbox.annuaire import views as annuaire
from portal.sandbox.contracts import ENDPOINTS, REALM, Contract, group_provider, psc
from portal.sandbox.psi import views as psi

View = Callable[[HttpRequest, Contract], HttpResponse]
VIEWS: dict[str, View] = {
    "token": require_POST(backchannel.token),
    "userinfo": require_http_methods(["GET", "POST"])(backchannel.userinfo),
    "introspection": require_POST(backchannel.introspect),
    "revocation": require_POST(backchannel.revoke),
    "end_session": require_http_methods(["GET", "POST"])(wallet.log_out),
    "jwks": require_GET(backchannel.certs),
}
authorize: View = require_http_methods(["GET", "POST"])(wallet.authorize)
choose: View = require_POST(wallet.choose)
publish: View = require_GET(backchannel.publish)


def _of_psc(view: View) -> Callable[[HttpRequest], HttpResponse]:
    return lambda request: view(request, psc(request.get_port()))


def _of_provider(view: View) -> Callable[..., HttpResponse]:
    return lambda request, name: view(request, group_provider(request.get_port(), name))


_realm, _provider = REALM[1:], "idp/<slug:name>"
urlpatterns = [
    path("auth", _of_psc(authorize)),
    path("auth/choix", _of_psc(choose)),
    path(f"{_realm}/.well-known/wallet-openid-configuration", _of_psc(publish)),
    *(path(_realm + ENDPOINTS[name], _of_psc(view)) for name, view in VIEWS.items()),
    path(f"{_provider}/.well-known/openid-configuration", _of_provider(publish)),
    path(f"{_provider}/protocol/openid-connect/auth", _of_provider(authorize)),
    path(f"{_provider}/choix", _of_provider(choose)),
    *(path(_provider + ENDPOINTS[name], _of_provider(view)) for name, view in VIEWS.items()),
    path("fhir/v2/<path:path>", annuaire.answer),
    path("psi/v1/identities", psi.register),
    path("_sandbox/", control.status),
    path("_sandbox/style.css", control.style),
    path("_sandbox/fault", control.fault),
    path("_sandbox/log", control.log),
    path("_sandbox/sessions", control.sessions),
    path("_sandbox/people", control.people),
    path("_sandbox/clients", control.client),
    path("_sandbox/directory", control.directory),
    path("_sandbox/psi", psi.control),
    path("_sandbox/reset", control.reset),
]
