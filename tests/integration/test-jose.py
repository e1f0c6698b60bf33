# SPDX-License-Identifier: LGPL-2.1-or-later
"""The npm library jose, as the other tests use it, by what the RFCs print."""
import json
import pathlib

from harness import *
from jose import *

VECTORS = pathlib.Path(__file__).parent.parent / 'vectors'
BEFORE_IT_EXPIRED = 1300819379  # the claims of RFC 7515 appendix A end a second later


def vector(name):
    return (VECTORS / name).read_text(encoding='utf-8').strip()


@test('jose verifies the tokens of RFC 7515 appendix A and no changed one')
def _(room):
    for name in ('rfc7515-a1-hs256', 'rfc7515-a2-rs256', 'rfc7515-a3-es256'):
        key, token = json.loads(vector(name + '.jwk')), vector(name + '.jws')
        found = jose_verify(key, token, currentDate=BEFORE_IT_EXPIRED)
        assert_equal(found['claims']['iss'], 'joe', name)
        changed = jose_verify(key, token.replace('.eyJ', '.eyK'), currentDate=BEFORE_IT_EXPIRED)
        assert_equal(changed['error'], 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED', name)


@test('jose signs what it verifies with a PEM and a JWK')
def _(room):
    for name, algorithm in (('rfc7515-a2-rs256', 'PS256'), ('rfc7515-a3-es256', 'ES256'),
                            ('rfc7515-a4-es512', 'ES512'), ('rfc8037-a1-ed25519', 'EdDSA')):
        token = jose_sign(vector(name + '.pem'), {'sub': 'robot'}, alg=algorithm, kid='a')
        found = jose_verify(json.loads(vector(name + '.jwk')), token, algorithms=[algorithm])
        assert_equal(found, {'header': {'alg': algorithm, 'kid': 'a'}, 'claims': {'sub': 'robot'}})


@test('jose computes the thumbprints of RFC 7638 and RFC 8037')
def _(room):
    for name, key in (('rfc7638-3.1-rsa', 'rfc7638-3.1-rsa'),
                      ('rfc8037-a3-ed25519', 'rfc8037-a2-ed25519')):
        assert_equal(jose_thumbprint(json.loads(vector(key + '.jwk'))),
                     vector(name + '.thumbprint'))


main()
