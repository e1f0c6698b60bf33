# SPDX-License-Identifier: LGPL-2.1-or-later
"""Adds up what meson's test logs say, by the TAP line and not by the program.

The last line is "N passed, N failed, N skipped"; the exit code is 1 if anything failed. A program
that crashed, ran out of time or said less than its plan counts as a failure, and so does a suite
that ran nothing. Where CI is set a test that lacked a tool is a failure: there, it is installed.
"""
import argparse
import itertools
import json
import os
import pathlib
import re
import sys

SUITES = ('unit', 'integration', 'clients')
LINE = re.compile(r'^(?P<not>not )?ok\b(?P<name>.*?)(?:#\s*(?P<skip>SKIP)\S*\s*(?P<why>.*))?$',
                  re.IGNORECASE)
PLAN = re.compile(r'^1\.\.(\d+)\s*(?:#\s*SKIP\S*\s*(?P<why>.*))?$', re.IGNORECASE)
LACKING_TOOL = re.compile(r'\b(no|not|without|lacks?|missing|needs?|older)\b', re.IGNORECASE)
OF_THE_MACHINE = re.compile(r'\b(root|user|kernel|privilege)', re.IGNORECASE)

MOST_TOLD, WIDEST_TOLD = 8, 400  # lines of a failure, and characters of each


class Sum:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def fail(self, what, why=()):
        self.failed += 1
        print(f'FAILED: {what}')
        for line in why[-MOST_TOLD:]:
            print(f'    {line[:WIDEST_TOLD]}')

    def skip(self, what, why):
        if os.environ.get('CI') and LACKING_TOOL.search(why) and not OF_THE_MACHINE.search(why):
            self.fail(f'{what}: skipped in CI: {why}')
        else:
            self.skipped += 1
            print(f'skipped: {what}: {why}')

    def add_line(self, program, match, comments):
        what = f'{program}: {match["name"].strip()}'
        if match['skip']:
            self.skip(what, match['why'])
        elif match['not']:
            self.fail(what, comments)
        else:
            self.passed += 1

    def add_program(self, entry):
        program, failed_before, count, plan = entry['name'], self.failed, 0, None
        lines = entry.get('stdout', '').splitlines()
        for number, line in enumerate(lines, 1):
            if match := LINE.match(line):
                self.add_line(program, match, comments_at(lines, number))
                count += 1
            elif match := PLAN.match(line):
                plan = int(match[1])
                if plan == 0:
                    self.skip(program, match['why'] or 'for no reason')
        unexplained = self.failed == failed_before
        if entry['result'] not in ('OK', 'SKIP', 'EXPECTEDFAIL') and unexplained:
            self.fail(f'{program}: {entry["result"]}, exit code {entry.get("returncode")}',
                      entry.get('stderr', '').splitlines())
        elif plan != count and unexplained:
            self.fail(f'{program}: {count} tests of {plan}')


def comments_at(lines, start):
    """The comments from START on, up to the next line of TAP: why that test failed."""
    comments = itertools.takewhile(lambda line: line.startswith('#'), lines[start:])
    return [line[1:].strip() for line in comments]


def suite_of(entry):
    """meson names a test "project:suite / name"."""
    return entry['name'].partition(' / ')[0].rpartition(':')[2]


def add_log(total, path):
    if not path.exists():
        total.fail(f'{path}: no tests were run')
        return
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    for suite in SUITES:
        if not any(suite_of(entry) == suite for entry in entries):
            total.fail(f'{path}: nothing was run of the suite {suite}')
    for entry in entries:
        total.add_program(entry)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--passed', type=int, default=0, help='what was counted elsewhere')
    parser.add_argument('--failed', type=int, default=0)
    parser.add_argument('logs', nargs='+', type=pathlib.Path)
    options = parser.parse_args()
    total = Sum()
    for path in options.logs:
        add_log(total, path)
    total.passed += options.passed
    total.failed += options.failed
    print(f'{total.passed} passed, {total.failed} failed, {total.skipped} skipped', flush=True)
    sys.exit(1 if total.failed else 0)


main()
