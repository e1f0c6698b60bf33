# SPDX-License-Identifier: LGPL-2.1-or-later
"""JSON Web Tokens by a library that is not ours: jose, from npm (see jose.mjs).

TEST_JOSE names the folder of the library (./dev deps installs it); tests are skipped without it.
"""
import json
import os
import pathlib
import shutil
import subprocess

from harness import skip

__all__ = ['jose', 'jose_sign', 'jose_verify', 'jose_thumbprint']

SCRIPT = pathlib.Path(__file__).parent / 'jose.mjs'
TIME_LIMIT = 60  # seconds


def jose(requests):
    """The answers to a list of requests: one start of Node for all of them."""
    if not os.environ.get('TEST_JOSE'):
        skip('TEST_JOSE is not set (./dev deps installs jose)')
    if shutil.which('node') is None:
        skip('node is not installed')
    done = subprocess.run(['node', '--no-warnings', SCRIPT], input=json.dumps(requests),
                          capture_output=True, encoding='utf-8', timeout=TIME_LIMIT, check=False)
    if done.returncode != 0:
        raise AssertionError(f'jose.mjs: {done.stderr}')
    return json.loads(done.stdout)


def jose_sign(key, claims, **header):
    """A token; KEY is a JWK (a dict) or PEM. An error is an AssertionError."""
    answer, = jose([{'do': 'sign', 'key': key, 'claims': claims, 'header': header}])
    if 'error' in answer:
        raise AssertionError(answer)
    return answer['token']


def jose_verify(key, token, **options):
    """{'header': …, 'claims': …}, or {'error': …, 'message': …}. OPTIONS are those of jwtVerify:
    audience, issuer, algorithms, clockTolerance, currentDate (in seconds), …"""
    answer, = jose([{'do': 'verify', 'key': key, 'token': token, 'options': options}])
    return answer


def jose_thumbprint(jwk):
    answer, = jose([{'do': 'thumbprint', 'key': jwk}])
    return answer['thumbprint']
