# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `--help` says that there is, for tests that hold other texts against it."""
import itertools
import re

from harness import assert_equal


def help_of(room, program, *words):
    done = room.run(program, *words, '--help', env={'LANGUAGE': ''})
    assert_equal(done.code, 0, f'{program} {" ".join(words)} --help')
    return done.output


def section(text, title):
    """The lines of a help text that follow "TITLE:", indented, up to the next that is not."""
    lines = itertools.dropwhile(lambda line: line != f'{title}:', text.splitlines())
    return list(itertools.takewhile(lambda line: line.startswith(' '),
                                    itertools.islice(lines, 1, None)))


def options_in_help(text):
    """{'--json', '-v', …}"""
    found = set()
    for line in section(text, 'Options'):
        head = re.match(r'\s+((?:-\w, )?--[a-z][a-z-]*)', line)
        found |= set(head.group(1).split(', ')) if head else set()
    return found


def commands_in_help(text):
    return [line.split()[0] for line in section(text, 'Commands') if re.match(r'  \S', line)]


def all_commands(room, *words):
    """Every way to call avouch that runs something: ('profile', 'add'), …"""
    names = commands_in_help(help_of(room, 'avouch', *words))
    if not names:
        return [words]
    return [command for name in names for command in all_commands(room, *words, name)]
