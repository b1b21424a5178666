"""Writes tests/cases/stdlib/holidays.csv: what an independent source says about the calendars of stdlib/calendars.wf.

    python3 -m venv venv && venv/bin/pip install holidays==0.109
    venv/bin/python tests/oracle/holidays_table.py

The table is sorted and holds no date of today, so the same version of the package always writes the same bytes.
Nothing of stdlib/ is read here: the table and the calendars must not learn from each other.
"""

import csv
import pathlib

import holidays

PINNED = "0.109"
YEARS = range(2024, 2037)
TABLE = pathlib.Path(__file__).resolve().parent.parent / "cases" / "stdlib" / "holidays.csv"

# calendar of stdlib/calendars.wf -> the package's own name for it; national days only, England for the UK
SOURCES = {
    "italy": lambda: holidays.country_holidays("IT", years=YEARS, language="it_IT"),
    "germany": lambda: holidays.country_holidays("DE", years=YEARS, language="de"),
    "france": lambda: holidays.country_holidays("FR", years=YEARS, language="fr"),
    "spain": lambda: holidays.country_holidays("ES", years=YEARS, language="es"),
    "united_kingdom": lambda: holidays.country_holidays("GB", subdiv="ENG", years=YEARS, language="en_GB"),
    "ireland": lambda: holidays.country_holidays("IE", years=YEARS, language="en_IE"),
    "united_states": lambda: holidays.country_holidays("US", years=YEARS, language="en_US"),
    "target2": lambda: holidays.financial_holidays("XECB", years=YEARS, language="en_US"),
}

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def rows():
    for calendar, source in SOURCES.items():
        for day, name in sorted(source().items()):
            # the package looks one day over the year's end for days observed early
            if day.year in YEARS:
                yield calendar, day.isoformat(), WEEKDAYS[day.weekday()], name


def main():
    if holidays.__version__ != PINNED:
        raise SystemExit(f"this table belongs to holidays {PINNED}, and {holidays.__version__} is installed")
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("calendar", "date", "weekday", "name"))
        table.writerows(rows())


if __name__ == "__main__":
    main()
