// SPDX-License-Identifier: LGPL-2.1-or-later
// One login by google-auth-library, Google's own, at a token endpoint of ours; prints the token.
//
//     node google.mjs FOLDER FILE URL SCOPE [SUBJECT]
//
// FOLDER: whose node_modules has the library. FILE: a service account's JSON.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { request as send } from 'node:https';

const [folder, file, url, scope, subject] = process.argv.slice(2);
const { JWT } = createRequire(`${folder}/node_modules/`)('google-auth-library');
const account = JSON.parse(readFileSync(file, 'utf-8'));

const client = new JWT({
  email: account.client_email, key: account.private_key, keyId: account.private_key_id,
  scopes: scope.split(' '), subject,
});
// The library has its endpoint compiled in: what it would send there comes here.
client.transporter = {
  request: ({ method, headers, data }) => new Promise((resolve, reject) => {
    const body = new URLSearchParams(data).toString();
    const sent = send(url, { method, headers: { ...headers, 'Content-Length': body.length } }, (answer) => {
      let text = '';
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => resolve({ data: JSON.parse(text), status: answer.statusCode }));
    });
    sent.on('error', reject);
    sent.end(body);
  }),
};
console.log((await client.authorize()).access_token);
