# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands that are timed in turn, and how they are shown."""
import statistics
import subprocess


class Row:
    """A command and how it is run; BASE: the row that it is compared with."""

    def __init__(self, title, command, base=None, reach='', **options):
        self.title, self.command, self.base, self.reach = title, command, base, reach
        self.options = options
        self.times, self.peak = [], 0

    def words(self, number):
        words = [str(number)]
        for name, values in self.options.items():
            for value in values if isinstance(values, list) else [values]:
                words += [f'--{name.replace("_", "-")}', str(value)]
        return words + ['--', *map(str, self.command)]

    @property
    def median(self):
        return statistics.median(self.times)

    @property
    def p95(self):
        return sorted(self.times)[int(len(self.times) * 0.95)]


def run_rows(runner, room, rows, warm_ups, rounds):
    """Fills in times (ms) and peak memory (MB)."""
    words = []
    for number, row in enumerate(rows):
        words += (['+'] if number else []) + row.words(number)
    done = subprocess.run([runner, str(warm_ups), str(rounds), *words],
                          env=room.environment, stdout=subprocess.PIPE, check=True, text=True)
    for line in done.stdout.splitlines():
        number, nanoseconds, peak = map(int, line.split('\t'))
        rows[number].times.append(nanoseconds / 1e6)
        rows[number].peak = max(rows[number].peak, peak / 1024)


def print_table(rows):
    print(f'{"":36}{"median":>9}{"p95":>9}{"peak":>9}{"ratio":>8}{"reach":>8}')
    print(f'{"":36}{"ms":>9}{"ms":>9}{"MB":>9}')
    for row in rows:
        ratio = f'{row.median / row.base.median:.2f}' if row.base else '1'
        times = f'{row.median:9.2f}{row.p95:9.2f}{row.peak:9.1f}'
        print_line(f'{row.title:36}{times}', ratio, row.reach)


def print_line(text, value='', reach=''):
    print(f'{text:63}{value:>8}{reach:>8}'.rstrip())
