# SPDX-License-Identifier: LGPL-2.1-or-later
"""The order that a helper gives avouch-keyring, and its answer."""
import base64
import hashlib

from harness import assert_equal, assert_match, assert_not_in

__all__ = ['HERE', 'SECRET', 'DESKTOP', 'record', 'record_sum', 'encode', 'order', 'ask', 'keep',
           'found', 'assert_kept', 'assert_fails']

HERE = ('protocol', 'https', 'server', 'git.example', 'user', 'u')
SECRET = 'canary-5c1d7e'
DESKTOP = {'DISPLAY': ':99'}


def record_sum(text):
    """The last line of a record that begins as TEXT does."""
    body = text[:text.rindex('sum=')] if 'sum=' in text else text
    return f'sum={hashlib.sha256(body.encode()).hexdigest()}'


def record(kind, *fields):
    text = f'avouch {kind} 1\n' + ''.join(f'{key}={value}\n' for key, value in fields)
    return text + record_sum(text) + '\n'


def encode(secret):
    secret = secret.encode() if isinstance(secret, str) else secret
    return base64.urlsafe_b64encode(secret).decode().rstrip('=')


def order(operation, *more, attributes=HERE, interactive=0, timeout=20):
    names = zip(attributes[::2], attributes[1::2])
    pairs = [field for name, value in names for field in (('attribute', name), ('value', value))]
    return record('keyring', ('operation', operation), ('schema', 'org.git.Password'),
                  ('loose', 1), *pairs, ('interactive', interactive), ('timeout', timeout), *more)


def ask(room, operation, *more, env=None, **settings):
    return room.run('avouch-keyring', input=order(operation, *more, **settings), env=env)


def keep(room, secret=SECRET, env=None, **settings):
    return ask(room, 'store', ('label', 'Git'), ('secret', encode(secret)), env=env, **settings)


def found(result):
    """The secrets of an answer."""
    assert_equal(result.errors, '')
    lines = result.output.splitlines()
    assert_equal(lines[0], 'avouch items 1', result.output)
    return [base64.urlsafe_b64decode(value + '=' * (-len(value) % 4))
            for key, _, value in (line.partition('=') for line in lines) if key == 'secret']


def assert_kept(result):
    assert_equal((result.code, found(result)), (0, []), result.output)


def assert_fails(result, message, hint=''):
    assert_equal((result.code, result.errors), (4, ''), result.output)
    assert_match(r'\Aavouch error 1\nkind=passphrase\n', result.output)
    assert_match(rf'\nmessage=[^\n]*{message}', result.output)
    assert_match(rf'\nhint=[^\n]*{hint}', result.output)
    assert_not_in(SECRET, result.output)
    assert_not_in(encode(SECRET), result.output)
