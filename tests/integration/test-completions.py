# SPDX-License-Identifier: LGPL-2.1-or-later
"""The completions of each shell know the commands and options that avouch has, and no other: as
these shells themselves see them."""
import pathlib
import re
import shutil

from harness import *
from helptext import all_commands, commands_in_help, help_of, options_in_help

COMPLETIONS = pathlib.Path(__file__).resolve().parents[2] / 'data' / 'completions'
GROUPS = [(), ('key',), ('jwt',), ('profile',), ('setup',)]


def shell(room, program, *arguments):
    """What a script of that shell prints, as words."""
    if shutil.which(program) is None:
        skip(f'{program} is not installed')
    result = room.run(program, *arguments)
    assert_equal((result.code, result.errors), (0, ''), repr(result.output))
    return result.output


def bash(room, *words):
    quoted = ' '.join(f"'{word}'" for word in ('avouch', *words))
    return shell(room, 'bash', '-c', f'. {COMPLETIONS}/avouch.bash; COMP_WORDS=({quoted}); '
                 f'COMP_CWORD={len(words)}; _avouch; echo "${{COMPREPLY[*]}}"').split()


def fish(room, *words):
    lines = shell(room, 'fish', '--no-config', '-c', f'source {COMPLETIONS}/avouch.fish; '
                  f'complete -C "avouch {" ".join(words)}"').splitlines()
    return [line.split('\t')[0] for line in lines]


# zsh's functions run only while it edits a line; those that ours calls tell here what they get.
ZSH = """
words=("$@")
_arguments() {
  if [[ $1 = -C ]]; then
    [[ $#words -eq 0 ]] && print -rl -- "$@"
    line=($words[1]) state=${words[1]:+rest}
    [[ -n $state ]] || state=command
    shift words 2>/dev/null
    return 1
  fi
  print -rl -- "$@"
}
_describe() { print -rl -- ${(P)2}; }
_values() { shift; print -rl -- "$@"; }
source COMPLETIONS/_avouch
"""


def zsh(room, *words):
    return shell(room, 'zsh', '-f', '-c', ZSH.replace('COMPLETIONS', str(COMPLETIONS)), 'avouch',
                 *words).splitlines()


def zsh_options(room, *words):
    found = (re.match(r'(?:\([^)]*\))?\*?(--?[a-zA-Z][a-z-]*)', line) for line in zsh(room, *words))
    return {match.group(1) for match in found if match}


def long_only(options):
    return {option for option in options if option.startswith('--')}


def each_command(room):
    for words in all_commands(room):
        yield words, options_in_help(help_of(room, 'avouch', *words))


@test('bash knows each option of each command')
def _(room):
    for words, options in each_command(room):
        found = [word for word in bash(room, *words, '--') if word != '--']
        assert_equal(set(found), long_only(options), ' '.join(words))
        assert_equal(len(found), len(set(found)), ' '.join(words))


@test('zsh knows each option of each command')
def _(room):
    for words, options in each_command(room):
        assert_equal(zsh_options(room, *words), options, ' '.join(words))


@test('fish knows each option of each command')
def _(room):
    for words, options in each_command(room):
        found = {word for word in fish(room, *words, '-') if word.startswith('-')}
        assert_equal(found, options, ' '.join(words))


@test('each shell knows the commands')
def _(room):
    for group in GROUPS:
        names = set(commands_in_help(help_of(room, 'avouch', *group)))
        names |= {'help'} if not group else set()
        offered = {word for word in bash(room, *group, '') if not word.startswith('-')}
        assert_equal(offered, names, f'bash: {group}')
        assert_equal(set(fish(room, *group, "''")), names, f'fish: {group}')
    for group in GROUPS[1:]:
        names = set(commands_in_help(help_of(room, 'avouch', *group)))
        offered = re.search(r'^1:[a-z]+:\((.*)\)$', '\n'.join(zsh(room, *group)), re.M).group(1)
        assert_equal(set(offered.split()), names, f'zsh: {group}')
    names = set(commands_in_help(help_of(room, 'avouch')))
    assert_equal({line.split(':')[0] for line in zsh(room) if re.match('[a-z]+:', line)},
                 names | {'help'}, 'zsh')
    for offered in (bash(room, 'help', ''), fish(room, 'help', "''"), zsh(room, 'help')):
        assert_equal({word for word in offered if not word.startswith('-')}, names, 'help')


# Where a value comes from a short list, what is refused there lists it.
VALUES = {('token', '--format'): r'not one of (.*)', ('profile', 'add', '--issuer'): r'not one of: (.*)',
          ('key', 'new', 'acme', '--type'): r'the types are (.*)'}


@test('each shell knows the values that an option can have')
def _(room):
    for words, pattern in VALUES.items():
        refusal = room.run('avouch', *words, 'no-such-value').errors
        values = set(re.search(pattern, refusal).group(1).split(', '))
        offered = re.search(rf'{words[-1]}=\[[^]]*\]:[a-z]+:\((.*)\)',
                            '\n'.join(zsh(room, *words[:-1])))
        assert_equal(set(bash(room, *words, '')), values, 'bash')
        assert_equal(set(fish(room, *words, "''")), values, 'fish')
        assert_equal(set(offered.group(1).split()), values, 'zsh')


@test('each shell offers a profile where one can be named')
def _(room):
    room.configure('acme', issuer='salesforce')
    for command in ('token', 'run', 'request', 'whoami', 'doctor', 'forget', 'revoke', 'refresh',
                    'profile show', 'setup git', 'setup kubectl', 'key passphrase'):
        words = command.split()
        assert_in('acme', bash(room, *words, ''))
        assert_in('acme', fish(room, *words, "''"))
        assert_in(':_avouch_profiles', ' '.join(zsh(room, *words)))


main()
