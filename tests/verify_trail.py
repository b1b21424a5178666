#!/usr/bin/env python3
"""verify_trail.py ROWS.jsonl: proves what `wfrun export jsonl` wrote, without wfrun. A row's hash is
SHA-256 over its columns as netstrings (`LENGTH:BYTES,`; `-,` for nothing); 0: whole, 1: the first bad rows are named."""
import hashlib, json, sys
EVENT = "tenant instance sequence previous_hash at_ms recorded_at_ms body".split()
TRAIL = ("tenant instance sequence previous_hash event_sequence fact node copy person role channel external_id plan_hash "
         "source alternatives_shown alternative_chosen forced_reason at_ms recorded_at_ms detail").split()
COUNTS = {"event": ("sequence", "journal_head"), "trail": ("trail_count", "trail_head")}


def netstrings(values):
    texts = [None if value is None else str(value).encode() for value in values]
    return b"".join(b"-," if text is None else b"%d:%s," % (len(text), text) for text in texts)


def faults(lines):
    ends, at, bad, erased, rows = {}, {}, set(), set(), 0
    for row in map(json.loads, lines):
        if row["table"] == "instance":
            ends.update({(row["instance"], table): (row[count], row[head]) for table, (count, head) in COUNTS.items()})
            continue
        chain, rows = (row["instance"], row["table"]), rows + 1
        if row.get("fact") == "subject erased":  # its personal values cannot be opened any more, its chains are whole
            erased.add(row["instance"])
        number, head = at.get(chain, (0, "0" * 64))
        digest = hashlib.sha256(netstrings(row[column] for column in (EVENT if row["table"] == "event" else TRAIL)))
        why = ("is missing" if row["sequence"] != number + 1 else "was changed" if digest.hexdigest() != row["hash"]
               else "does not follow the row before it" if row["previous_hash"] != head else None)
        if why and chain not in bad:
            bad.add(chain)
            yield f"{chain[0]}, {chain[1]} row {number + 1} {why}"
        at[chain] = (row["sequence"], row["hash"])
    for chain in sorted((ends.keys() | at.keys()) - bad):
        if at.get(chain, (0, "0" * 64)) != ends.get(chain):
            yield f"{chain[0]}, {chain[1]} does not end as its instance says"
    yield f"{rows} rows" + (f", {len(erased)} of the instances about an erased person" if erased else "")


if __name__ == "__main__":
    *found, seen = faults(open(sys.argv[1], encoding="utf-8"))
    print("\n".join(found) or f"whole: {seen}")
    sys.exit(1 if found else 0)
