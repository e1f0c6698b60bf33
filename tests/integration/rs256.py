# SPDX-License-Identifier: LGPL-2.1-or-later
"""Signed tokens as a server sees them: verified by the openssl command, by nothing of ours."""
import base64
import json
import pathlib
import subprocess
import tempfile
import time

__all__ = ['decode', 'verify', 'verify_by_discovery', 'TokenError']

LEEWAY = 5  # seconds


class TokenError(Exception):
    """Why a token is refused."""


def part(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def decode(token):
    """(header, claims), unverified."""
    header, claims, _ = token.split('.')
    return json.loads(part(header)), json.loads(part(claims))


def verify(token, public_key, audience=None, issuer=None, ahead=0):
    """The claims of a token by RS256; PUBLIC_KEY is a file of openssl's. AHEAD: of our clock, in
    seconds."""
    header, claims = decode(token)
    if header['alg'] != 'RS256':
        raise TokenError('algorithm')
    signed, _, signature = token.rpartition('.')
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / 'signature'
        file.write_bytes(part(signature))
        done = subprocess.run(['openssl', 'dgst', '-sha256', '-verify', public_key, '-signature',
                               file], input=signed.encode(), capture_output=True, check=False)
    if done.returncode != 0:
        raise TokenError('signature')
    if claims.get('exp', 0) + LEEWAY < time.time() + ahead:
        raise TokenError('expired')
    audiences = claims.get('aud', [])
    if audience is not None and audience not in ([audiences] if isinstance(audiences, str)
                                                 else audiences):
        raise TokenError('audience')
    if issuer is not None and claims.get('iss') != issuer:
        raise TokenError('issuer')
    return claims


def der(tag, content):
    length = len(content)
    size = b'' if length < 128 else length.to_bytes((length.bit_length() + 7) // 8, 'big')
    return bytes([tag, length if length < 128 else 0x80 | len(size)]) + size + content


def rsa_pem(jwk):
    """SubjectPublicKeyInfo (RFC 3279 section 2.3.1) of an RSA key's JWK."""
    numbers = b''.join(der(2, b'\0' * (part(jwk[name])[0] >> 7) + part(jwk[name]))
                       for name in ('n', 'e'))
    algorithm = der(0x30, bytes.fromhex('06092a864886f70d0101010500'))
    whole = der(0x30, algorithm + der(3, b'\0' + der(0x30, numbers)))
    return ('-----BEGIN PUBLIC KEY-----\n' + base64.encodebytes(whole).decode() +
            '-----END PUBLIC KEY-----\n')


def verify_by_discovery(token, folder, issuer, audience, ahead=0):
    """As a relying party does it, by the files that FOLDER has to be published at ISSUER."""
    folder = pathlib.Path(folder)
    configuration = json.loads((folder / '.well-known/openid-configuration').read_text())
    if configuration['issuer'] != issuer:
        raise TokenError('the configuration is of another issuer')
    path = configuration['jwks_uri'].removeprefix(issuer)
    keys = json.loads((folder / path.lstrip('/')).read_text())['keys']
    kid = decode(token)[0].get('kid')
    for jwk in keys:
        if jwk['kid'] == kid and jwk['use'] == 'sig':
            if jwk['alg'] not in configuration['id_token_signing_alg_values_supported']:
                raise TokenError('algorithm')
            with tempfile.NamedTemporaryFile('w', suffix='.pem') as file:
                file.write(rsa_pem(jwk))
                file.flush()
                return verify(token, file.name, audience, issuer, ahead)
    raise TokenError('no such key')
