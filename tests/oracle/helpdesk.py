"""Writes logs of a help desk, and counts their silences by itself.

    python3 tests/oracle/helpdesk.py write CASES SEED > log.csv
    python3 tests/oracle/helpdesk.py count log.csv

`write` makes a log like those that ticketing systems write: tickets that are taken in charge at once or after days,
that wait for parts, that somebody else solves than had planned to, that are closed twice or never. `count` reads such a
log and says, as JSON, what the limits of `examples/helpdesk` make of it: how many reminders, missed deadlines and rungs
of escalations, and the longest silence at each step. It knows nothing of the program: its calendar is a list of days
and two spans of hours on the clock of the wall, its limits are numbers written here once more.
"""

import csv
import datetime as dt
import json
import random
import sys
import zoneinfo

ROME = zoneinfo.ZoneInfo("Europe/Rome")
SPANS = [(9 * 3600, 13 * 3600), (14 * 3600, 18 * 3600)]
YEARLY = {(1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26)}
FORMAT = "%Y/%m/%d %H:%M:%S.%f"
DAY = dt.timedelta(days=1)


# Working time, on the clock of the wall.


def easter(year):
    """The date of Easter in the Gregorian calendar (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return dt.date(year, month, day + 1)


def is_worked(date):
    feast = easter(date.year)
    saint = date.year >= 2026 and (date.month, date.day) == (10, 4)
    return (
        date.weekday() < 5
        and (date.month, date.day) not in YEARLY
        and date not in (feast, feast + DAY)
        and not saint
    )


def second(moment):
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def at(date, seconds):
    return dt.datetime.combine(date, dt.time()) + dt.timedelta(seconds=seconds)


def is_open(moment):
    return is_worked(moment.date()) and any(a <= second(moment) < b for a, b in SPANS)


def next_opening(moment):
    """The moment itself if it is worked, else when work begins again."""
    date = moment.date()
    if is_worked(date):
        for a, b in SPANS:
            if second(moment) < b:
                return max(moment, at(date, a))
    date += DAY
    while not is_worked(date):
        date += DAY
    return at(date, SPANS[0][0])


def worked_so_far(moment):
    """Seconds worked on its day until a moment."""
    return sum(max(0, min(second(moment), b) - a) for a, b in SPANS)


def on_day(date, worked):
    """When so many seconds of a day are worked: at the end of a span already in the next one."""
    for a, b in SPANS:
        if worked < b - a:
            return at(date, a + worked)
        worked -= b - a
    return next_opening(at(date, SPANS[-1][1]))


def end_on_day(date, worked):
    """The same, but at the end of a span still in it."""
    for a, b in SPANS:
        if worked <= b - a:
            return at(date, a + worked)
        worked -= b - a


def hours_after(moment, hours):
    """What ends with the day's work is due then; what ends as the break begins is due when it ends."""
    moment, left = next_opening(moment), int(hours * 3600)
    while True:
        end = next(at(moment.date(), b) for a, b in SPANS if second(moment) < b)
        there = int((end - moment).total_seconds())
        if left < there or left == there and second(end) == SPANS[-1][1]:
            return moment + dt.timedelta(seconds=left)
        moment, left = next_opening(end), left - there


def worked_days(date, count):
    step = DAY if count > 0 else -DAY
    for _ in range(abs(count)):
        date += step
        while not is_worked(date):
            date += step
    return date


def days_after(moment, count):
    moment = next_opening(moment)
    return on_day(worked_days(moment.date(), count), worked_so_far(moment))


def days_before(moment, count):
    if is_open(moment):
        return on_day(worked_days(moment.date(), -count), worked_so_far(moment))
    date = moment.date()
    if not is_worked(date) or second(moment) < SPANS[0][0]:
        date = worked_days(date, -1)
        worked = sum(b - a for a, b in SPANS)
    else:
        worked = worked_so_far(moment)
    return end_on_day(worked_days(date, -count), worked)


def hours_before(moment, hours):
    """Of a worked moment."""
    date, worked, left = moment.date(), worked_so_far(moment), int(hours * 3600)
    while left > worked:
        left -= worked
        date = worked_days(date, -1)
        worked = sum(b - a for a, b in SPANS)
    return on_day(date, worked - left)


# What the limits make of a log.


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = [
            (dt.datetime.strptime(row["Complete Timestamp"], FORMAT), line, row)
            for line, row in enumerate(csv.DictReader(file), start=2)
        ]
    rows.sort(key=lambda row: row[:2])
    cases = {}
    for moment, _, row in rows:
        cases.setdefault(row["Case ID"], []).append((moment, row["Activity"], row["Resource"]))
    return cases, rows[-1][0]


def elapsed(a, b):
    return int((b.replace(tzinfo=ROME).timestamp() - a.replace(tzinfo=ROME).timestamp()) * 1000)


ORDER = ["Assign seriousness", "Take in charge ticket", "Resolve ticket", "Closed"]
NAMES = {"Assign seriousness": "seriousness", "Take in charge ticket": "take_charge", "Resolve ticket": "resolve", "Closed": "close"}
COMMENTS = {"Wait", "Require upgrade"}


def count(path):
    cases, until = read(path)
    steps = {
        name: {"done": 0, "reminders": 0, "late": 0, "levels": {}, "asked": 0, "silences": 0, "longest": None}
        for name in NAMES.values()
    }
    total = {"cases": len(cases), "rows": 0, "ended": 0, "open": 0, "misfits": 0, "forced": 0, "left_out": 0, "overdue": 0}

    def quiet(name, a, b, case):
        ms, longest = elapsed(a, b), steps[name]["longest"]
        if longest is None or ms > longest:
            steps[name]["longest"] = ms

    def rung(name, level):
        levels = steps[name]["levels"]
        levels[str(level)] = levels.get(str(level), 0) + 1

    def work(name, began, acts, end):
        """A step that was open from one moment to another, with what people did in between."""
        step = steps[name]
        due = {
            "seriousness": lambda: hours_after(began, 4),
            "take_charge": lambda: hours_after(began, 8),
            "resolve": lambda: days_after(began, 5),
            "close": lambda: began + 21 * DAY,
        }[name]()
        if name != "seriousness":
            remind = hours_before(due, 2) if name == "take_charge" else days_before(due, 1)
            if began < remind <= end and remind < due:
                step["reminders"] += 1
        if due <= end:
            step["late"] += 1
        if name != "resolve":
            if due <= end:
                rung(name, 1)
                if days_after(due, 1) <= end:
                    rung(name, 2)
            return quiet(name, began, end, None)
        marks = [began, *acts, end]
        for a, b in zip(marks, marks[1:]):
            quiet(name, a, b, None)
            silent = days_after(a, 3)
            step["silences"] += silent <= b
            # A deadline that passed before somebody did something says no more.
            triggers = [silent] + ([due] if a < due else [])
            first = min(triggers)
            if first <= b:
                rung(name, 1)
                asks = days_after(first, 2)
                if asks <= b:
                    rung(name, 2)
                    step["asked"] += 1
                    if days_after(asks, 1) <= b:
                        rung(name, 3)

    for rows in cases.values():
        began = start = rows[0][0]
        at_step, acts, claimed = 0, [], None
        ended = None
        for moment, activity, person in rows:
            total["rows"] += 1
            if activity == "VERIFIED":
                total["left_out"] += 1
            elif activity == "Insert ticket":
                total["misfits"] += moment != start
            elif ended is not None:
                total["misfits"] += 1
            elif activity == ORDER[at_step]:
                name = NAMES[activity]
                work(name, began, acts, moment)
                steps[name]["done"] += 1
                total["forced"] += name == "resolve" and claimed not in (None, person)
                began, acts, at_step = moment, [], at_step + 1
                if at_step == len(ORDER):
                    ended = moment
            elif activity in COMMENTS and ORDER[at_step] == "Resolve ticket":
                acts.append(moment)
            elif activity == "Schedule intervention" and ORDER[at_step] == "Resolve ticket":
                acts.append(moment)
                claimed = person
            else:
                total["misfits"] += 1
        if ended is None:
            work(NAMES[ORDER[at_step]], began, acts, until)
        total["ended"] += ended is not None
        total["open"] += ended is None
        total["overdue"] += start + 90 * DAY <= (ended or until)
    return {**total, "steps": steps}


# A log.


def write(cases, seed):
    dice = random.Random(seed)
    rows = []

    def later(moment, least_hours, most_hours):
        """Later, and by day: nobody works at night, and no clock is changed then."""
        spread = dice.uniform(0, 1) ** 3
        moment += dt.timedelta(seconds=int(3600 * (least_hours + spread * (most_hours - least_hours))))
        if not 6 <= moment.hour < 22:
            moment = at(moment.date() + DAY, dice.randrange(7 * 3600, 19 * 3600))
        return moment

    begin = dt.datetime(2024, 1, 8)
    people = [f"Value {number}" for number in range(1, 23)]
    for case in range(1, cases + 1):
        moment = at((begin + dt.timedelta(days=dice.randrange(min(900, 3 * cases)))).date(), dice.randrange(7 * 3600, 20 * 3600))
        technician = dice.choice(people)

        def row(activity, person):
            rows.append((f"Case {case}", activity, person, moment))

        if dice.random() < 0.1:
            row("Insert ticket", dice.choice(people))
            moment = later(moment, 0.1, 60)
        row("Assign seriousness", dice.choice(people))
        if dice.random() < 0.02:
            continue
        if dice.random() < 0.03:
            moment = later(moment, 0, 5)
            row("Wait", technician)
        moment = later(moment, 0, 24 * 12)
        row("Take in charge ticket", technician)
        if dice.random() < 0.05:
            continue
        for _ in range(dice.choice([0, 0, 0, 1, 1, 2, 3])):
            moment = later(moment, 0.5, 24 * 14)
            row(dice.choice(["Wait", "Wait", "Wait", "Require upgrade"]), dice.choice(people))
        if dice.random() < 0.08:
            moment = later(moment, 0, 30)
            row("Take in charge ticket", dice.choice(people))
        if dice.random() < 0.1:
            moment = later(moment, 0, 24 * 3)
            row("Schedule intervention", technician)
            technician = dice.choice(people)
        if dice.random() < 0.03:
            continue
        moment = later(moment, 0.2, 24 * 25)
        row("Resolve ticket", technician)
        if dice.random() < 0.03:
            moment = later(moment, 1, 30)
            row("Wait", technician)
        if dice.random() < 0.02:
            row("VERIFIED", dice.choice(people))
        if dice.random() < 0.04:
            continue
        moment = later(moment, 2, 24 * 60)
        row("Closed", dice.choice(people))
        if dice.random() < 0.02:
            moment = later(moment, 1, 50)
            row("Closed", dice.choice(people))
    # As it comes out of a system: by case, not by time.
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["Case ID", "Activity", "Resource", "Complete Timestamp"])
    for case, activity, person, moment in rows:
        out.writerow([case, activity, person, moment.strftime("%Y/%m/%d %H:%M:%S.000")])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", cases, seed]:
            write(int(cases), int(seed))
        case ["count", path]:
            print(json.dumps(count(path), indent=2))
        case _:
            sys.exit(__doc__)
