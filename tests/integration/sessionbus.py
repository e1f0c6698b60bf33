# SPDX-License-Identifier: LGPL-2.1-or-later
"""A session bus of a test's own, and on it the real gnome-keyring-daemon or a mock of the Secret
Service: no desktop, no prompt, nothing that the bus could start by itself."""
import os
import pathlib
import subprocess

from harness import assert_equal, wait_until

__all__ = ['SERVICE', 'PORTAL', 'start', 'start_bus', 'start_keyring', 'start_mock',
           'start_portal', 'calls_of', 'call', 'lock', 'secret_tool', 'items_of', 'build_git_libsecret']

SERVICE = 'org.freedesktop.secrets'
PORTAL = 'org.freedesktop.portal.Desktop'
BUS = '''<busconfig><type>session</type><listen>unix:path=%s</listen>
<policy context="default">%s<allow own="*"/></policy></busconfig>'''
OPEN_BUS = '<allow send_destination="*"/><allow receive_sender="*"/>'


def start(room, *command, source=subprocess.DEVNULL, output=subprocess.DEVNULL):
    """A daemon that ends with the test."""
    daemon = subprocess.Popen(command, env=room.environment, stdin=source, stdout=output,
                              stderr=subprocess.DEVNULL)

    def stop():
        daemon.kill()
        daemon.wait()
    room.cleanups.append(stop)
    return daemon


def start_bus(room, policy=OPEN_BUS):
    socket_path = room.path / 'bus'
    configuration = room.write('bus.conf', BUS % (socket_path, policy))
    daemon = start(room, 'dbus-daemon', '--nofork', f'--config-file={configuration}')
    room.environment['DBUS_SESSION_BUS_ADDRESS'] = f'unix:path={socket_path}'
    wait_until(socket_path.exists, what='no bus')
    return daemon


def call(room, destination, path, method, *arguments):
    return room.run('dbus-send', '--session', '--print-reply', f'--dest={destination}', path,
                    method, *arguments)


def owner(room, name=SERVICE):
    result = call(room, 'org.freedesktop.DBus', '/', 'org.freedesktop.DBus.GetNameOwner',
                  f'string:{name}')
    return result.output.split('"')[1] if result.code == 0 else None


def wait_for_owner(room, former=None, name=SERVICE):
    wait_until(lambda: owner(room, name) not in (None, former), what=f'no {name}')


def start_keyring(room):
    """Unlocked, under a password of its own."""
    daemon = start(room, 'gnome-keyring-daemon', '--foreground', '--components=secrets', '--unlock',
                   source=subprocess.PIPE)
    daemon.stdin.write(b'of the keyring')
    daemon.stdin.close()
    wait_for_owner(room)
    return daemon


def start_mock(room, *options, program='SECRET_SERVICE', name=SERVICE):
    """The methods that are called are written to a file: see calls_of."""
    former = owner(room, name)
    log = room.path / f'mock-{len(room.cleanups)}.log'
    with log.open('wb') as output:
        daemon = start(room, os.environ[program], *options, output=output)
    daemon.log = log
    wait_for_owner(room, former, name)
    return daemon


def start_portal(room, *options):
    return start_mock(room, *options, program='SECRET_PORTAL', name=PORTAL)


def calls_of(mock):
    return mock.log.read_text().split()


def lock(room):
    result = call(room, SERVICE, '/org/freedesktop/secrets', 'org.freedesktop.Secret.Service.Lock',
                  'array:objpath:/org/freedesktop/secrets/collection/login')
    assert_equal(result.code, 0, result.errors)


def secret_tool(room, *arguments, input=''):
    result = room.run('secret-tool', *arguments, input=input)
    assert_equal(result.code, 0, result.errors)
    return result.output


def items_of(room, *attributes):
    """The secrets of all items that match, as secret-tool sees them."""
    text = room.run('secret-tool', 'search', '--all', *attributes).output
    return sorted(line.partition(' = ')[2] for line in text.splitlines()
                  if line.startswith('secret = '))


def build_git_libsecret(room):
    """git's own helper for the keyring, from the source that Debian's git brings; None: it is not
    there."""
    source = pathlib.Path('/usr/share/doc/git/contrib/credential/libsecret')
    program = room.path / 'libsecret' / 'git-credential-libsecret'
    if not (source / 'git-credential-libsecret.c').exists():
        return None
    flags = subprocess.run(['pkg-config', '--cflags', '--libs', 'libsecret-1'], check=True,
                           capture_output=True, text=True).stdout.split()
    program.parent.mkdir()
    subprocess.run(['cc', '-w', '-o', program, source / 'git-credential-libsecret.c', *flags],
                   check=True, timeout=120)
    return program
