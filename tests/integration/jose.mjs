// SPDX-License-Identifier: LGPL-2.1-or-later
// The npm library jose for tests: a JSON list of requests on stdin, as many answers on stdout.
//
//   {"do": "sign", "key": KEY, "header": {"alg": …}, "claims": {…}}   {"token": …}
//   {"do": "verify", "key": KEY, "token": …, "options": {…}}          {"header": …, "claims": …}
//   {"do": "thumbprint", "key": JWK}                                  {"thumbprint": …}
//
// KEY is a JWK, or PEM: a certificate, a public key or a private key. OPTIONS are jwtVerify's, its
// currentDate in seconds. What fails is answered by {"error": jose's code for it, "message": …}.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { exports } = JSON.parse(readFileSync(join(process.env.TEST_JOSE, 'package.json')));
const jose = await import(pathToFileURL(join(process.env.TEST_JOSE, exports['.'].import)));

function readKey(key, algorithm) {
  if (typeof key !== 'string') return jose.importJWK(key, algorithm);
  if (key.includes('BEGIN CERTIFICATE')) return jose.importX509(key, algorithm);
  if (key.includes('BEGIN PUBLIC')) return jose.importSPKI(key, algorithm);
  return jose.importPKCS8(key, algorithm);
}

const actions = {
  async sign({ key, header, claims }) {
    const signer = new jose.SignJWT(claims).setProtectedHeader(header);
    return { token: await signer.sign(await readKey(key, header.alg)) };
  },
  async verify({ key, token, options = {} }) {
    if (options.currentDate) options.currentDate = new Date(options.currentDate * 1000);
    const { alg } = jose.decodeProtectedHeader(token);
    const found = await jose.jwtVerify(token, await readKey(key, alg), options);
    return { header: found.protectedHeader, claims: found.payload };
  },
  async thumbprint({ key }) {
    return { thumbprint: await jose.calculateJwkThumbprint(key) };
  },
};

const answers = [];
for (const request of JSON.parse(readFileSync(0, 'utf-8')))
  answers.push(await actions[request.do](request)
    .catch((error) => ({ error: error.code ?? error.name, message: error.message })));
process.stdout.write(JSON.stringify(answers));
