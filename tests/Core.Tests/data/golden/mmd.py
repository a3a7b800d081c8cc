"""mmd.json: the maximum mean discrepancy of small sets by its definition, double sums over all pairs with 40 digits (mpmath 1.2.1): the unbiased U-statistic and
the biased V-statistic (Gretton et al. 2012, eq. 3 and 5), the median heuristic by sorting, and the p-value of every deal of the rows. Streams: SplitMix64."""
import itertools, json
from mpmath import mp, mpf, exp
mp.dps = 40
M = 2 ** 64 - 1

def units(state, n):
    out = []
    for _ in range(n):
        state = (state + 0x9E3779B97F4A7C15) & M
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M
        out.append(((z ^ (z >> 31)) >> 11) / 2 ** 53)
    return out

def squares(rows):
    return [[sum((mpf(a) - mpf(b)) ** 2 for a, b in zip(r, s)) for s in rows] for r in rows]

def statistics(kernel, first, second):
    n, m = len(first), len(second)
    xx = sum(kernel[i][j] for i in first for j in first); yy = sum(kernel[i][j] for i in second for j in second); xy = sum(kernel[i][j] for i in first for j in second)
    uxx = sum(kernel[i][j] for i in first for j in first if i != j); uyy = sum(kernel[i][j] for i in second for j in second if i != j)
    return uxx / (n * (n - 1)) + uyy / (m * (m - 1)) - 2 * xy / (n * m), xx / n ** 2 + yy / m ** 2 - 2 * xy / (n * m)

def case(x, y, sigma):
    rows = x + y; d2 = squares(rows); n = len(x)
    if sigma is None:
        pairs = sorted(d2[i][j] for i in range(len(rows)) for j in range(i) if d2[i][j] > 0)
        square = pairs[len(pairs) // 2] if pairs else mpf(1)
    else: square = mpf(sigma) ** 2
    kernel = [[exp(-d / (2 * square)) for d in row] for row in d2]
    everyone = range(len(rows))
    unbiased, biased = statistics(kernel, everyone[:n], everyone[n:])
    deals = [statistics(kernel, s, [i for i in everyone if i not in s])[0] for s in itertools.combinations(everyone, n)]
    return dict(x=x, y=y, sigma=sigma, unbiased=float(unbiased), biased=float(max(biased, 0)), p=sum(d >= unbiased - mpf(10) ** -30 for d in deals) / len(deals))

def rows(seed, n, d, shift=0.0): return [[v * 2 + shift if k == 0 else v * 2 for k, v in enumerate(units(seed + i, d))] for i in range(n)]

cases = [case(rows(100 + 37 * k, n, d), rows(900 + 41 * k, m, d, shift), sigma) for k, (n, m, d, shift, sigma) in enumerate(
    [(2, 2, 1, 0, None), (3, 4, 2, 0, None), (5, 5, 3, 0, 1.0), (5, 6, 2, .8, None), (4, 7, 1, 1.5, .5), (6, 6, 4, .5, None), (2, 9, 2, 0, None)])]
cases.append(case([[1.0], [1.0], [2.0]], [[1.0], [2.0], [2.0]], None))  # ties
cases.append(case([[3.0, 4.0]] * 3, [[3.0, 4.0]] * 2, None))             # all alike
json.dump(dict(cases=cases), open('mmd.json', 'w'))
print([(c['unbiased'], c['p']) for c in cases])
