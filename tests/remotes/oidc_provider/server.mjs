// npm oidc-provider as a group's identity provider: certified, and written by nobody of this house.
// `node server.mjs` writes its issuer on the first line and stops with its standard input.
// POST /_control {"redirect_uris": […], "alg": "RS256"} declares the client; POST /_control {"rotate": true} draws new keys.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const CLIENT = { client_id: "trousseau", client_secret: "un-secret-de-test-assez-long-pour-tous", grant_types: ["authorization_code"] };
const PEOPLE = {
  claire: { name: "Claire Delorme", given_name: "Claire", family_name: "Delorme", email: "claire@demo.invalid", email_verified: true, groups: ["trousseau-administrateurs"] },
  marc: { name: "Marc Vidal", given_name: "Marc", family_name: "Vidal", email: "marc@demo.invalid", email_verified: false },
};
const state = { redirect_uris: ["http://127.0.0.1/retour"], alg: "RS256", keys: drawn(), provider: null };

function drawn() {
  const named = (pair, alg) => ({ ...pair.privateKey.export({ format: "jwk" }), alg, use: "sig", kid: randomUUID() });
  return [
    named(generateKeyPairSync("rsa", { modulusLength: 2048 }), "RS256"),
    named(generateKeyPairSync("ec", { namedCurve: "P-256" }), "ES256"),
  ];
}

function build(issuer) {
  const provider = new Provider(issuer, {
    acrValues: ["1", "2"],
    claims: { openid: ["sub", "acr", "amr", "auth_time"], email: ["email", "email_verified"], profile: ["name", "given_name", "family_name"], groups: ["groups"] },
    clients: [{ ...CLIENT, redirect_uris: state.redirect_uris, id_token_signed_response_alg: state.alg, token_endpoint_auth_method: "client_secret_basic" }],
    cookies: { keys: ["clef-de-test"] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    jwks: { keys: state.keys },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid email profile groups");
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
    responseTypes: ["code"],
    scopes: ["openid", "email", "profile", "groups"],
    ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 300, IdToken: 300, Interaction: 600, Session: 600 },
  });
  provider.on("server_error", (_, error) => console.error(error));
  return provider;
}

async function body(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

async function control(request, response, issuer) {
  const asked = JSON.parse(await body(request));
  if (asked.rotate) state.keys = drawn();
  Object.assign(state, { redirect_uris: asked.redirect_uris ?? state.redirect_uris, alg: asked.alg ?? state.alg });
  state.provider = build(issuer);
  response.writeHead(204).end();
}

function page(response) {
  const button = (name, value, label) => `<button name="${name}" value="${value}">${label}</button>`;
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(`<!DOCTYPE html><html lang="fr"><title>Fournisseur indépendant</title><h1>Fournisseur indépendant</h1><form method="post">
    ${button("how", "claire|2|pwd hwk", "Claire, mot de passe et clé")} ${button("how", "claire||pwd", "Claire, mot de passe seul")}
    ${button("how", "claire|1|", "Claire, niveau 1")} ${button("how", "marc|2|pwd hwk", "Marc, adresse non vérifiée")}
    ${button("how", "refuser", "Refuser")}</form></html>`);
}

async function interact(request, response) {
  if (request.method === "GET") return page(response);
  const [account, acr, amr] = (new URLSearchParams(await body(request)).get("how") ?? "").split("|");
  const login = { accountId: account, acr: acr || undefined, amr: amr ? amr.split(" ") : undefined, remember: false };
  const result = account === "refuser" ? { error: "access_denied", error_description: "Refused" } : { login };
  return state.provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const server = createServer((request, response) => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  if (request.url === "/_control") return control(request, response, issuer);
  if (request.url.startsWith("/interaction/")) return interact(request, response);
  return state.provider.callback()(request, response);
});
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  state.provider = build(issuer);
  console.log(issuer);
});
process.stdin.on("end", () => process.exit(0)).resume();
