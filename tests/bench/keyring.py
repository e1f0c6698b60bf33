# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whole programs that look into the real gnome-keyring-daemon, and keep a password there."""
import shutil

from rows import Row
from sessionbus import build_git_libsecret, secret_tool, start_bus, start_keyring

ATTRIBUTES = ('protocol', 'https', 'server', 'git.example', 'user', 'bench')
QUESTION = 'protocol=https\nhost=git.example\nusername=bench\n'


def make_keyring_rows(room, helper):
    room.write(room.config / 'avouch.conf', '[git]\nstore = keyring\n')
    start_bus(room)
    start_keyring(room)
    secret_tool(room, 'store', '--label=bench', *ATTRIBUTES, input='x' * 40)
    asked = room.write('asked', QUESTION + '\n')
    given = room.write('given', f'{QUESTION}password={"x" * 40}\n\n')
    tool = Row('secret-tool lookup', [shutil.which('secret-tool'), 'lookup', *ATTRIBUTES])
    rows = [tool, Row('git-credential-avouch get, kept', [helper, 'get'], tool, stdin=asked)]
    libsecret = build_git_libsecret(room)
    if libsecret is None:
        return rows + [Row('git-credential-avouch store', [helper, 'store'], tool, stdin=given)]
    theirs = Row('git-credential-libsecret store', [libsecret, 'store'], stdin=given)
    return rows + [
        Row('git-credential-libsecret get', [libsecret, 'get'], tool, stdin=asked), theirs,
        Row('git-credential-avouch store', [helper, 'store'], theirs, stdin=given)]
