"""The workload as a workflow of DBOS: 4 durable steps, a message that a person sends, 4 more steps.

    python with_dbos.py URL default|tuned LANES SECONDS OUT

In process: DBOS is a library, and what starts a workflow calls it. `default` is a plain function on DBOS' own threads with
its own settings; `tuned` has more connections, no limit on waiting readers and a thread for each instance in flight.
Coroutines were tried and are slower here.
"""

import os
import sys
import threading
import time

from dbos import DBOS

WARM_UP = 2.0
url, how, lanes, seconds, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
config = {"name": "durable", "system_database_url": url, "log_level": "ERROR"}
if how == "tuned":
    config |= {"sys_db_pool_size": 40, "sys_db_polling_concurrency": 0, "max_executor_threads": lanes + 16}
DBOS(config=config)

took = []  # (when it ended, milliseconds)


def measured(call):
    began = time.perf_counter()
    answer = call()
    took.append((time.perf_counter(), (time.perf_counter() - began) * 1e3))
    return answer


@DBOS.step()
def step(name):
    return name


@DBOS.workflow()
def durable(number):
    for name in ("s1", "s2", "s3", "s4"):
        measured(lambda: step(name))
    chosen = DBOS.recv("go_on", timeout_seconds=600)
    for name in ("s5", "s6", "s7", "s8"):
        measured(lambda: step(name))
    return f"done {number} {chosen}"


def lane(number, until):
    while time.perf_counter() < until:
        handle = measured(lambda: DBOS.start_workflow(durable, number))
        measured(lambda: DBOS.send(handle.workflow_id, "yes", "go_on"))
        assert handle.get_result() == f"done {number} yes"


DBOS.launch()
begin = time.perf_counter() + WARM_UP
end = begin + seconds
for number in range(lanes):
    threading.Thread(target=lane, args=(number, end), daemon=True).start()
time.sleep(max(0.0, end - time.perf_counter()))

counted = [ms for when, ms in list(took) if begin <= when < end]
with open(out, "w", encoding="utf-8") as file:
    file.writelines(f"{ms:.3f}\n" for ms in counted)
# What is under way now is of no interest any more.
os._exit(0)
