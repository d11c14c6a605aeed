#!/usr/bin/env python3
"""Fits the calibration of crates/graph/src/organisation/calibrate.rs by logistic regression (Newton's method); needs numpy.

    cd bench/who && for world in "10000 1 20 30" "10000 1 20 30" "10000 1 20 100" "1000000 1 3 30" "1000000 5 6 100"; do
        cargo run --release -- features $world; done | python3 fit.py

Prints the weights in the order in which they stand there. Answers from all seeds count three times, those of one party half. Worlds
with 3 per cent wrong stand there twice: they have fewer things that may be taken for members."""
import csv, sys

import numpy

WEIGHTS = {"all": 3.0, "one": 1.0, "alo": 0.5}


def terms(of):
    (share, apart, density, strength, beyond, back, families, near, sources, looked_at,
     inside, outside, support, best, second, single) = of.T
    log = numpy.log
    odds = lambda share: log(numpy.clip(share, 0.0005, 0.9995)) - log(1 - numpy.clip(share, 0.0005, 0.9995))
    share, apart, density, sources, single = odds(share), odds(apart), log(numpy.maximum(density, 1e-9)), log(sources), log(single)
    return numpy.column_stack([
        numpy.ones_like(share), share, apart - share, density, log(strength + 0.1), log(beyond + 0.1), log(back + 0.01), families,
        near, sources, log(looked_at / 1000), share * sources, density * sources, log(inside + 0.1), log(outside + 0.1),
        log(support + 0.1), log(best + 0.02), log(second + 0.02), single, single * numpy.minimum(inside, 2.0)])


def fit(x, right, counts, rounds=25, ridge=1e-2):
    weights = numpy.zeros(x.shape[1])
    for _ in range(rounds):
        said = 1 / (1 + numpy.exp(-numpy.clip(x @ weights, -30, 30)))
        slope = x.T @ (counts * (right - said)) - ridge * weights
        curve = (x * (counts * said * (1 - said))[:, None]).T @ x + ridge * numpy.eye(x.shape[1])
        weights += numpy.linalg.solve(curve, slope)
    return weights


def main():
    values, right, counts = [], [], []
    for _, _, name, _, is_right, is_seed, *of in csv.reader(sys.stdin):
        if is_seed == "0":
            values.append([float(value) for value in of])
            right.append(int(is_right))
            counts.append(WEIGHTS[name[:3]])
    weights = fit(terms(numpy.array(values)), numpy.array(right), numpy.array(counts))
    print(len(values), "things:", ", ".join(f"{weight:.3f}" for weight in weights))


main()
