# n, D, P(D >= that). At n = 5,000,000 SciPy's one-sided law loses digits (1e-6), so there Smirnov's expansion stands in.
import json
from math import exp, sqrt
from scipy.stats import kstwo

def expansion(n, z):
    return 2 * exp(-2 * z * z) * (1 - 2 * z / (3 * sqrt(n)) + 2 * z * z / (3 * n) * (1 - 2 * z * z / 3))

rows = []
for n in (1, 2, 3, 5, 7, 10, 50, 139, 140, 141, 500, 5000, 9000, 60000, 100000, 100001, 500000, 5000000):
    for z in (.3, .45, .6, .8, .86, .9, 1.2, 1.47, 1.5, 1.9, 2.01, 2.5, 4, 8, 15):
        x = z / n ** .5
        if x < 1 and not (n == 5000000 and z > 3):
            rows.append([n, x, expansion(n, z) if n == 5000000 and z >= 1.5 else float(kstwo.sf(x, n))])
print(json.dumps(rows))
