# SPDX-License-Identifier: LGPL-2.1-or-later
"""What data/doc/salesforce-apis.md shows in sh blocks is run as it stands, against the demo host."""
import csv
import io
import pathlib
import re
import xml.etree.ElementTree as ElementTree

from demohost import start_host
from harness import *

GUIDE = pathlib.Path(__file__).resolve().parents[2] / 'data' / 'doc' / 'salesforce-apis.md'
FEW = ['Acme', 'Müller & Söhne <GmbH>', '"Quoted", Inc.']  # what SOAP and Bulk 1.0 find


def blocks(title):
    """The sh blocks before the first section, and those of the section TITLE."""
    sections = GUIDE.read_text(encoding='utf-8').split('\n## ')
    named = [section for section in sections if section.startswith(f'{title}\n')]
    assert_equal(len(named), 1, title)
    found = [re.findall(r'^```sh\n(.*?)^```$', part, re.M | re.S) for part in (sections[0], *named)]
    assert_true(all(found), f'{title}: no sh block')
    return [block for part in found for block in part]


def follow(room, title, count):
    """What the guide's commands print, without the waits."""
    host = start_host(room, profile='acme')
    shown = blocks(title)
    assert_equal(len(shown), count, title)
    script = 'sleep() { :; }\n' + ''.join(shown)
    done = room.run('bash', '-e', '-u', '-o', 'pipefail', '-c', script,
                    env={'CURL_CA_BUNDLE': str(host.ca)}, cwd=room.home)
    assert_equal((done.code, done.errors), (0, ''), done.output)
    assert_equal(host.stats()['unauthorized'], 0)
    assert_equal(host.exchanges(), 1)
    return done.output


@test('the REST example prints the records')
def _(room):
    assert_in('"totalSize":5', follow(room, 'REST', 2))


@test('the SOAP examples print the records, and an enterprise header')
def _(room):
    output = follow(room, 'SOAP', 3)
    answer, _, header = output.partition('</soapenv:Envelope>')
    names = ElementTree.fromstring(answer + '</soapenv:Envelope>').iter(
        '{urn:sobject.partner.soap.sforce.com}Name')
    assert_equal([name.text for name in names], FEW)
    assert_equal(ElementTree.fromstring(header).tag, '{urn:enterprise.soap.sforce.com}SessionHeader')


@test('the Bulk 2.0 example prints the records as CSV')
def _(room):
    rows = list(csv.reader(io.StringIO(follow(room, 'Bulk 2.0', 2))))
    assert_equal(rows[0][:2], ['Id', 'Name'])
    assert_true(len(rows) > 1, rows)


@test('the Bulk 1.0 example prints the records as CSV, and closes the job')
def _(room):
    output = follow(room, 'Bulk 1.0', 2)
    rows = list(csv.reader(io.StringIO(output)))
    assert_equal([row[1] for row in rows[1:4]], FEW)
    assert_in('<state>Closed</state>', output)


main()
