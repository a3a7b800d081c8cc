"""tails.json: far tails of Student's t, chi-square and the normal law with 60 digits (mpmath 1.2.1), and Welch's interval (statsmodels 0.13.5)."""
import json
from mpmath import mp, mpf, betainc, gammainc, erfc, sqrt
import numpy as np
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

mp.dps = 60

def student(t, v):
    v, t = mpf(v), mpf(t)
    x = v / (v + t * t)
    if x < mpf(10) ** -40:  # the first two terms of the series, where the library is slow
        a = v / 2
        return x ** a / (a * mp.beta(a, mpf(1) / 2)) * (1 + a * mpf(1) / 2 / (a + 1) * x)
    return betainc(v / 2, mpf(1) / 2, 0, x, regularized=True)

rows = []
for v in (1, 1.5, 2, 5, 29.3, 1000, 100000.5):
    for t in (1e-9, .1, 1, 5, 12.5, 37, 1e3, 1e10, 1e100, 1e200, 1e300):
        p = float(student(t, v))
        if p > 0: rows.append([t, v, p])
chi = [[x, k, float(gammainc(mpf(k) / 2, mpf(x) / 2, regularized=True))]
       for k in (1, 2, 7, 50, 999, 20000) for x in (1e-6, .5, 3, 40, 700, 1400, 1480, 2500, 19000, 20500, 26000)]
normal = [[z, float(erfc(mpf(z) / sqrt(mpf(2))))] for z in (0, 1e-8, .5, 2, 6, 15, 25, 35, 37.5, 38, 38.4)]

def welch(x, y, level):
    low, high = CompareMeans(DescrStatsW(np.array(x)), DescrStatsW(np.array(y))).tconfint_diff(alpha=1 - level, usevar='unequal')
    return dict(x=x, y=y, level=level, low=low, high=high)

rng = np.random.default_rng(20261123)
samples = [([1., 2, 3], [2., 2.5]), (rng.normal(0, 1, 20).tolist(), rng.normal(1, 3, 9).tolist()),
           (rng.normal(1e6, 1, 50).tolist(), rng.normal(1e6, .1, 70).tolist()), ([0., 1], [5., 5]), (rng.exponential(1, 300).tolist(), rng.exponential(2, 200).tolist())]
json.dump(dict(cases=[dict(student=rows, chi=chi, normal=normal)] + [welch(x, y, level) for x, y in samples for level in (.5, .95, .999)]), open('tails.json', 'w'))
