#!/usr/bin/env python3
"""Verifies a trail without wfrun: reads what `wfrun trail INSTANCE --json` printed, from a file or standard input.

A row's hash is SHA-256 over its columns in this order, each as a netstring: `LENGTH:BYTES,` with the length in bytes
of UTF-8, whole numbers in decimal, and `-,` where there is nothing. Numbers are dense from 1; the first row follows
64 zeros, every other one the hash of the row before it. Exit code 0: whole; 1: the first bad row is named.
"""
import hashlib
import json
import sys

COLUMNS = ["tenant", "instance", "sequence", "previous_hash", "event_sequence", "fact", "node", "copy", "person",
           "role", "channel", "external_id", "plan_hash", "source", "alternatives_shown", "alternative_chosen",
           "forced_reason", "at_ms", "recorded_at_ms", "detail"]


def canonical(row):
    for column in COLUMNS:
        value = row[column]
        if value is None:
            yield b"-,"
        else:
            text = str(value).encode()
            yield str(len(text)).encode() + b":" + text + b","


def first_fault(rows):
    head = "0" * 64
    for number, row in enumerate(rows, start=1):
        if row["sequence"] != number:
            return f"row {number} is missing"
        if hashlib.sha256(b"".join(canonical(row))).hexdigest() != row["hash"]:
            return f"row {number} was changed"
        if row["previous_hash"] != head:
            return f"row {number} does not follow the row before it"
        head = row["hash"]
    return None


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") if len(sys.argv) > 1 else sys.stdin as trail:
        rows = json.load(trail)
    fault = first_fault(rows)
    print(fault or f"whole: {len(rows)} rows")
    sys.exit(1 if fault else 0)
