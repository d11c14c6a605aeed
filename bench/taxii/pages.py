#!/usr/bin/env python3
"""Pages of 1,000 released objects over TAXII, beside nginx serving the same page as a static file: same machine, same certificate,
same client (wrk), one after the other and again, so that a noisy machine is noisy for both.

    cargo build --release -p entente-node
    apt-get install wrk nginx-light openssl
    bench/taxii/pages.py target/release/entente [SECONDS]

Two nodes sign the template of a company and the police; the company learns of as many indicators as ten pages hold, and the
discloser releases them. What is fetched is the first page, and then each page in turn, as by a partner that catches up. Prints pages a
second for each, what a page costs the server in CPU time, which a busy machine changes least, and figures for `cargo xtask bench
taxii`."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

PAGES = 10
MEDIA = "application/taxii+json;version=2.1"
CONNECTIONS, THREADS = 8, 2


def main():
    for program in ["wrk", "nginx", "openssl"]:
        if not shutil.which(program):
            sys.exit(f"`{program}` is missing: apt-get install wrk nginx-light openssl")
    binary, seconds = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 8
    room = tempfile.mkdtemp(prefix="taxii-bench-")
    running = []
    try:
        measure(binary, seconds, room, running)
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
            process.wait()
        shutil.rmtree(room)


def measure(binary, seconds, room, running):
    pem, key = certificate(room)
    address, secret = company(binary, room, pem, key, running)
    ask = lambda path: fetch(f"https://{address}{path}", secret, pem)
    collections = json.loads(ask("/exchange/collections/")[1])["collections"]
    objects = f"/exchange/collections/{collections[0]['id']}/objects/"
    wait_for(ask, objects)
    queries, page, query = [], None, ""
    while True:
        head, body = ask(objects + query)
        if len(json.loads(body)["objects"]) < 1000:
            break
        queries.append(objects + query)
        page = page or body
        query = "?added_after=" + urllib.parse.quote(head["x-taxii-date-added-last"])
    port = nginx(room, pem, key, page, running)
    print(f"a page has {len(page)} bytes; {len(queries)} pages; wrk with {CONNECTIONS} connections, {seconds} s each")
    header = f"Authorization: Bearer {secret}"
    node, static = running
    servers = [
        ("nginx, a static file", static, f"https://127.0.0.1:{port}/page", None),
        ("TAXII, the first page", node, f"https://{address}{queries[0]}", None),
        ("TAXII, page by page", node, f"https://{address}/", queries),
    ]
    rates, costs = {}, {}
    for _ in range(2):
        for name, server, url, paths in servers:
            before = cpu(server.pid)
            pages, rate = wrk(url, header, seconds, room, paths)
            rates.setdefault(name, []).append(rate)
            costs.setdefault(name, []).append(1000 * (cpu(server.pid) - before) / pages)
    for name, runs in rates.items():
        each = ", ".join(f"{rate:.0f}/s at {cost:.2f} ms" for rate, cost in zip(runs, costs[name]))
        print(f"{name:24} {each}")
    nginx_rate, first, each = (max(runs) for runs in rates.values())
    nginx_cost, _, each_cost = (min(runs) for runs in costs.values())
    figure(f"nginx, a static file of {len(page):,} bytes over TLS 1.3", nginx_rate, "pages/s", None)
    figure("TAXII pages of 1,000 released objects, the first", first, "pages/s", 200)
    figure("TAXII pages of 1,000 released objects, each in turn", each, "pages/s", 200)
    figure("TAXII pages, each in turn, against nginx", each / nginx_rate, "times", 0.1)
    figure("CPU time of a page of nginx", nginx_cost, "ms", None)
    figure("CPU time of a TAXII page, each in turn (10 ms is 200 a second on two cores)", each_cost, "ms", 10)


def figure(name, value, unit, target):
    better = "lower" if unit == "ms" else "higher"
    print(json.dumps({"name": name, "value": value, "unit": unit, "target": target, "better": better}))


def cpu(pid):
    """Seconds of CPU that a process and its children have used (proc(5))."""
    total = 0
    for process in [pid, *children(pid)]:
        with open(f"/proc/{process}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def company(binary, room, pem, key, running):
    """A company's node with an agreement in force and everything to tell; answers where TAXII is, and a secret."""
    run = lambda who, *args: json.loads(
        subprocess.run([binary, "--data", f"{room}/{who}", *args, "--json"], check=True, capture_output=True).stdout)
    write(f"{room}/keys.json", json.dumps(run("police", "peer", "key")))
    draft = f"{room}/agreement.json"
    subprocess.run([binary, "--data", f"{room}/company", "agreement", "new", "--template", "company-police", "--as", "company",
                    "--keys", f"police={room}/keys.json", "-o", draft], check=True)
    run("company", "agreement", "sign", draft, "--as", "company")
    run("police", "agreement", "sign", draft, "--as", "police")
    assert run("company", "agreement", "accept", draft)["standing"] == "in_force"
    secret = run("company", "peer", "token", "add", "police")["secret"]
    write(f"{room}/told.json", json.dumps({"type": "bundle", "id": f"bundle--{uuid(0)}", "objects": list(told())}))
    run("company", "import", f"{room}/told.json", "--source", "company", "--tlp", "green")
    serve = subprocess.Popen(
        [binary, "--data", f"{room}/company", "serve", "--listen", "127.0.0.1:0", "--taxii", "127.0.0.1:0", "--taxii-cert", pem,
         "--taxii-key", key, "--taxii-rate", "1000000", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    running.append(serve)
    return json.loads(serve.stdout.readline())["taxii"], secret


def uuid(number):
    return f"{number:08x}-6d5b-4a1c-9f3e-5d2c7b8a9e10"


def told():
    """Indicators of the size that feeds have."""
    for number in range(PAGES * 1000 + 1):
        yield {
            "type": "indicator", "spec_version": "2.1", "id": f"indicator--{uuid(number)}",
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-02T00:00:00.000Z",
            "valid_from": "2026-01-01T00:00:00.000Z", "indicator_types": ["malicious-activity"], "pattern_type": "stix",
            "pattern": f"[domain-name:value = 'wick-{number}.lamp-relay.example' OR url:value = 'https://lamp-{number}.example/r']",
            "kill_chain_phases": [{"kill_chain_name": "lockheed-martin-cyber-kill-chain", "phase_name": "delivery"}],
        }


def certificate(room):
    pem, key = f"{room}/certificate.pem", f"{room}/key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                    "-out", pem, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True)
    return pem, key


def fetch(url, secret, pem):
    import ssl
    import urllib.request
    request = urllib.request.Request(url, headers={"Accept": MEDIA, "Authorization": f"Bearer {secret}"})
    with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=pem)) as answer:
        return {name.lower(): value for name, value in answer.headers.items()}, answer.read()


def wait_for(ask, objects):
    last = f"{objects}indicator--{uuid(PAGES * 1000)}/"
    for _ in range(600):
        try:
            ask(last)
            return
        except Exception:
            time.sleep(0.2)
    sys.exit("the objects were not released")


def nginx(room, pem, key, page, running):
    os.makedirs(f"{room}/www")
    with open(f"{room}/www/page", "wb") as file:
        file.write(page)
    port = 17190
    write(f"{room}/nginx.conf", f"""
daemon off; worker_processes auto; pid {room}/nginx.pid; error_log {room}/error.log;
events {{ worker_connections 256; }}
http {{ access_log off; sendfile on; keepalive_requests 1000000; default_type "{MEDIA}"; client_body_temp_path {room}/t1;
  proxy_temp_path {room}/t2; fastcgi_temp_path {room}/t3; uwsgi_temp_path {room}/t4; scgi_temp_path {room}/t5;
  server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {pem}; ssl_certificate_key {key}; ssl_protocols TLSv1.3; root {room}/www; }} }}
""")
    # Workers run as another user when root starts them.
    subprocess.run(["chmod", "-R", "a+rX", room], check=True)
    running.append(subprocess.Popen(["nginx", "-c", f"{room}/nginx.conf"], stderr=subprocess.DEVNULL))
    time.sleep(1)
    return port


def wrk(url, header, seconds, room, paths):
    """How many pages, and pages a second."""
    args = ["wrk", "-t", str(THREADS), "-c", str(CONNECTIONS), "-d", f"{seconds}s", "-H", header, "-H", f"Accept: {MEDIA}"]
    if paths:
        listed = ", ".join(json.dumps(path) for path in paths)
        write(f"{room}/paths.lua", f"local paths = {{ {listed} }}\nlocal at = 0\n"
              "request = function() at = at % #paths + 1 return wrk.format('GET', paths[at]) end\n")
        args += ["-s", f"{room}/paths.lua"]
    said = subprocess.run([*args, url], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said:
        sys.exit(said)
    pages = next(int(line.split()[0]) for line in said.splitlines() if " requests in " in line)
    return pages, float(next(line.split(":")[1] for line in said.splitlines() if line.startswith("Requests/sec")))


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


main()
