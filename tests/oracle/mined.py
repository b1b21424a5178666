#!/usr/bin/env python3
"""What pm4py reads in an export of `wfrun`: counts as JSON. mined.py xes|ocel-json|ocel-sqlite FILE"""
import json
import sys
import warnings

warnings.filterwarnings("ignore")
import pm4py


def xes(file):
    log = pm4py.read_xes(file)
    return {
        "cases": int(log["case:concept:name"].nunique()),
        "events": len(log),
        "activities": int(log["concept:name"].nunique()),
        "people": int(log["org:resource"].nunique()) if "org:resource" in log else 0,
    }


def ocel(log):
    return {
        "events": len(log.events),
        "activities": int(log.events["ocel:activity"].nunique()),
        "relations": len(log.relations),
        "objects": {kind: int(count) for kind, count in log.objects["ocel:type"].value_counts().items()},
        "instances_related": len(log.o2o),
    }


def ocel_sqlite(file):
    from pm4py.objects.ocel.validation import ocel20_rel_validation
    _, broken = ocel20_rel_validation.apply(file)
    return {**ocel(pm4py.read_ocel2_sqlite(file)), "broken_rules": sorted(broken)}


form, file = sys.argv[1:]
counts = {"xes": xes, "ocel-json": lambda file: ocel(pm4py.read_ocel2_json(file)), "ocel-sqlite": ocel_sqlite}[form](file)
print("counts " + json.dumps(counts))
