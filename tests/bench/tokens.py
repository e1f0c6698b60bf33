# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whole programs that sign and verify: the same RSA 2048 key from each container, beside openssl
and the npm library jose."""
import base64
import json
import os
import pathlib
import shutil
import subprocess

from harness import make_rsa_key, openssl, public_key
from rows import Row, print_line

PASSWORD = 'bench-password'
CLAIMS = {'iss': 'bench', 'aud': 'https://bench.example'}
SCRIPT = pathlib.Path(__file__).resolve().parent.parent / 'integration' / 'jose.mjs'


def make_stores(room, key):
    """What the key is in, and the options that open it; JKS and JCEKS where there is a keytool."""
    folder = room.path / 'stores'
    folder.mkdir()
    password = room.write('password', PASSWORD)
    opened = ['--passphrase', f'file:{password}']
    bundle = folder / 'bundle.p12'
    certificate = folder / 'key.crt'
    openssl('req', '-x509', '-new', '-key', key, '-subj', '/CN=bench', '-days', '30', '-out',
            certificate)
    openssl('pkcs8', '-topk8', '-in', key, '-out', folder / 'encrypted.pem', '-passout',
            f'pass:{PASSWORD}')
    openssl('pkcs12', '-export', '-inkey', key, '-in', certificate, '-name', 'bench', '-out',
            bundle, '-passout', f'pass:{PASSWORD}')
    stores = {'PEM': (key, []), 'PEM, encrypted': (folder / 'encrypted.pem', opened),
              'PKCS#12': (bundle, opened)}
    for kind in ('JKS', 'JCEKS') if shutil.which('keytool') else ():
        path = folder / f'bench.{kind.lower()}'
        subprocess.run(['keytool', '-importkeystore', '-noprompt', '-srckeystore', bundle,
                        '-srcstorepass', PASSWORD, '-destkeystore', path, '-deststoretype', kind,
                        '-deststorepass', PASSWORD], check=True, capture_output=True)
        stores[kind] = path, opened
    for path in folder.iterdir():
        path.chmod(0o600)
    return stores, certificate


def jose_row(title, room, name, request, base):
    stdin = room.write(name, json.dumps([request]))
    return Row(title, [shutil.which('node'), '--no-warnings', SCRIPT], base, stdin=stdin,
               env=f'TEST_JOSE={os.environ["TEST_JOSE"]}')


def make_token_rows(room, avouch):
    """Rows that sign, and rows that verify."""
    key = make_rsa_key(room.path / 'bench.pem')
    stores, certificate = make_stores(room, key)
    public = public_key(key, room.path / 'bench.pub')
    words = ['--quiet', '--exp', '+1h', *(word for name, value in CLAIMS.items()
                                          for word in (f'--{name}', value))]
    token = subprocess.run([avouch, 'jwt', 'sign', '--key', key, *words], env=room.environment,
                           check=True, capture_output=True, text=True).stdout.strip()
    signed, _, signature = token.rpartition('.')
    text = room.write('signed', signed)
    raw = room.write('signature', decode(signature))
    stdin = room.write('token', token)
    program = shutil.which('openssl')

    by_openssl = Row('openssl dgst -sign, PEM', [program, 'dgst', '-sha256', '-sign', key, text])
    signers = [by_openssl] + [
        Row(f'avouch jwt sign, {kind}', [avouch, 'jwt', 'sign', '--key', path, *words, *options],
            by_openssl)
        for kind, (path, options) in stores.items()]
    checker = Row('openssl dgst -verify, public key',
                  [program, 'dgst', '-sha256', '-verify', public, '-signature', raw, text])
    verifiers = [checker] + [
        Row(f'avouch jwt verify, {kind}', [avouch, 'jwt', 'verify', '--quiet', '--key', path], checker,
            stdin=stdin)
        for kind, path in (('public key', public), ('certificate', certificate))]
    if os.environ.get('TEST_JOSE') and shutil.which('node'):
        signers.append(jose_row('jose (node), PEM', room, 'to-sign', {
            'do': 'sign', 'key': key.read_text(), 'header': {'alg': 'RS256'}, 'claims': CLAIMS},
            by_openssl))
        verifiers.append(jose_row('jose (node), public key', room, 'to-verify', {
            'do': 'verify', 'key': public.read_text(), 'token': token}, checker))
    return signers, verifiers


def decode(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def print_rates(verifiers):
    for row in verifiers:
        print_line(f'{row.title}: a second', f'{1000 / row.median:.0f}')
