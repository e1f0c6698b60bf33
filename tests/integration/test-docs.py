#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manual says what the programs do: no more, no less."""
import itertools
import pathlib
import re
import shutil
import subprocess

from harness import *
from helptext import all_commands, commands_in_help, help_of, options_in_help, section

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAN = ROOT / 'data' / 'man'
MAX_COLUMNS = 100

# Which page documents a helper.
HELPERS = {'git-credential-avouch': 'git-credential-avouch.1', 'kubectl-avouch': 'kubectl-avouch.1'}


def read(path):
    return (ROOT / path).read_text(encoding='utf-8')


def need(program):
    if shutil.which(program) is None:
        skip(f'{program} is not installed')


def run(*arguments, **options):
    return subprocess.run([str(argument) for argument in arguments], capture_output=True,
                          encoding='utf-8', timeout=60, check=False, **options)


def options_in_man(text):
    """What a part of an mdoc source marks as its program's own options."""
    name = r'(?:-?[a-z][a-z-]*|[A-Z]\b|,)'
    runs = re.findall(rf'\bFl ({name}(?: {name})*)', text)
    return {f'-{name}' for run in runs for name in run.split() if name != ','}


def man_parts(path):
    """{'EXIT STATUS': text, 'COMMANDS/token': text, …}: each section and each subsection."""
    parts, title, name = {}, '', ''
    for line in read(path).splitlines():
        macro = re.match(r'\.S([hs]) (.*)', line)
        if macro and macro.group(1) == 'h':
            title = name = macro.group(2)
        elif macro:
            name = f'{title}/{macro.group(2)}'
        parts[name] = parts.get(name, '') + line + '\n'
    return parts


def pages():
    return sorted(MAN.glob('*.[1-9]'))


def literal_blocks(path):
    """What a page shows as typed, with mdoc's escapes undone."""
    blocks = re.findall(r'^\.Bd -literal[^\n]*\n(.*?)^\.Ed$', read(path), re.M | re.S)
    return [block.replace('\\e', '\\').replace('\\-', '-').replace('\\&', '') for block in blocks]


def fenced_blocks(path, language):
    return re.findall(rf'^ *```{language}\n(.*?)^ *```$', read(path), re.M | re.S)


@test('each command and option that avouch has is in avouch(1), and no other')
def _(room):
    parts = man_parts('data/man/avouch.1')
    common = options_in_man(parts['OPTIONS'])
    assert_equal(options_in_help(help_of(room, 'avouch')), common, 'common options')
    commands = all_commands(room)
    for words in commands:
        text = parts.get('COMMANDS/' + ' '.join(words))
        assert_true(text is not None, f'avouch(1) does not describe {" ".join(words)}')
        assert_equal(options_in_man(text) | common,
                     options_in_help(help_of(room, 'avouch', *words)), ' '.join(words))
    described = {name.split('/')[1] for name in parts if name.startswith('COMMANDS/')}
    assert_equal(described, {' '.join(words) for words in commands}, 'commands')


@test('avouch(1) has each command in its synopsis, with its own options')
def _(room):
    synopsis = man_parts('data/man/avouch.1')['SYNOPSIS']
    calls = synopsis.split('.Nm\n')
    parts = man_parts('data/man/avouch.1')
    common = options_in_man(parts['OPTIONS'])
    for words in all_commands(room):
        call = [text for text in calls if text.startswith(f'.Cm {" ".join(words)}\n')]
        assert_equal(len(call), 1, f'{" ".join(words)} in the synopsis')
        own = options_in_man(parts['COMMANDS/' + ' '.join(words)]) - common
        long_names = {name for name in own if name.startswith('--')}
        shown = {name for name in options_in_man(call[0]) if name.startswith('--')}
        assert_equal(shown, long_names, f'{" ".join(words)} in the synopsis')


@test('each option that a helper has is in its page, and no other')
def _(room):
    for program, page in HELPERS.items():
        shown = set(re.findall(r'^  (?:-\w, )?(--[a-z-]+)', help_of(room, program), re.M))
        described = {name for name in options_in_man(read(f'data/man/{page}'))
                     if name.startswith('--')}
        assert_equal(described, shown, page)


@test('avouch(1) lists each exit status, and the other pages refer to it')
def _(room):
    codes = set(re.findall(r'\[AVOUCH_ERROR_\w+\]\s*=\s*(\d+)', read('src/core/error.c')))
    assert_true(len(codes) > 4, 'no table of exit codes in error.c')
    status = man_parts('data/man/avouch.1')['EXIT STATUS']
    listed = re.findall(r'^\.It (\d+)$', status, re.M)
    assert_equal(set(listed), codes | {'0'})
    assert_equal(len(listed), len(set(listed)), 'statuses listed twice')
    for page in pages():
        if page.suffix != '.5' and page.name != 'avouch.1':
            assert_in('.Xr avouch 1', man_parts(page.relative_to(ROOT))['EXIT STATUS'])


def shared_settings():
    table = re.search(r'shared_keys\[\]\s*=\s*{(.*?)}', read('src/config/profile.c'), re.S)
    return set(re.findall(r'"([a-z-]+)"', table.group(1)))


def issuer_settings():
    """{'salesforce': {'login-url', …}}: from each table of IssuerSetting."""
    found = {}
    for path in sorted((ROOT / 'src' / 'issuers').glob('*.c')):
        text = path.read_text(encoding='utf-8')
        for table in re.findall(r'IssuerSetting \w+\[\]\s*=\s*{(.*?)\n};', text, re.S):
            table = table.replace('SUBJECT_SETTINGS', '{ "subject-token"')
            found.setdefault(path.stem, set()).update(settings_of(table))
    return found


def settings_of(table):
    return set(re.findall(r'{\s*"([a-z-]+\.?)"', table))


def signed_settings():
    """What issuers share whose profiles sign a JWT of their own."""
    return settings_of(read('src/issuers/assertion.h') + read('src/issuers/claims-settings.h'))


def run_variables():
    """What `avouch run` sets or unsets: from each table of IssuerVariable, and by itself."""
    sources = [ROOT / 'src' / 'cli' / 'token' / 'variables.c', *(ROOT / 'src' / 'issuers').glob('*.c')]
    texts = [path.read_text(encoding='utf-8') for path in sources]
    tables = [table for text in texts
              for table in re.findall(r'IssuerVariable \w+\[\]\s*=\s*{(.*?)\n};', text, re.S)]
    return {name for part in [*tables, *texts[:1]]
            for name in re.findall(r'"([A-Z][A-Z_]+)"', part)}


@test('avouch(1) lists each variable that run sets, and no other')
def _(room):
    runs = re.findall(r'\bEv ((?:[A-Z_]+(?: , )?)+)', man_parts('data/man/avouch.1')['COMMANDS/run'])
    described = {name for run in runs for name in run.split(' , ')} - {'PATH'}
    assert_true(len(described) > 8, 'no variables in avouch(1)')
    assert_equal(described, run_variables())


def settings_in(text):
    return set(re.findall(r'^\.It Ic ([a-z-]+\.?)(?:NAME)?$', text, re.M))


@test('avouch.conf(5) lists each setting that there is, and no other')
def _(room):
    parts = man_parts('data/man/avouch.conf.5')
    shared = shared_settings()
    assert_true('issuer' in shared, 'no table of shared settings in profile.c')
    assert_equal(settings_in(parts['SETTINGS OF EVERY PROFILE']), shared)
    assert_in('salesforce', issuer_settings())
    assert_equal(settings_in(parts['SETTINGS OF SIGNED TOKENS']) - shared, signed_settings())
    for issuer, settings in issuer_settings().items():
        described = settings_in(parts[f'SETTINGS OF {issuer.upper()}'])
        assert_equal(settings - described, set(), f'{issuer}: not described')
        assert_equal(described - settings - shared, set(), f'{issuer}: described and unknown')


@test('the example configuration is valid')
def _(room):
    check_configuration(room, read('data/avouch.conf.example'))


@test('the configurations that avouch.conf(5) shows are valid')
def _(room):
    blocks = [block for block in literal_blocks('data/man/avouch.conf.5')
              if '[' in block and '[preset]' not in block]
    assert_true(len(blocks) >= 2, 'no examples')
    for block in blocks:
        check_configuration(room, block)


def check_configuration(room, text):
    path = room.write('example.conf', text)
    env = {'AVOUCH_CONFIG': str(path)}
    names = [name for name in re.findall(r'^\[(.+)\]$', text, re.M) if name != 'git']
    listed = room.run('avouch', 'profile', 'list', '--quiet', env=env)
    assert_equal((listed.code, listed.output.split(), listed.errors), (0, names, ''))
    for name in names:
        shown = room.run('avouch', 'profile', 'show', name, env=env)
        assert_equal((shown.code, shown.errors), (0, ''), name)


@test('the presets that are shown, and those that are installed, are valid')
def _(room):
    shown = [*literal_blocks('data/man/avouch.conf.5'), *fenced_blocks('data/doc/oauth.md', 'ini')]
    shown = [block for block in shown if '[preset]' in block]
    assert_equal(len(shown), 2)
    files = sorted((ROOT / 'data' / 'presets').glob('*.conf'))
    for name, text in [*((f'shown-{number}', text) for number, text in enumerate(shown)),
                       *((path.stem, path.read_text(encoding='utf-8')) for path in files)]:
        room.write(room.config / 'presets' / f'{name}.conf', text)
        wanted = re.split(r'\[(?:needs|instead|settings)\]', text.partition('[parameters]')[2])[0]
        room.configure(name, preset=name, client_id='app', username='user', key='/nonexistent',
                       client_secret='env:X' if 'authentication = secret' in text else None,
                       **{key: 'it' for key in re.findall(r'^([a-z]+) = ', wanted, re.M)})
        done = room.run('avouch', 'profile', 'show', name)
        assert_equal((done.code, done.errors), (0, ''), name)
        assert_not_in('{', done.output)
    assert_true(len(files) > 8, 'no presets')


@test('the profiles that the guides show are valid')
def _(room):
    blocks = [block for path in sorted((ROOT / 'data' / 'doc').glob('*.md'))
              for block in fenced_blocks(path.relative_to(ROOT), 'ini')
              if '[preset]' not in block and re.search('^(?:issuer|preset) = ', block, re.M)]
    assert_true(len(blocks) > 9, 'no profiles')
    for block in blocks:
        check_configuration(room, block)


@test('the settings that the example leaves out are only shown there as comments')
def _(room):
    example = read('data/avouch.conf.example')
    named = set(re.findall(r'^#?([a-z-]+) = ', example, re.M))
    known = shared_settings().union(*issuer_settings().values())
    assert_equal(named - known, set())
    check_configuration(room, re.sub(r'^#([a-z-]+ = )', r'\1', example, flags=re.M))


@test('what README shows in sh blocks runs in an empty home, without a network')
def _(room):
    blocks = fenced_blocks('README.md', 'sh')
    assert_true(len(blocks) >= 2, 'no sh blocks in README.md')
    for block in blocks:
        done = room.run('bash', '-e', '-u', '-c', block, cwd=room.home)
        assert_equal((done.code, done.errors), (0, done.errors), block)


@test('the commands that README and the guides show exist')
def _(room):
    commands = {' '.join(words) for words in all_commands(room)}
    for path in ['README.md', *map(str, sorted((ROOT / 'data' / 'doc').glob('*.md')))]:
        text = read(path)
        for call in re.findall(r'(?:^|[\s`(])avouch ((?:[a-z]+ ?)+)', '\n'.join(
                re.findall(r'`(avouch [^`\n]*)`', text) + shell_lines(text))):
            words = call.split()
            assert_true(words[0] in commands or ' '.join(words[:2]) in commands,
                        f'{path}: avouch {call}')


def shell_lines(text):
    blocks = re.findall(r'^ *```(?:sh|shell|yaml)\n(.*?)^ *```$', text, re.M | re.S)
    return [line.strip() for block in blocks for line in block.splitlines()
            if line.strip().startswith(('avouch ', '- avouch '))]


@test('each page is clean to mandoc')
def _(room):
    need('mandoc')
    for page in pages():
        # Whether the machine has the pages that are referred to is not the page's doing.
        done = run('mandoc', '-T', 'lint', page)
        faults = [line for line in done.stdout.splitlines()
                  if 'referenced manual not found' not in line]
        assert_equal(faults, [])


@test('each installed program has a page, and each page is installed')
def _(room):
    build = read('data/man/meson.build')
    listed = set(re.findall(r"'([\w.-]+\.[1-9])'", build))
    assert_equal(listed, {page.name for page in pages()})
    stems = {page.stem for page in pages()}
    assert_equal(installed_programs() - stems, set())


def installed_programs():
    """What meson's dicts name: `programs += {…}`, and `helpers = {…}` for those of a loop."""
    names = set()
    for build in [*ROOT.glob('src/**/meson.build'), ROOT / 'helpers' / 'meson.build']:
        names |= set(re.findall(r"programs \+= {\s*'([\w-]+)'", build.read_text()))
    table = re.search(r'^helpers = {(.*?)^}', read('helpers/meson.build'), re.S | re.M)
    return names | set(re.findall(r"^ *'([\w-]+)':", table.group(1), re.M))


@test('each page that another page of ours refers to exists')
def _(room):
    names = {page.name for page in pages()}
    for page in pages():
        for name, number in re.findall(r'\.Xr (\S*avouch\S*) (\d)', page.read_text()):
            assert_in(f'{name}.{number}', names)


@test('prose is at most 100 columns wide')
def _(room):
    for path in ['README.md', 'NEWS', *map(str, sorted((ROOT / 'data' / 'doc').glob('*.md')))]:
        for number, line in enumerate(read(path).splitlines(), 1):
            assert_true(len(line) <= MAX_COLUMNS, f'{path}:{number}: {len(line)} columns')
    assert_true(len(read('README.md').splitlines()) <= 150, 'README.md is longer than 150 lines')


@test('what is shown to a terminal of 80 columns fits it: help, and the examples of the pages')
def _(room):
    for words in {command[:length] for command in all_commands(room) for length in range(3)}:
        for line in help_of(room, 'avouch', *words).splitlines():
            assert_true(columns_of(line) <= 80, f'avouch {" ".join(words)} --help: {line}')
    for page in pages():
        for line in ''.join(literal_blocks(page)).splitlines():
            # A page is indented by 5 columns, a literal block by 6 more.
            assert_true(columns_of(line) <= 80 - 11, f'{page.name}: {line}')


@test('the issuer that adding-an-issuer.md shows is small')
def _(room):
    block, = fenced_blocks('data/doc/adding-an-issuer.md', 'c')
    assert_less(len(block.splitlines()), 61, 'lines of code')


@test('links between the documents lead to files that exist')
def _(room):
    for path in ['README.md', *map(str, sorted((ROOT / 'data' / 'doc').glob('*.md')))]:
        for target in re.findall(r'\]\(([^)#:]+)(?:#[^)]*)?\)', read(path)):
            assert_true(((ROOT / path).parent / target).exists(), f'{path}: {target}')


def translated_sources():
    sources = itertools.chain(ROOT.glob('src/**/*.[ch]'), ROOT.glob('helpers/*.[ch]'))
    return {str(path.relative_to(ROOT)) for path in sources
            if path.name != 'i18n.h'
            and re.search(r'\bN?_ ?\(\s*"', path.read_text(encoding='utf-8'))}


@test('POTFILES lists each file with messages to translate, in order')
def _(room):
    listed = [line for line in read('po/POTFILES').splitlines() if not line.startswith('#')]
    assert_equal(listed, sorted(translated_sources()))


@test('each translation is whole and up to date')
def _(room):
    for program in ('xgettext', 'msgfmt', 'msgcmp'):
        need(program)
    template = room.path / 'avouch.pot'
    done = run('xgettext', '--from-code=UTF-8', '--keyword=_', '--keyword=N_', '--force-po',
               '--files-from=po/POTFILES', '-o', template, cwd=ROOT)
    assert_equal((done.returncode, done.stderr), (0, ''), 'xgettext')
    for language in read('po/LINGUAS').split():
        catalogue = ROOT / 'po' / f'{language}.po'
        done = run('msgfmt', '--check', '--statistics', '-o', '/dev/null', catalogue)
        assert_equal(done.returncode, 0, done.stderr)
        assert_match(r'^\d+ translated messages\.$', done.stderr.strip())
        done = run('msgcmp', catalogue, template)
        assert_equal((done.returncode, done.stderr), (0, ''), language)


def messages():
    """Every message of the sources, in the form in which the guides quote it: … for what varies."""
    found = set()
    for path in translated_sources():
        for text in re.findall(r'\bN?_ ?\(((?:\s*"(?:[^"\\]|\\.)*")+)\)', read(path)):
            joined = ''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))
            plain = joined.replace('\\"', '"').replace('\\\\', '\\')
            found.add(re.sub(r'%[-0-9.*]*(?:ll|z|h)?[a-zA-Z]', '…', plain))
    return found


def quoted_messages(part):
    """The code spans that open an item of a list: `- `this`, `that`: …`."""
    items = re.findall(r'^- ((?:`[^`]+`(?:,\s+)?)+):', part, re.M)
    return [re.sub(r'\s+', ' ', span) for item in items for span in re.findall(r'`([^`]+)`', item)]


@test('each message that troubleshooting.md explains is one that avouch prints')
def _(room):
    known = messages()
    parts = read('data/doc/troubleshooting.md').split('\n## ')
    ours = [part for part in parts if not part.startswith('Refused by Salesforce')]
    quoted = [message for part in ours for message in quoted_messages(part)]
    assert_true(len(quoted) > 20, 'no messages found in troubleshooting.md')
    for message in quoted:
        assert_true(any(message.strip('… ') in text for text in known), f'nobody says "{message}"')


@test('troubleshooting.md explains the refusals that the code knows, and no other')
def _(room):
    guide = read('data/doc/troubleshooting.md')
    part = guide.split('\n## Refused by Salesforce')[1].split('\n## ')[0]
    quoted = {message.lower() for message in quoted_messages(part)}
    table = re.findall(r'{ (?:"(\w+)"|NULL), (?:"([^"]+)"|NULL),',
                       read('src/issuers/salesforce-refusal.c'))
    known = {(fragment or code).lower() for code, fragment in table}
    assert_true(len(known) > 10, 'no table of refusals in salesforce-refusal.c')
    for fragment in known:
        assert_true(any(fragment in message for message in quoted), f'not explained: {fragment}')
    for message in quoted:
        assert_true(any(fragment in message for fragment in known), f'not known: {message}')


main()
