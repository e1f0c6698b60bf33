#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The sum that decides whether a check has passed."""
import json
import pathlib

from harness import assert_equal, assert_in, main, test

SUMMARY = pathlib.Path(__file__).with_name('summary.py')


def entry(name='avouch:unit / a', stdout='1..1\nok 1 - x\n', result='OK', returncode=0):
    return {'name': name, 'stdout': stdout, 'result': result, 'returncode': returncode}


REST = [entry('avouch:integration / b'), entry('avouch:clients / c')]


def summarise(room, *entries, env=None):
    """What comes of ENTRIES and of one passed test in each other suite."""
    log = room.write('testlog.json', ''.join(json.dumps(one) + '\n' for one in [*entries, *REST]))
    done = room.run('python3', SUMMARY, log, env=env)
    return done.code, done.output.splitlines()[-1], done.output


@test('lines are counted, not programs')
def _(room):
    code, last, _ = summarise(room, entry(stdout='1..3\nok 1 - x\n# ok 9\nok 2\nok 3 /a/b # done\n'))
    assert_equal((code, last), (0, '5 passed, 0 failed, 0 skipped'))


@test('a failed line fails')
def _(room):
    stdout = '1..2\nok 1 - x\nnot ok 2 - y\n# 1 is not 2\n# at z\n'
    code, last, output = summarise(room, entry(stdout=stdout, result='ERROR', returncode=1))
    assert_equal((code, last), (1, '3 passed, 1 failed, 0 skipped'))
    assert_in('y\n    1 is not 2\n    at z\n', output)


@test('a crash and a time-out fail, though every line was good')
def _(room):
    for result, returncode in (('ERROR', -11), ('TIMEOUT', -15), ('FAIL', 1)):
        code, last, output = summarise(room, {**entry(result=result, returncode=returncode),
                                              'stderr': 'out of memory\n'})
        assert_equal((code, last), (1, '3 passed, 1 failed, 0 skipped'))
        assert_in('    out of memory\n', output)


@test('less than the plan fails, and so does no plan')
def _(room):
    for stdout in ('1..2\nok 1 - x\n', 'ok 1 - x\n'):
        code, last, _ = summarise(room, entry(stdout=stdout))
        assert_equal((code, last), (1, '3 passed, 1 failed, 0 skipped'))


@test('a skip is told, and a missing tool is no excuse in CI')
def _(room):
    for why, in_ci in (('kubectl is not installed', 1), ('must not be root', 0)):
        for stdout in (f'1..1\nok 1 - x # SKIP {why}\n', f'1..0 # SKIP {why}\n'):
            code, last, _ = summarise(room, entry(stdout=stdout))
            assert_equal((code, last), (0, '2 passed, 0 failed, 1 skipped'))
            assert_equal(summarise(room, entry(stdout=stdout), env={'CI': 'true'})[0], in_ci)


@test('a suite that ran nothing fails, and so does a log that is missing')
def _(room):
    code, last, output = summarise(room)
    assert_equal((code, last), (1, '2 passed, 1 failed, 0 skipped'))
    assert_in('suite unit', output)
    assert_equal(room.run('python3', SUMMARY, room.path / 'nowhere').code, 1)


main()
