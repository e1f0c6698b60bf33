// SPDX-License-Identifier: LGPL-2.1-or-later
// oidc-provider, an OpenID provider that is not ours, with the JWT bearer grant added; and a cluster
// that trusts its tokens by the keys that it publishes. Both speak TLS on loopback.
//
//     node oidc.mjs FOLDER < OPTIONS
//
// FOLDER: whose node_modules has oidc-provider. OPTIONS, JSON: `certificate`, `key` and `ca` (files),
// `clients` (as oidc-provider has them), `audience` (the cluster's). Prints one line of JSON with
// `issuer` and `cluster`. Whoever asks the cluster for /control?… sets `ahead` (seconds by which
// the clock is ahead that judges assertions), `offset` (likewise, of the cluster and the ID tokens),
// `audience`, or `replay` (1: an assertion's jti is taken for used).
import { createServer, get } from 'node:https';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const folder = `${process.argv[2]}/node_modules`;
const load = (path) => import(pathToFileURL(`${folder}/${path}`));
const { default: Provider } = await load('oidc-provider/lib/index.js');
const jose = await load('jose/dist/node/esm/index.js');

const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const LIFETIME = 600; // seconds
const options = JSON.parse(readFileSync(0, 'utf-8'));
const tls = { cert: readFileSync(options.certificate), key: readFileSync(options.key) };
const state = { offset: 0, ahead: 0, audience: options.audience, replay: false };
const calls = [];
const clock = Date.now; // the header `Date` has its own, which stays right
Date.now = () => clock() + state.ahead * 1000;

const listen = (handler) => new Promise((resolve) => {
  const server = createServer(tls, handler);
  server.listen(0, '127.0.0.1', () => resolve(`https://localhost:${server.address().port}`));
});

const { privateKey } = await jose.generateKeyPair('RS256', { extractable: true });
const own = { ...await jose.exportJWK(privateKey), kid: 'published', alg: 'RS256', use: 'sig' };

let callback;
const issuer = await listen((request, response) => {
  calls.push(`${request.method} ${request.url}`);
  callback(request, response);
});

const provider = new Provider(issuer, {
  clients: options.clients,
  jwks: { keys: [own] },
  clientAuthMethods: ['private_key_jwt', 'none'],
  enabledJWA: {
    clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
  },
  scopes: ['openid', 'read'],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (ctx, resource) => ({
        scope: 'read', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: LIFETIME,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
  ttl: { ClientCredentials: LIFETIME },
});
provider.ReplayDetection.unique = ((unique) => async function (...words) {
  return !state.replay && unique.apply(this, words);
})(provider.ReplayDetection.unique);
for (const name of ['grant.error', 'server_error'])
  provider.on(name, (ctx, error) => calls.push(`${error.error}: ${error.error_detail ?? error.message}`));

const now = () => Math.floor(clock() / 1000) + state.offset;

const identify = (subject, audience) => new jose.SignJWT({})
  .setProtectedHeader({ alg: 'RS256', kid: own.kid, typ: 'JWT' })
  .setIssuer(issuer).setSubject(subject).setAudience(audience)
  .setIssuedAt(now()).setExpirationTime(now() + LIFETIME)
  .sign(privateKey);

// RFC 7523 section 2.1; the client that asks vouches for the assertion with the same keys.
provider.registerGrantType(BEARER, async (ctx, next) => {
  const { client, params } = ctx.oidc;
  const keys = jose.createLocalJWKSet({ keys: client.jwks.keys });
  let claims;
  try {
    const found = await jose.jwtVerify(params.assertion, keys,
      { issuer: client.clientId, audience: [issuer, `${issuer}/token`],
        requiredClaims: ['sub', 'exp'], currentDate: new Date(Date.now()) });
    claims = found.payload;
  } catch (error) {
    ctx.status = 400;
    ctx.body = { error: 'invalid_grant', error_description: error.message };
    return;
  }
  const token = new provider.ClientCredentials({ client, scope: params.scope });
  ctx.body = {
    access_token: await token.save(),
    id_token: await identify(claims.sub, params.audience ?? client.clientId),
    token_type: 'Bearer', expires_in: LIFETIME, scope: params.scope,
  };
  await next();
}, ['assertion', 'scope', 'audience'], []);

// Some providers give ID tokens for client credentials too.
provider.use(async (ctx, next) => {
  await next();
  const { body, client } = ctx.oidc ?? {};
  if (ctx.body?.access_token && body?.grant_type === 'client_credentials' &&
      body.scope?.split(' ').includes('openid'))
    ctx.body.id_token = await identify(client.clientId, body.audience ?? client.clientId);
});
callback = provider.callback();

const fetchJson = (url) => new Promise((resolve, reject) => {
  get(url, { ca: readFileSync(options.ca) }, (answer) => {
    let text = '';
    answer.on('data', (part) => { text += part; });
    answer.on('end', () => resolve(JSON.parse(text)));
  }).on('error', reject);
});

const answer = (response, status, object) => {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(object));
};

const control = (url, response) => {
  const wishes = url.searchParams;
  if (wishes.has('ahead')) state.ahead = Number(wishes.get('ahead'));
  if (wishes.has('offset')) state.offset = Number(wishes.get('offset'));
  if (wishes.has('audience')) state.audience = wishes.get('audience');
  if (wishes.has('replay')) state.replay = wishes.get('replay') === '1';
  answer(response, 200, { calls: calls.splice(0) });
};

// As the API server's --oidc-issuer-url does it: by discovery.
const verify = async (token) => {
  const { jwks_uri: place } = await fetchJson(`${issuer}/.well-known/openid-configuration`);
  const keys = jose.createLocalJWKSet(await fetchJson(place));
  return jose.jwtVerify(token, keys,
    { issuer, audience: state.audience, currentDate: new Date(now() * 1000) });
};

const cluster = await listen(async (request, response) => {
  const url = new URL(request.url, 'https://localhost');
  if (url.pathname === '/control') return control(url, response);
  try {
    await verify((request.headers.authorization ?? '').replace(/^Bearer /, ''));
  } catch (error) {
    return answer(response, 401, { kind: 'Status', apiVersion: 'v1', status: 'Failure',
      reason: 'Unauthorized', message: error.message, code: 401 });
  }
  return answer(response, 200, { major: '1', minor: '32', gitVersion: 'v1.32.0' });
});

console.log(JSON.stringify({ issuer, cluster }));
