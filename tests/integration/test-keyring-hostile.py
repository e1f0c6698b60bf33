# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Secret Service that answers what no interface allows: of another type, with the paths of others,
too much, or not as long as it is asked. Each ends in an answer or an error, within the deadline."""
from harness import *
from orders import *
from sessionbus import *

COLLECTION = '/org/freedesktop/secrets/collection/main'
SESSION = '/org/freedesktop/secrets/session/1'

# Of no method, of another, and of what it should be but for one thing.
BODIES = (
    '()', "('x',)", '(uint32 7,)', "('x', 'y', 'z')", "(objectpath '/',)",
    "(objectpath '/', objectpath '/')", "(objectpath '/org/freedesktop/DBus', objectpath '/x')",
    "(@ao [], @ao [])", "([objectpath '/org/freedesktop/DBus'], [objectpath '/'])",
    "([objectpath '/org/freedesktop/secrets'], objectpath '/org/freedesktop/secrets')",
    "(<'x'>, objectpath '/')", "(<@ay []>, objectpath '/x')", '(@a{sv} {},)',
    "({'Attributes': <'x'>, 'Locked': <uint32 1>, 'Label': <@ay []>, 'Modified': <'never'>,"
    " 'Items': <true>, 'Collections': <{'a': 'b'}>},)",
    "({'Attributes': <@a{ss} {}>, 'Locked': <true>, 'Items': <[objectpath '/']>,"
    " 'Collections': <[objectpath '/', objectpath '/x']>},)",
    f"((objectpath '/', @ay [], @ay [0x78], 'text/plain'),)",
    f"((objectpath '{SESSION}', [byte 1, 2], @ay [0xff, 0x00, 0xfe], ''),)",
    f"((objectpath '{SESSION}', @ay [], @ay [], 'text/plain'), 'more')",
    '(' + '<' * 30 + '1' + '>' * 30 + ',)',
)
# Which of them is called by what, of a mock with these options.
CALLS = (
    ('OpenSession', 'search'), ('SearchItems', 'store', 'search', 'erase'), ('ReadAlias', 'store'),
    ('CreateItem', 'store'), ('SetSecret', 'store'), ('GetSecret', 'search', 'erase'),
    ('Delete', 'erase'), ('GetAll-Service', 'store'), ('GetAll-Collection', 'store'),
    ('GetAll-Item', 'store', 'search', 'erase'),
)
CALLS_THAT_ASK = (('CreateItem', 'store'), ('Delete', 'erase'), ('Prompt', 'store'))
CALLS_TO_BEGIN = (('CreateCollection', 'store'), ('ReadAlias', 'store'))
CALLS_TO_UNLOCK = (('Unlock', 'store', 'search'), ('GetAll-Item', 'search'))
DEADLINE = 3  # seconds
SLACK = 40


def start_hostile(room, *options):
    """The mock, and the folder that says what it answers."""
    if 'without keyring support' in ask(room, 'search').output:
        skip('this build has no keyring support')
    answers = room.path / 'answers'
    answers.mkdir()
    start_bus(room)
    mock = start_mock(room, f'--answers={answers}', *options)
    return mock, answers


def operate(room, name):
    # What libraries say of such answers is no end to them, as it would be in other tests.
    settings = {'timeout': DEADLINE, 'env': {**DESKTOP, 'G_DEBUG': ''}, 'interactive': 1}
    if name == 'store':
        return keep(room, **settings)
    more = [('secret', encode(SECRET))] if name == 'erase' else []
    return ask(room, name, *more, **settings)


def assert_is_answer(result, what):
    """Whole, of a kind that is documented, in time, and with no secret but where it belongs."""
    assert_true(result.code in (0, 4), f'{what}: {result}')
    lines = result.output.splitlines()
    kind = 'avouch items 1' if result.code == 0 else 'avouch error 1'
    assert_equal(lines[:1], [kind], what + result.output)
    assert_equal(record_sum(result.output), lines[-1], what)
    assert_less(result.seconds, DEADLINE + SLACK)
    for secret in (SECRET, encode(SECRET)):
        assert_not_in(secret, result.errors)
        if result.code != 0:
            assert_not_in(secret, result.output)


def declare(title, calls, *options):
    @test(title)
    def _(room):
        mock, answers = start_hostile(room, *options)
        for method, *names in calls:
            for body in BODIES:
                operate(room, 'store')
                room.write(answers / method, body)
                for name in names:
                    assert_is_answer(operate(room, name), f'{name}, {method}: {body}\n')
                (answers / method).unlink()
        assert_equal(mock.poll(), None)
        assert_equal(operate(room, 'store').code, 0)


declare('an answer of another type, or with others\' paths, is an error or none', CALLS)
declare('the same of a keyring that asks before it writes', CALLS_THAT_ASK, '--asks')
declare('the same of one without a collection', CALLS_TO_BEGIN, '--no-default')
declare('the same of one that is locked', CALLS_TO_UNLOCK, '--locked')


@test('an item with a megabyte of attributes, or without any, hides no other')
def _(room):
    mock, answers = start_hostile(room)
    assert_equal(keep(room).code, 0)
    huge = 'x' * 1048576
    for properties in (f"{{'Attributes': <{{'protocol': 'https', 'server': 'git.example', 'user': 'u',"
                       f" 'x': '{huge}'}}>, 'Label': <'{huge}'>, 'Locked': <false>,"
                       f" 'Created': <uint64 1>, 'Modified': <uint64 1>}}", '@a{sv} {}',
                       "{'Locked': <false>}"):
        room.write(answers / 'GetAll-Item', f'({properties},)')
        result = ask(room, 'search', timeout=DEADLINE)
        assert_is_answer(result, properties[:60])
        assert_not_in('secret=', result.output)
        assert_equal(result.errors, '')


@test('who is killed in mid-store leaves what was there, and the next one stores')
def _(room):
    if 'without keyring support' in ask(room, 'search').output:
        skip('this build has no keyring support')
    start_bus(room)
    for method in ('CreateItem', 'SetSecret'):
        start_mock(room, f'--kill={method}')
        if method == 'SetSecret':
            assert_kept(keep(room, 'before'))
        killed = keep(room)
        assert_equal((killed.code, killed.output, killed.errors), (-9, '', ''))
        assert_equal(found(ask(room, 'search')), [b'before'] if method == 'SetSecret' else [])
        start_mock(room)
        assert_kept(keep(room))
        assert_equal(found(ask(room, 'search')), [SECRET.encode()])


@test('a service that is gone at the next call is told as one that is not there')
def _(room):
    mock, _ = start_hostile(room)
    assert_kept(keep(room))
    mock.kill()
    mock.wait()
    for name in ('search', 'erase'):
        assert_fails(ask(room, name), 'none answers on the session bus')
    assert_fails(keep(room), 'none answers on the session bus')
    start_mock(room)
    assert_kept(keep(room))


@test('a hundred thousand paths cost no more than the deadline')
def _(room):
    mock, answers = start_hostile(room)
    paths = ', '.join(f"'{COLLECTION}/x{number}'" for number in range(100000))
    for text in (f'(@ao [{paths}], @ao [])', f'(@ao [], @ao [{paths}])'):
        room.write(answers / 'SearchItems', text)
        for name in ('store', 'search', 'erase'):
            assert_is_answer(operate(room, name), name)


main()
