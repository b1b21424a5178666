"""Engines beside each other: the same workload, the same machine, one after the other, in one run.

    python3 runtime/benches/beside/run.py            all of it, in less than six minutes
    python3 runtime/benches/beside/run.py --seconds 4 --only dbos --in-flight 64

What is not here is fetched into a folder of its own (`--scratch`, default: `wf-beside` in the folder for temporary files):
Restate by npm, DBOS by pip, both in the versions below. Nothing is written into the repository.
"""

import argparse
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
NPM = {"@restatedev/restate-server": "1.7.12", "@restatedev/restate-sdk": "1.17.2"}
PIP = {"dbos": "3.4.0", "psycopg": "3.3.9", "psycopg-binary": "3.3.9", "SQLAlchemy": "2.1.9"}
IN_FLIGHT = [1, 64, 512]
# Start, eight steps, the decision. Instances that are half way through count half.
TRANSITIONS = 10


def say(words):
    print(words, file=sys.stderr, flush=True)


def done(command, **more):
    """Runs something that must succeed; what it says is shown when it does not."""
    result = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}")
    return result.stdout


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port, what, program=None):
    for _ in range(600):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            if program and program.poll() is not None:
                break
            time.sleep(0.05)
    sys.exit(f"{what} does not start")


class Running:
    """A program, with all it started, that ends with its block."""

    def __init__(self, command, log, **more):
        self.log = open(log, "w", encoding="utf-8")
        self.program = subprocess.Popen([str(word) for word in command], stdout=self.log, stderr=self.log, start_new_session=True, **more)

    def __enter__(self):
        return self.program

    def __exit__(self, *_):
        for how, patience in ((signal.SIGINT, 20), (signal.SIGKILL, 20)):
            try:
                os.killpg(self.program.pid, how)
                self.program.wait(patience)
                break
            except subprocess.TimeoutExpired:
                continue
            except ProcessLookupError:
                break
        self.log.close()


class Beside:
    def __init__(self, given):
        self.given = given
        self.scratch = pathlib.Path(given.scratch)
        self.scratch.mkdir(parents=True, exist_ok=True)
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="wf-beside-run-", dir=given.data))
        self.work.chmod(0o755)
        self.rows = []

    # What is needed.

    def driver(self):
        out = self.scratch / "driver"
        done(["rustc", "--edition", "2024", "-O", "-o", out, HERE / "driver.rs"])
        return out

    def wfrun(self):
        if self.given.wfrun:
            return pathlib.Path(self.given.wfrun).resolve()
        say("building wfrun (release) …")
        done(["cargo", "build", "--release", "-p", "wf-runtime", "--bin", "wfrun"], cwd=ROOT)
        target = json.loads(done(["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=ROOT))["target_directory"]
        return pathlib.Path(target) / "release" / "wfrun"

    def node_modules(self):
        folder = self.scratch / "node"
        folder.mkdir(exist_ok=True)
        wanted = json.dumps({"name": "wf-beside", "private": True, "type": "module", "dependencies": NPM}, indent=2)
        manifest = folder / "package.json"
        if not manifest.exists() or manifest.read_text() != wanted or not (folder / "node_modules").exists():
            say("fetching Restate …")
            manifest.write_text(wanted)
            done(["npm", "install", "--no-audit", "--no-fund"], cwd=folder)
        shutil.copy(HERE / "restate.mjs", folder / "restate.mjs")
        return folder

    def python(self):
        folder = self.scratch / "python"
        wanted = " ".join(f"{name}=={version}" for name, version in PIP.items())
        mark = folder / "wanted"
        if not mark.exists() or mark.read_text() != wanted:
            say("fetching DBOS …")
            done([sys.executable, "-m", "venv", folder])
            done([folder / "bin" / "pip", "install", "--quiet", *wanted.split()])
            mark.write_text(wanted)
        return folder / "bin" / "python"

    # PostgreSQL, for the engines that want one: a new cluster that waits for the disk, as nobody in particular.

    def postgres(self):
        programs = [pathlib.Path(path) for path in sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))]
        found = shutil.which("postgres")
        folder = pathlib.Path(found).resolve().parent if found else programs[-1] if programs else None
        if folder is None:
            sys.exit("there is no PostgreSQL on this machine")
        data = self.work / f"postgres-{len(os.listdir(self.work))}"
        data.mkdir()
        more = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(data, nobody.pw_uid, nobody.pw_gid)
            more = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        done([folder / "initdb", "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C", "-D", data / "data"], cwd=data, **more)
        port = free_port()
        command = [folder / "postgres", "-D", data / "data", "-p", port, "-c", "listen_addresses=127.0.0.1"]
        command += ["-c", "unix_socket_directories=", "-c", "max_connections=200", "-c", "fsync=on"]
        running = Running(command, self.work / "postgres.log", cwd=data, **more)
        wait_for(port, "PostgreSQL", running.program)
        for _ in range(100):
            ready = subprocess.run([folder / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "test"], check=False)
            if ready.returncode == 0:
                break
            time.sleep(0.05)
        done([folder / "createdb", "-h", "127.0.0.1", "-p", port, "-U", "test", "work"])
        return running, f"postgresql://test@127.0.0.1:{port}/work?sslmode=disable"

    # The engines.

    def ours(self, kind):
        wfrun, driver = self.wfrun(), self.driver()
        for lanes in self.given.in_flight:
            folder = pathlib.Path(tempfile.mkdtemp(dir=self.work))
            server, store = (None, f"sqlite:{folder}/store.sqlite") if kind == "SQLite" else self.postgres()
            try:
                command = [wfrun, "--store", store]
                done([*command, "load", HERE.parent / "plans" / "durable@1.wfp"], cwd=folder)
                told = done([*command, "token", "add", "--role", "operator", "--person", "team"], cwd=folder)
                token = next(word for word in told.split() if len(word) > 30)
                port = free_port()
                # No limit on how often one program may ask: one program asks for everybody.
                command += ["api", "--listen", f"127.0.0.1:{port}", "--per-token", 0, "--per-address", 0, "--under-way", 0]
                with Running(command, folder / "log", cwd=folder) as program:
                    wait_for(port, "wfrun", program)
                    self.measure(f"wfrun, {kind}", lanes, [driver, "wfrun", port, token])
            finally:
                if server:
                    server.__exit__()

    def restate(self, how):
        driver, node = self.driver(), self.node_modules()
        for lanes in self.given.in_flight:
            folder = pathlib.Path(tempfile.mkdtemp(dir=self.work))
            ports = {name: free_port() for name in ("ingress", "admin", "node", "service", "numbers")}
            at = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
            settings = {
                "RESTATE_INGRESS__BIND_ADDRESS": at["ingress"],
                "RESTATE_ADMIN__BIND_ADDRESS": at["admin"],
                "RESTATE_BIND_ADDRESS": at["node"],
                "RESTATE_ADVERTISED_ADDRESS": f"http://{at['node']}",
                "RESTATE_LISTEN_MODE": "tcp",
                "RESTATE_LOG_FILTER": "warn",
                "DO_NOT_TRACK": "1",
            }
            if how == "tuned":
                settings["RESTATE_DEFAULT_NUM_PARTITIONS"] = "2"
            server = [node / "node_modules" / ".bin" / "restate-server", "--base-dir", folder / "data", "--node-name", "beside", "--no-logo"]
            # Without a line of log for each invocation, which would be paid for by whoever is measured.
            quiet = {"RESTATE_LOGGING": "ERROR", "NODE_ENV": "production"}
            service_settings = {"PORT": str(ports["service"]), "NUMBERS_PORT": str(ports["numbers"])} | quiet
            with (
                Running(server, folder / "server.log", cwd=folder, env=os.environ | settings) as program,
                Running(["node", node / "restate.mjs"], folder / "service.log", cwd=node, env=os.environ | service_settings) as service,
            ):
                wait_for(ports["admin"], "Restate", program)
                wait_for(ports["service"], "the service for Restate", service)
                self.register(ports)
                self.measure(f"Restate, {how}", lanes, [driver, "restate", ports["ingress"], ports["numbers"]])

    def register(self, ports):
        body = json.dumps({"uri": f"http://127.0.0.1:{ports['service']}"}).encode()
        for _ in range(200):
            request = urllib.request.Request(f"http://127.0.0.1:{ports['admin']}/deployments", body, {"content-type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=10):
                    break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        wait_for(ports["ingress"], "the ingress of Restate")
        time.sleep(1)

    def dbos(self, how):
        python = self.python()
        for lanes in self.given.in_flight:
            server, url = self.postgres()
            try:
                self.measure(f"DBOS, {how}", lanes, [python, HERE / "with_dbos.py", url, how])
            finally:
                server.__exit__()

    def measure(self, engine, lanes, command):
        out = self.work / "took"
        began = time.monotonic()
        command = [*command, lanes, self.given.seconds, out]
        try:
            said = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=self.given.seconds + 60)
        except subprocess.TimeoutExpired:
            return self.told(engine, lanes, None, [], "it did not end within a minute more")
        if said.returncode != 0:
            return self.told(engine, lanes, None, [], (said.stderr.strip().splitlines() or ["it failed"])[-1])
        took = sorted(float(line) for line in out.read_text().split())
        say(f"  ({time.monotonic() - began:.0f} s)")
        return self.told(engine, lanes, len(took) / TRANSITIONS / self.given.seconds, took, "")

    def told(self, engine, lanes, rate, took, why):
        part = lambda share: took[int((len(took) - 1) * share)] if took else None
        row = {"engine": engine, "in_flight": lanes, "instances_per_second": rate, "p50_ms": part(0.5), "p99_ms": part(0.99), "why": why}
        self.rows.append(row)
        say(line(row))


def line(row):
    number = lambda value, digits: "–" if value is None else f"{value:,.{digits}f}"
    cells = [row["engine"], str(row["in_flight"]), number(row["instances_per_second"], 0), number(row["p50_ms"], 1), number(row["p99_ms"], 1)]
    return "| " + " | ".join(cells) + " |" + (f" {row['why']}" if row["why"] else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8, help="measured time of each line, after 2 s of warming up")
    parser.add_argument("--only", choices=["wfrun", "restate", "dbos"], action="append", help="only these engines")
    parser.add_argument("--in-flight", type=int, action="append", help="only so many at once")
    parser.add_argument("--scratch", default=os.path.join(tempfile.gettempdir(), "wf-beside"), help="where other engines are fetched to")
    parser.add_argument("--data", help="on which disk the stores are [default: that of temporary files]")
    parser.add_argument("--wfrun", help="a program that is built already")
    parser.add_argument("--json", help="write the table as JSON, too")
    given = parser.parse_args()
    given.in_flight = given.in_flight or IN_FLIGHT
    only = given.only or ["wfrun", "restate", "dbos"]
    beside = Beside(given)
    try:
        if "wfrun" in only:
            beside.ours("SQLite")
            beside.ours("PostgreSQL")
        if "restate" in only:
            beside.restate("default")
            beside.restate("tuned")
        if "dbos" in only:
            beside.dbos("default")
            beside.dbos("tuned")
    finally:
        shutil.rmtree(beside.work, ignore_errors=True)
    print("| engine | in flight | instances/s | p50 ms | p99 ms |\n|---|---:|---:|---:|---:|")
    for row in beside.rows:
        print(line(row))
    if given.json:
        pathlib.Path(given.json).write_text(json.dumps(beside.rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
