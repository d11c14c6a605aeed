#!/usr/bin/env python3
"""Fits the calibration of crates/graph/src/organisation/calibrate.rs by logistic regression (Newton's method).

    cd bench/who && for world in "10000 1 12 30" "10000 13 16 100" "100000 1 3 30" "1000000 1 2 30"; do
        cargo run --release -- features $world; done | python3 fit.py

Prints the coefficients in the order in which they stand there. Answers from all seeds count three times, those of one party half."""
import csv, math, sys

WEIGHTS = {"all": 3.0, "one": 1.0, "alo": 0.5}


def features(share, density, strength, beyond, back, families, near, sources, looked_at):
    share = min(max(share, 0.0005), 0.9995)
    share, density, sources = math.log(share / (1 - share)), math.log(max(density, 1e-9)), math.log(sources)
    return [1.0, share, density, math.log(strength + 0.1), math.log(beyond + 0.1), math.log(back + 0.01), families,
            near, sources, math.log(looked_at / 1000), share * sources, density * sources]


def solve(matrix, vector):
    size = len(vector)
    rows = [matrix[i][:] + [vector[i]] for i in range(size)]
    for i in range(size):
        pivot = max(range(i, size), key=lambda row: abs(rows[row][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for row in range(i + 1, size):
            factor = rows[row][i] / rows[i][i]
            rows[row] = [a - factor * b for a, b in zip(rows[row], rows[i])]
    solution = [0.0] * size
    for i in reversed(range(size)):
        known = sum(rows[i][j] * solution[j] for j in range(i + 1, size))
        solution[i] = (rows[i][size] - known) / rows[i][i]
    return solution


def fit(data, size, rounds=12, ridge=1e-3):
    weights = [0.0] * size
    for _ in range(rounds):
        slope = [-ridge * weight for weight in weights]
        curve = [[ridge * (i == j) for j in range(size)] for i in range(size)]
        for x, right, counts in data:
            logit = max(-30.0, min(30.0, sum(w * v for w, v in zip(weights, x))))
            said = 1 / (1 + math.exp(-logit))
            error, spread = counts * (right - said), counts * said * (1 - said)
            for i in range(size):
                slope[i] += error * x[i]
                for j in range(i + 1):
                    curve[i][j] += spread * x[i] * x[j]
        for i in range(size):
            for j in range(i):
                curve[j][i] = curve[i][j]
        weights = [weight + step for weight, step in zip(weights, solve(curve, slope))]
    return weights


def main():
    data = []
    for _, _, name, _, right, is_seed, *values in csv.reader(sys.stdin):
        if is_seed == "0":
            data.append((features(*map(float, values)), int(right), WEIGHTS[name[:3]]))
    print(len(data), "things:", " ".join(f"{weight:.3f}" for weight in fit(data, 12)))


main()
