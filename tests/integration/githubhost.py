# SPDX-License-Identifier: LGPL-2.1-or-later
"""GitHub on loopback (tests/mock/github.py) for tests: an App with a key as GitHub makes them, and
a profile for it."""
import os
import pathlib
import tempfile
import time

from github import *
from harness import *

CLIENT_ID = 'Iv23demo'

shared = tempfile.TemporaryDirectory(prefix='avouch-test-')
folder = pathlib.Path(shared.name)
authority = Authority(folder / 'authority')
server_pair = authority.issue('github')


def make_app_key(path):
    """PKCS#1, which is what GitHub's page saves."""
    openssl('genrsa', '-traditional', '-out', path, '2048')
    os.chmod(path, 0o600)
    return path


app_key = make_app_key(folder / 'app.pem')
app_public = public_key(app_key, folder / 'app.pub')


def start_github(room, git_root=None, profile='gh', **settings):
    """A GitHub without installations, and a profile that serves it; SETTINGS add or change."""
    github = room.serve(GitHub(*server_pair, app_public, git_root, CLIENT_ID))
    github.ca = authority.certificate
    github.settings = {'issuer': 'github-app', 'client_id': CLIENT_ID, 'api_url': github.api_url,
                       'key': app_key, 'ca_file': github.ca, 'serve': github.url, **settings}
    if profile:
        room.configure(profile, **github.settings)
    return github


def ask_git(room, github, path=None, operation='get', **kwargs):
    """What git asks its helper for PATH."""
    place = github.url.removeprefix('https://')
    more = f'path={path}\n' if path else ''
    return room.run('git-credential-avouch', operation,
                    input=f'protocol=https\nhost={place}\n{more}\n', **kwargs)


SETTLING = 5  # seconds in which a new token may be refused for that
MAX_TRIES = 5


def while_new(room, action):
    """What ACTION returns, which logs in: once it was quick enough for its token still to be new."""
    for _ in range(MAX_TRIES):
        started = time.monotonic()
        result = action()
        if time.monotonic() - started < SETTLING - 1:
            return result
        room.run('avouch', 'forget', '--all')
    return skip('this machine is too slow')
