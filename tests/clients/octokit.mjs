// SPDX-License-Identifier: LGPL-2.1-or-later
// GitHub's own library for Apps, as its action create-github-app-token uses it: a JSON object on
// stdin, the token on stdout. The certificate is trusted by NODE_EXTRA_CA_CERTS.
//
//   {"clientId", "key": PEM, "api": URL, "owner", "repository" or null, "repositories" or null,
//    "permissions" or null}
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const modules = join(process.env.TEST_OCTOKIT, 'node_modules');

function load(name) {
  const folder = join(modules, name);
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json')));
  return import(pathToFileURL(join(folder, exports['.'].import ?? exports['.'].default)));
}

const { createAppAuth } = await load('@octokit/auth-app');
const { request } = await load('@octokit/request');
const wanted = JSON.parse(readFileSync(0, 'utf-8'));
const api = request.defaults({ baseUrl: wanted.api });
const auth = createAppAuth({ appId: wanted.clientId, privateKey: wanted.key, request: api });

async function findInstallation() {
  const hook = { request: { hook: auth.hook } };
  if (wanted.repository)
    return api('GET /repos/{owner}/{repo}/installation',
      { owner: wanted.owner, repo: wanted.repository, ...hook });
  return api('GET /users/{username}/installation', { username: wanted.owner, ...hook });
}

const { data } = await findInstallation();
const { token } = await auth({
  type: 'installation',
  installationId: data.id,
  ...(wanted.repositories ? { repositoryNames: wanted.repositories } : {}),
  ...(wanted.permissions ? { permissions: wanted.permissions } : {}),
});
process.stdout.write(token);
