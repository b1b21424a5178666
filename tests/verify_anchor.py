#!/usr/bin/env python3
"""verify_anchor.py ROWS.jsonl ANCHOR.jsonl PUBLIC_KEY: proves without wfrun that the checkpoints of an anchor are signed by
this key, follow each other, and that every row they saw is still there in what `wfrun export jsonl` wrote."""
import hashlib, json, sys
sys.dont_write_bytecode = True
from verify_trail import netstrings
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, BASE_Y = -121665 * pow(121666, -1, P) % P, 4 * pow(5, -1, P) % P


def add(a, b):  # ed25519 as RFC 8032 has it, in affine coordinates: slow and short
    (x, y), (u, v), t = a, b, D * a[0] * b[0] * a[1] * b[1]
    return (x * v + u * y) * pow(1 + t, -1, P) % P, (y * v + x * u) * pow(1 - t, -1, P) % P


def times(n, point):
    total = (0, 1)
    for bit in bin(n)[2:]:
        total = add(total, total)
        total = add(total, point) if bit == "1" else total
    return total


def point(data):
    y, odd = int.from_bytes(data, "little") % 2**255, data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    assert y < P and x * x % P == square, "no point of the curve"
    return (x if x % 2 == odd else P - x), y


def signed(key, message, signature):
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    return s < L and times(s, point(BASE_Y.to_bytes(32, "little"))) == add(point(r), times(h, point(key)))


def checkpoints(lines):
    for line, later in zip(lines, [*lines[1:], ""]):
        try:
            yield json.loads(line)
        except ValueError:  # broken off by a crash, and written again
            if not (later.startswith(line[:-1]) if later else not line.endswith("\n")):
                raise


def faults(rows, anchor, key):
    there, seen, tenant = {}, {0: "0" * 64}, None
    for row in map(json.loads, rows):
        there[row["instance"], row["table"], row.get("sequence")] = row.get("hash")
        tenant = row["tenant"]
    for c in checkpoints(list(anchor)):
        if c["tenant"] != tenant or seen.get(c["number"]) == c["hash"]:
            continue  # somebody else's, or written twice
        heads = netstrings(v for h in c["heads"] for v in (h["instance"], h["sequence"], h["journal_head"], h["trail_count"], h["trail_head"]))
        message = netstrings(["wf checkpoint 1", c["tenant"], c["number"], c["previous_hash"], c["at_ms"], len(c["heads"]), hashlib.sha256(heads).hexdigest()])
        sound = hashlib.sha256(message).hexdigest() == c["hash"] and signed(bytes.fromhex(key), message, bytes.fromhex(c["signature"]))
        if not sound or c["number"] != len(seen) or c["previous_hash"] != seen[len(seen) - 1]:
            yield f"checkpoint {len(seen)} is not what was signed"
            return
        seen[c["number"]] = c["hash"]
        for h in c["heads"]:
            for table, row, head in (("event", h["sequence"], h["journal_head"]), ("trail", h["trail_count"], h["trail_head"])):
                if row and there.get((h["instance"], table, row)) != head:
                    yield f"{h['instance']}, {table} row {row} is not the one checkpoint {c['number']} saw"
    yield len(seen) - 1


if __name__ == "__main__":
    *found, last = faults(open(sys.argv[1], encoding="utf-8"), open(sys.argv[2], encoding="utf-8"), sys.argv[3])
    found = found if isinstance(last, int) else [*found, last]
    print("\n".join(found) or f"as signed: {last} checkpoints")
    sys.exit(1 if found else 0)
