# Two commands for a newcomer: `make demo` and `make test`. Each does all its own set-up; the README has the rest.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test check lock packages independent

PY := .venv/bin/python
ARGS ?=
PORT ?=
# What Debian brings to the tests: a browser, its fonts, and the PDF engine's text layout.
DEBIAN := chromium fonts-liberation2 fonts-dejavu-core libpango-1.0-0 libpangoft2-1.0-0

help:
	@echo "make demo          le produit complet sur cette machine, avec son groupe de démonstration (PORT=9000)"
	@echo "make test          tous les tests (ARGS='tests/tenants -k finess')"
	@echo "make check         style, types, étages, migrations, gabarits"
	@echo "make lock          refait requirements.lock depuis pyproject.toml"

demo: .venv/installed
	@PORT=$(PORT) $(PY) manage.py demo

# Both halves always run; a half without any test (exit 5) is fine when the other has some.
test: .venv/installed packages
	@fast=0; rest=0; \
	echo "== Tests rapides"; \
	$(PY) -m pytest -n auto -m "not browser and not slow" $(ARGS) || fast=$$?; \
	echo "== Tests lents et navigateur"; \
	$(PY) -m pytest -n 2 --dist loadscope -m "browser or slow" $(ARGS) || rest=$$?; \
	if [ $$fast -eq 5 ] && [ $$rest -eq 5 ]; then echo "Aucun test trouvé."; exit 5; fi; \
	for code in $$fast $$rest; do case $$code in 0|5) ;; *) exit $$code ;; esac; done

# Every check runs; the names of those that failed close the list.
check: .venv/installed
	@failed=; \
	run() { name=$$1; shift; echo "== $$name"; "$$@" || failed="$$failed $$name"; }; \
	run ruff $(PY) -m ruff check --quiet .; \
	run format $(PY) -m ruff format --check --quiet .; \
	run mypy $(PY) -m mypy; \
	run floors .venv/bin/lint-imports; \
	run migrations env DATABASE_URL='postgresql:///none?host=/nonexistent' \
	  $(PY) -W ignore manage.py makemigrations --check --dry-run; \
	run templates $(PY) -m djlint templates --lint --quiet; \
	if [ -n "$$failed" ]; then echo "Échecs :$$failed" >&2; exit 1; fi

.venv/installed: requirements.lock
	@for name in python3.13 python3.12 python3.11 python3; do \
	  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$name; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "Il faut Python 3.11 ou plus récent, avec venv." >&2; exit 1; fi; \
	echo "Installation des dépendances dans .venv ($$("$$found" --version))…"; \
	$(PY) -c '' 2>/dev/null || "$$found" -m venv --clear .venv || { \
	  echo "Python ne sait pas faire de venv : sous Debian, installez le paquet python3-venv." >&2; exit 1; }; \
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

# npm oidc-provider, for the end-to-end tests of a group's identity provider.
independent:
	@cd tests/remotes/oidc_provider && \
	if ! command -v npm >/dev/null || ! node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; then \
	  echo "Node 20 et npm sont absents : les tests avec oidc-provider seront sautés. Pour les avoir : apt-get install nodejs npm"; \
	elif [ ! node_modules/.package-lock.json -nt package-lock.json ]; then \
	  echo "Installation d'oidc-provider pour les tests"; \
	  npm ci --silent || echo "  oidc-provider n'a pas pu être installé : les tests qui en dépendent seront sautés."; \
	fi

packages: independent
	@missing=; \
	for name in $(DEBIAN); do \
	  dpkg-query -W -f '$${Status}' "$$name" 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$name"; \
	done; \
	[ -n "$$missing" ] || exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installation des paquets Debian des tests :$$missing"; \
	  apt-get update -qq; \
	  for name in $$missing; do \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$$name" >/dev/null || \
	      echo "  $$name n'a pas pu être installé : les tests qui en dépendent seront sautés, nommés un par un."; \
	  done; \
	else \
	  echo "Il manque :$$missing. Les tests qui en dépendent seront sautés, nommés un par un."; \
	  echo "Pour les avoir : apt-get install$$missing"; \
	fi

lock:
	@tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && \
	python3 -m venv "$$tools" && "$$tools/bin/pip" install --quiet --disable-pip-version-check uv && \
	"$$tools/bin/uv" pip compile --universal --python-version 3.11 --extra dev --generate-hashes --no-header \
	  --no-annotate --quiet pyproject.toml -o requirements.lock
