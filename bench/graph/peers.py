#!/usr/bin/env python3
"""Runs NetworKit and igraph on the graph and the questions of `cargo run --release -p entente-graph --example bench -- DIR`
and prints their times, the ratio to ours, and whether the answers agree.

    python3 -m venv venv && venv/bin/pip install networkit igraph numpy
    venv/bin/python bench/graph/peers.py DIR

Each peer and each view runs in a process of its own. Two views: `all` is every edge; `part` is what the viewer of 60 in
64 compartments sees. The peers know no compartments, so for `part` they are given the visible edges only, which
spares them the filter. Times are medians (and means) in ms for questions, wall seconds for the rest."""
import json, os, subprocess, sys, time
import numpy as np

BUDGET = float(os.environ.get("BUDGET", "60"))  # seconds per workload; the answers compared are those of the questions asked


def columns(folder, view, q):
    read = lambda name, kind: np.fromfile(os.path.join(folder, name), dtype=kind)
    src, dst, kind, ts = read("src", "<u4"), read("dst", "<u4"), read("etype", "u1"), read("ts", "<u4")
    if view == "part":
        seen = read("comp", "<u2") < q["seen"]
        src, dst, kind, ts = src[seen], dst[seen], kind[seen], ts[seen]
    return src, dst, kind, ts


def ask(question, items, warm=0):
    for item in items[:warm]:
        question(item)
    times, answers, began = [], [], time.perf_counter()
    for item in items:
        start = time.perf_counter()
        answers.append(int(question(item)))
        times.append((time.perf_counter() - start) * 1e3)
        if time.perf_counter() - began > BUDGET:
            break
    return {"median": float(np.median(times)), "mean": float(np.mean(times)), "asked": len(times), "sum": sum(answers)}


def once(work):
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def networkit(folder, view, q):
    import networkit as nk
    nk.setNumberOfThreads(2)
    n, out = q["n"], {}
    src, dst, _, _ = columns(folder, view, q)
    make = lambda directed: nk.GraphFromCoo((src.astype(np.uint64), dst.astype(np.uint64)), n=n, directed=directed)
    seconds, g = once(lambda: make(False))
    out["load"] = {"median": seconds}

    def within(hops):
        def count(seed):
            b = nk.distance.BFS(g, seed, storePaths=False)
            b.run()
            return (np.asarray(b.getDistances()) <= hops).sum()
        return count
    out["3 hops"] = ask(within(3), q["seeds"])

    def path(pair):
        if pair[0] == pair[1]:
            return 1
        b = nk.distance.BidirectionalBFS(g, pair[0], pair[1], True)
        b.run()
        return 0 if b.getDistance() > 1e9 else int(b.getDistance()) + 1
    out["shortest path"] = ask(path, q["pairs"], warm=5)

    def components():
        c = nk.components.ParallelConnectedComponents(g, False)
        c.run()
        return c.numberOfComponents()
    seconds, count = once(components)
    # Ours leaves out vertices without a visible link.
    degrees = np.bincount(src, minlength=n) + np.bincount(dst, minlength=n)
    out["components"] = {"median": seconds, "count": int(count - (degrees == 0).sum())}
    g = make(True)

    def importance():
        p = nk.centrality.PageRank(g, damp=.85, tol=1e-8)
        p.run()
        return p
    seconds, p = once(importance)
    out["importance"] = {"median": seconds, "top": [int(np.argmax(p.scores()))], "rounds": p.numberOfIterations()}
    return out


def igraph(folder, view, q):
    import igraph as ig
    n, out = q["n"], {}
    src, dst, kind, ts = columns(folder, view, q)
    seconds, g = once(lambda: ig.Graph(n, np.column_stack([src, dst]).astype(np.int64), directed=True))
    out["load"] = {"median": seconds}
    for hops in (2, 3):
        out["%d hops" % hops] = ask(lambda seed: g.neighborhood_size(seed, order=hops, mode="all"), q["seeds"], warm=2)

    def typed(question):
        seed, (start, stop) = question
        chosen = np.flatnonzero((kind < 3) & (ts >= start) & (ts < stop))
        return g.subgraph_edges(chosen, delete_vertices=False).neighborhood_size(seed, order=3, mode="all")
    out["3 hops typed, 30 days"] = ask(typed, list(zip(q["seeds"], q["windows"])))
    out["shortest path"] = ask(lambda p: len(g.get_shortest_path(p[0], p[1], mode="all")), q["pairs"])
    seconds, count = once(lambda: len(g.connected_components(mode="weak")))
    degrees = np.bincount(src, minlength=n) + np.bincount(dst, minlength=n)
    out["components"] = {"median": seconds, "count": int(count - (degrees == 0).sum())}
    seconds, ranks = once(lambda: np.asarray(g.pagerank(directed=True, implementation="prpack")))
    # Vertices without links get a share of igraph's ranks; the others keep their proportions, so scale.
    linked = degrees > 0
    ranks = np.where(linked, ranks, 0) / ranks[linked].sum()
    top = np.argsort(-ranks)[:5]
    out["importance"] = {"median": seconds, "top": [int(v) for v in top], "ranks": [float(ranks[v]) for v in top]}
    return out


WORK = ["load", "2 hops", "3 hops", "3 hops typed, 30 days", "shortest path", "components", "importance"]


def agreement(name, ours, theirs, folder, view, q):
    if name == "components":
        return "yes" if ours["count"] == theirs["count"] else "NO: %s, %s" % (ours["count"], theirs["count"])
    if name == "importance":
        tops = [vertex for vertex, _ in ours["top"]][:len(theirs["top"])]
        close = all(abs(a - b) < 1e-9 for (_, a), b in zip(ours["top"], theirs.get("ranks", [])))
        return "yes" if tops == theirs["top"] and close else "NO: %s, %s" % (ours["top"], theirs)
    if "sum" in theirs:
        expected = sum(ours["answers"][:theirs["asked"]])
        return ("yes (%d asked)" if expected == theirs["sum"] else "NO (%d asked)") % theirs["asked"]
    return ""


def main():
    folder = sys.argv[1]
    q = json.load(open(os.path.join(folder, "queries.json")))
    if len(sys.argv) > 2:
        print(json.dumps({"networkit": networkit, "igraph": igraph}[sys.argv[2]](folder, sys.argv[3], q)))
        return
    ours = json.load(open(os.path.join(folder, "ours.json")))
    bad = False
    for view in ("part", "all"):
        seen = "%d of %d" % (q["seen"], q["compartments"]) if view == "part" else "all"
        print("\nviewer of %s compartments; ms a question, s for load, components, importance\n" % seen)
        print("| | peer | ours, median | peer, median | peer, mean | peer / ours | same answers |\n|---|---|---|---|---|---|---|", flush=True)
        for peer in ("networkit", "igraph"):
            run = subprocess.run([sys.executable, __file__, folder, peer, view], capture_output=True, text=True)
            if run.returncode:
                sys.exit("%s failed: %s" % (peer, run.stderr))
            theirs = json.loads(run.stdout.strip().splitlines()[-1])
            for name in WORK:
                if name not in theirs:
                    continue
                mine = ours["build"]["rebuild s"] if name == "load" else ours["ask"][view][name]
                same = agreement(name, mine, theirs[name], folder, view, q)
                bad |= same.startswith("NO")
                mean = "%.4g" % theirs[name]["mean"] if "mean" in theirs[name] else ""
                print("| %s | %s | %.4g | %.4g | %s | %.3g | %s |" % (name, peer, mine["median"], theirs[name]["median"], mean, theirs[name]["median"] / mine["median"], same), flush=True)
    sys.exit(1 if bad else 0)


main()
