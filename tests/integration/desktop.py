# SPDX-License-Identifier: LGPL-2.1-or-later
"""A desktop of a test's own: a private bus and the real gnome-keyring-daemon. No screen, no prompt,
nothing that the bus could start by itself."""
import subprocess

from harness import *  # noqa: F403

SERVICE = 'org.freedesktop.secrets'
BUS = '''<busconfig><type>session</type><listen>unix:path=%s</listen>
<policy context="default">%s<allow own="*"/></policy></busconfig>'''
OPEN_BUS = '<allow send_destination="*"/><allow receive_sender="*"/>'


def start(room, *command, source=subprocess.DEVNULL):
    """A daemon that ends with the test."""
    daemon = subprocess.Popen(command, env=room.environment, stdin=source,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop():
        daemon.kill()
        daemon.wait()
    room.cleanups.append(stop)
    return daemon


def start_bus(room, policy=OPEN_BUS):
    socket_path = room.path / 'bus'
    configuration = room.write('bus.conf', BUS % (socket_path, policy))
    start(room, 'dbus-daemon', '--nofork', f'--config-file={configuration}')
    room.environment['DBUS_SESSION_BUS_ADDRESS'] = f'unix:path={socket_path}'
    wait_until(socket_path.exists, what='no bus')


def call(room, destination, path, method, *arguments):
    return room.run('dbus-send', '--session', '--print-reply', f'--dest={destination}', path,
                    method, *arguments)


def start_keyring(room):
    """Unlocked, under a password of its own."""
    daemon = start(room, 'gnome-keyring-daemon', '--foreground', '--components=secrets', '--unlock',
                   source=subprocess.PIPE)
    daemon.stdin.write(b'of the keyring')
    daemon.stdin.close()
    wait_until(lambda: 'boolean true' in call(
        room, 'org.freedesktop.DBus', '/', 'org.freedesktop.DBus.NameHasOwner',
        f'string:{SERVICE}').output, what='no keyring')
    return daemon


def lock(room):
    result = call(room, SERVICE, '/org/freedesktop/secrets', 'org.freedesktop.Secret.Service.Lock',
                  'array:objpath:/org/freedesktop/secrets/collection/login')
    assert_equal(result.code, 0, result.errors)


def secret_tool(room, action, *attributes, label='', secret=''):
    """store, lookup, search or clear, by somebody else's program."""
    if action == 'store':
        return room.run('secret-tool', 'store', f'--label={label}', *attributes, input=secret)
    return room.run('secret-tool', action, *(['--all'] if action == 'search' else []), *attributes)
