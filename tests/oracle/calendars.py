"""Writes tests/cases/calendar/: what independent sources say about the arithmetic of business calendars.

    python3 -m venv venv && venv/bin/pip install holidays==0.109 numpy==2.4.6 python-dateutil==2.9.0.post0 tzdata==2026.6
    PYTHONTZPATH= venv/bin/python tests/oracle/calendars.py

Holidays come from `holidays`, working days from numpy's busday functions, months and years from dateutil,
offsets from zoneinfo over the tzdata package. Working time is not calculated at all: every five minutes of
eleven years are listed, those that the clock on the wall shows as worked are kept, and amounts are counted
off the list. The same versions always write the same bytes.
"""

import bisect
import csv
import datetime as dt
import importlib.metadata
import pathlib
import random
import zoneinfo

import holidays
import numpy as np
from dateutil.relativedelta import relativedelta

PINNED = {"holidays": "0.109", "numpy": "2.4.6", "python-dateutil": "2.9.0.post0", "tzdata": "2026.6"}
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "cases" / "calendar"
YEARS = range(2023, 2034)
SAMPLED = (dt.datetime(2024, 1, 1), dt.datetime(2031, 1, 1))
STEP = 5  # minutes
UTC = dt.timezone.utc
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)

NIGHT, DAY = [(0, 360), (1320, 1440)], [(540, 1020)]
CALENDARS = {
    "italy": {
        "zone": "Europe/Rome",
        "week": {day: [(540, 780), (840, 1080)] for day in range(5)},
        "country": ("IT", None),
        "closed": [("2026-08-10", "2026-08-21"), ("2028-12-27", "2029-01-05")],
        "half": [("12-24", 780), ("2026-12-31", 720), ("2027-12-31", 900)],
    },
    "london": {"zone": "Europe/London", "week": {day: [(540, 1050)] for day in range(5)}, "country": ("GB", "ENG")},
    "new_york": {
        "zone": "America/New_York",
        "week": {day: DAY for day in range(5)},
        "country": ("US", None),
        "half": [("2026-11-27", 780), ("2027-11-26", 780), ("12-24", 720)],
    },
    "kolkata": {
        "zone": "Asia/Kolkata",
        "week": {**{day: [(600, 1080)] for day in range(5)}, 5: [(600, 840)]},
        "yearly": ["01-26", "08-15", "10-02", "02-29"],
    },
    "night_shift": {"zone": "Europe/Rome", "week": {day: NIGHT for day in range(7)}},
    "always": {"zone": "America/New_York", "week": {day: [(0, 1440)] for day in range(7)}},
    "lord_howe": {"zone": "Australia/Lord_Howe", "week": {day: [(0, 240), (480, 960)] for day in (0, 2, 3, 6)}},
}
QUIET = {
    "evening": {"spans": [(1140, 480)], "weekends": True, "holidays": True},
    "lunch": {"spans": [(780, 840), (1350, 420)], "weekends": False, "holidays": False},
    "free_days": {"spans": [], "weekends": True, "holidays": True},
}


def every(rule):
    """All dates of a yearly day (`12-24`) or of one date."""
    texts = [f"{year}-{rule}" for year in YEARS] if len(rule) == 5 else [rule]
    for text in texts:
        try:
            yield dt.date.fromisoformat(text)
        except ValueError:
            pass  # 29 February


class Calendar:
    def __init__(self, plan):
        self.zone = zoneinfo.ZoneInfo(plan["zone"])
        self.week = plan["week"]
        self.dated = []
        if "country" in plan:
            country, part = plan["country"]
            found = holidays.country_holidays(country, subdiv=part, years=YEARS)
            self.dated = sorted(day for day in found if day.year in YEARS)
        free = set(self.dated)
        for rule in plan.get("yearly", []):
            free.update(every(rule))
        for first, last in plan.get("closed", []):
            day = dt.date.fromisoformat(first)
            while day <= dt.date.fromisoformat(last):
                free.add(day)
                day += dt.timedelta(days=1)
        self.free = free
        mask = [int(day in self.week) for day in range(7)]
        self.busdays = np.busdaycalendar(weekmask=mask, holidays=sorted(free))
        self.half = {day: until for rule, until in plan.get("half", []) for day in every(rule)}
        self.list_work()

    def list_work(self):
        self.work, self.date, self.first, self.count = [], [], {}, {}
        moment = dt.datetime(YEARS[0], 1, 2, tzinfo=UTC)
        end = dt.datetime(YEARS[-1], 12, 31, tzinfo=UTC)
        worked = {}
        while moment < end:
            local = moment.astimezone(self.zone)
            day, minute = local.date(), local.hour * 60 + local.minute
            if day not in worked:
                worked[day] = bool(np.is_busday(day, busdaycal=self.busdays))
            if worked[day] and minute < self.half.get(day, 1440):
                if any(opens <= minute < closes for opens, closes in self.week[day.weekday()]):
                    self.first.setdefault(day, len(self.work))
                    self.count[day] = self.count.get(day, 0) + 1
                    self.work.append(moment)
                    self.date.append(day)
            moment += dt.timedelta(minutes=STEP)

    def is_working(self, moment):
        place = bisect.bisect_left(self.work, moment)
        return self.work[place] == moment

    def working_day(self, day, count, roll="raise"):
        return np.busday_offset(day, count, roll=roll, busdaycal=self.busdays).item()

    def closing(self, day):
        return self.work[self.first[day] + self.count[day] - 1] + dt.timedelta(minutes=STEP)

    def add(self, moment, amount, unit):
        place = bisect.bisect_left(self.work, moment)
        if unit == "business hours":
            if amount == 0:
                return self.work[place]
            last = place + amount * 60 // STEP - 1
            end, after = self.work[last] + dt.timedelta(minutes=STEP), self.work[last + 1]
            in_break = after != end and self.date[last] == self.date[last + 1]
            return after if in_break else end
        if unit == "business days":
            day = self.date[place]
            worked = place - self.first[day]
            day = self.working_day(day, amount)
            return self.work[self.first[day] + worked] if worked < self.count[day] else self.closing(day)
        return self.go(moment, amount, unit)

    def subtract(self, moment, amount, unit):
        place = bisect.bisect_left(self.work, moment)
        inside = self.is_working(moment)
        if unit == "business hours":
            if amount == 0:
                return moment if inside else self.previous_closing(moment)
            return self.work[place - amount * 60 // STEP]
        if unit == "business days":
            day = self.date[place if inside else place - 1]
            worked = place - self.first[day]
            day = self.working_day(day, -amount)
            if worked > self.count[day] or (inside and worked == self.count[day]):
                return self.closing(day)
            if inside:
                return self.work[self.first[day] + worked]
            return self.work[self.first[day] + worked - 1] + dt.timedelta(minutes=STEP)
        return self.go(moment, -amount, unit)

    def go(self, moment, amount, unit):
        if unit in ("minutes", "hours"):
            return moment + dt.timedelta(**{unit: amount})
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        return self.at(local + relativedelta(**{unit: amount}))

    def at(self, local):
        """The first moment at which the wall clock shows this or more: found by looking at the clock."""
        moment = local.replace(tzinfo=UTC) - dt.timedelta(hours=15)
        while moment.astimezone(self.zone).replace(tzinfo=None) + dt.timedelta(hours=3) < local:
            moment += dt.timedelta(hours=1)
        while moment.astimezone(self.zone).replace(tzinfo=None) < local:
            moment += dt.timedelta(minutes=STEP)
        return moment

    def previous_closing(self, moment):
        if self.is_working(moment):
            return moment
        return self.work[bisect.bisect_left(self.work, moment) - 1] + dt.timedelta(minutes=STEP)

    def end_of(self, moment, amount, unit):
        day = moment.astimezone(self.zone).date()
        if unit == "business days":
            last = self.working_day(day, amount, roll="backward")
        else:
            last = day + relativedelta(**{unit: amount})
        return self.at(dt.datetime.combine(last + dt.timedelta(days=1), dt.time()))

    def moved(self, moment):
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        judged = (local - dt.timedelta(minutes=STEP)).date() if local.time() == dt.time() else local.date()
        to = self.working_day(judged, 0, roll="forward")
        return moment if to == judged else self.at(local + (to - judged))

    def is_quiet(self, moment, rule):
        local = moment.astimezone(self.zone)
        if rule["weekends"] and local.weekday() not in (self.week if len(self.week) < 7 else range(5)):
            return True
        if rule["holidays"] and local.date() in self.free:
            return True
        minute = local.hour * 60 + local.minute
        return any(
            start <= minute < end if start < end else minute >= start or minute < end for start, end in rule["spans"]
        )

    def allowed(self, moment, rule):
        while self.is_quiet(moment, rule):
            moment += dt.timedelta(minutes=STEP)
        return moment

    def text(self, moment):
        return moment.astimezone(self.zone).isoformat(sep=" ", timespec="minutes")


def offsets(zone):
    """Every change of a zone's offset from 2015 to 2037, by looking at each hour and then each minute."""
    def seconds(moment):
        return int(moment.astimezone(zone).utcoffset().total_seconds())

    moment, end = dt.datetime(2015, 1, 1, tzinfo=UTC), dt.datetime(2038, 1, 1, tzinfo=UTC)
    yield "", seconds(moment)
    while moment < end:
        after = moment + dt.timedelta(hours=1)
        if seconds(moment) != seconds(after):
            while seconds(moment) != seconds(after):
                moment += dt.timedelta(minutes=1)
            yield int((moment - EPOCH).total_seconds()), seconds(moment)
        moment = after


# Moments (local) that are easily got wrong, besides random ones.
EDGES = """2024-02-29 10:00|2024-12-31 23:55|2025-01-31 09:00|2026-03-27 16:30|2026-03-28 12:00|2026-03-29 01:55|2026-03-29 03:00
2026-03-28 02:30|2026-10-24 02:30|2026-10-25 02:30|2026-10-25 03:00|2026-03-07 02:30|2026-03-08 01:30|2026-10-31 01:30|2026-11-01 01:30
2026-04-04 02:15|2026-04-05 01:45|2026-10-03 02:15|2026-10-04 02:30|2026-08-07 17:55|2026-08-09 12:00|2026-08-14 12:00|2026-08-21 18:00
2026-12-23 16:00|2026-12-23 18:00|2026-12-24 09:00|2026-12-24 12:55|2026-12-24 13:00|2026-12-30 17:00|2026-12-31 12:00|2027-10-01 10:00
2027-10-04 10:00|2026-10-02 17:00|2026-11-25 16:00|2026-11-26 10:00|2026-11-27 12:00|2026-05-04 09:00|2026-05-04 13:00|2026-05-04 13:30
2026-05-04 14:00|2026-05-04 18:00|2026-05-04 08:55|2026-05-01 12:00|2026-05-31 00:00|2026-05-30 00:00|2026-06-02 00:00|2028-02-29 10:00"""
BUSINESS = [("business hours", n) for n in (0, 1, 4, 8, 9, 40, 200)] + [
    ("business days", n) for n in (0, 1, 2, 3, 5, 10, 60, 250)
]
CIVIL = [("minutes", 45), ("hours", 1), ("hours", 24), ("days", 1), ("days", 2), ("days", 60), ("weeks", 1),
         ("weeks", 6), ("months", 1), ("months", 6), ("months", 13), ("years", 1), ("years", 2)]  # fmt: skip
ENDS = [("days", 1), ("days", 60), ("weeks", 2), ("months", 1), ("years", 1), ("business days", 1), ("business days", 30)]


def moments(calendar, chance, random_ones):
    edges = [calendar.at(dt.datetime.fromisoformat(text)) for line in EDGES.splitlines() for text in line.split("|")]
    steps = int((SAMPLED[1] - SAMPLED[0]).total_seconds()) // (60 * STEP)
    start = SAMPLED[0].replace(tzinfo=UTC)
    return edges + [start + dt.timedelta(minutes=STEP * chance.randrange(steps)) for _ in range(random_ones)]


def tables(calendars):
    chance = random.Random(20261004)
    found = {name: [] for name in ("additions", "subtractions", "ends", "between", "moments", "quiet")}
    for name, calendar in calendars.items():
        text = calendar.text
        for moment in moments(calendar, chance, 50):
            for unit, amount in chance.sample(BUSINESS, 3) + chance.sample(CIVIL, 2):
                found["additions"].append((name, text(moment), amount, unit, text(calendar.add(moment, amount, unit))))
            for unit, amount in chance.sample(BUSINESS, 2) + chance.sample(CIVIL, 1):
                if amount <= 60:
                    row = (name, text(moment), amount, unit, text(calendar.subtract(moment, amount, unit)))
                    found["subtractions"].append(row)
            unit, amount = chance.choice(ENDS)
            found["ends"].append((name, text(moment), amount, unit, text(calendar.end_of(moment, amount, unit))))
            opening = calendar.work[bisect.bisect_left(calendar.work, moment)]
            closing, moved = calendar.previous_closing(moment), calendar.moved(moment)
            working = "yes" if calendar.is_working(moment) else "no"
            found["moments"].append((name, text(moment), working, text(opening), text(closing), text(moved)))
            rule = chance.choice(sorted(QUIET))
            found["quiet"].append((name, rule, text(moment), text(calendar.allowed(moment, QUIET[rule]))))
            other = moment + dt.timedelta(minutes=STEP * chance.randrange(200_000))
            minutes = STEP * (bisect.bisect_left(calendar.work, other) - bisect.bisect_left(calendar.work, moment))
            days = [each.astimezone(calendar.zone).date() for each in (moment, other)]
            count = int(np.busday_count(*days, busdaycal=calendar.busdays))
            found["between"].append((name, text(moment), text(other), minutes, count))
    return found


def definitions(calendars):
    for name, calendar in calendars.items():
        plan = CALENDARS[name]
        yield name, "zone", plan["zone"], ""
        for day, spans in sorted(calendar.week.items()):
            for opens, closes in spans:
                yield name, f"week {day}", opens, closes
        for day in calendar.dated:
            yield name, "holiday", day.isoformat(), ""
        for rule in plan.get("yearly", []):
            yield name, "holiday", rule, ""
        for first, last in plan.get("closed", []):
            yield name, "closed", first, last
        for rule, until in plan.get("half", []):
            yield name, "half", rule, until


COLUMNS = {
    "additions": ("calendar", "from", "amount", "unit", "expected"),
    "subtractions": ("calendar", "from", "amount", "unit", "expected"),
    "ends": ("calendar", "from", "amount", "unit", "expected"),
    "between": ("calendar", "from", "to", "working_minutes", "working_days"),
    "moments": ("calendar", "moment", "working", "next_opening", "previous_closing", "moved"),
    "quiet": ("calendar", "rule", "moment", "allowed"),
}


def write(name, columns, rows):
    with (FOLDER / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows(rows)


def main():
    installed = {package: importlib.metadata.version(package) for package in PINNED}
    if installed != PINNED:
        raise SystemExit(f"these tables belong to {PINNED}, and {installed} is installed")
    if zoneinfo.TZPATH:
        raise SystemExit("set PYTHONTZPATH to nothing, so that zones come from the tzdata package")
    calendars = {name: Calendar(plan) for name, plan in CALENDARS.items()}
    # a national holiday again from 2026 on
    assert dt.date(2026, 10, 4) in calendars["italy"].free and dt.date(2025, 10, 4) not in calendars["italy"].free
    for name, rows in tables(calendars).items():
        write(name, COLUMNS[name], rows)
    write("calendars", ("calendar", "what", "first", "second"), definitions(calendars))
    zones = sorted({plan["zone"] for plan in CALENDARS.values()})
    write("zones", ("zone", "at", "offset_seconds"), [(z, *row) for z in zones for row in offsets(zoneinfo.ZoneInfo(z))])


if __name__ == "__main__":
    main()
