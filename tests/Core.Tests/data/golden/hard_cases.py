"""hard_cases.json: samples and tables at the edges of doubles, ties and sizes. Means, variances and distances in exact fractions, tails with 50 digits
(mpmath 1.2.1), rank statistics by SciPy 1.10.1 (they only see the order), Fisher by exact enumeration of whole numbers.

Samples of many values are not stored: value i of stream s is unit(s) = (SplitMix64 with state s, i-th output >> 11) / 2^53, i from 1, through the map named."""
import json, math, warnings
from fractions import Fraction as F
import numpy as np
from mpmath import mp, mpf, betainc, gammainc, erfc, beta
from scipy import stats
warnings.filterwarnings('ignore')
mp.dps = 50
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

def student(t, v):
    if v > 1000: return 2 * stats.t.sf(float(t), float(v))  # mpmath does not converge
    x = v / (v + t * t)
    if x < mpf(10) ** -30:
        a = v / 2
        return x ** a / (a * beta(a, mpf(1) / 2)) * (1 + a / 2 / (a + 1) * x)
    return betainc(v / 2, mpf(1) / 2, 0, x, regularized=True)

def real(f): return mpf(f.numerator) / f.denominator
def near(f):
    """The nearest double of a fraction, denormals included, None above the largest."""
    try: return f.numerator / f.denominator
    except OverflowError: return None

def exact(x, y):
    xs, ys = [F(v) for v in x], [F(v) for v in y]
    n, m = len(xs), len(ys)
    points = sorted(set(xs) | set(ys))
    cx, cy = sorted(xs), sorted(ys)
    w = e = F(0); d = F(0); i = j = 0
    for at, point in enumerate(points):
        while i < n and cx[i] <= point: i += 1
        while j < m and cy[j] <= point: j += 1
        gap = abs(F(i, n) - F(j, m)); d = max(d, gap)
        if at + 1 < len(points):
            w += gap * (points[at + 1] - point); e += gap * gap * (points[at + 1] - point)
    out = dict(ks=near(d), wasserstein=near(w), energy=float(mp.sqrt(2 * real(e))))
    if n > 1 and m > 1:
        mx, my = sum(xs) / n, sum(ys) / m
        a = sum((v - mx) ** 2 for v in xs) / (n - 1) / n
        b = sum((v - my) ** 2 for v in ys) / (m - 1) / m
        if a + b > 0:
            t = real(mx - my) / mp.sqrt(real(a + b))
            v = real((a + b) ** 2 / (a * a / (n - 1) + b * b / (m - 1)))
            out['welch'] = [float(t), float(student(abs(t), v))]
    return out

def tail_mwu(x, y):
    """SciPy's U and tie term, the tail with 50 digits."""
    n, m = len(x), len(y); N = n + m
    r = stats.rankdata(np.concatenate([x, y])); u = float(r[:n].sum() - n * (n + 1) / 2)
    _, c = np.unique(np.concatenate([x, y]), return_counts=True)
    tie = sum(int(k) ** 3 - int(k) for k in c)
    s2 = mpf(n * m) / 12 * (N + 1 - mpf(tie) / (N * (N - 1)))
    if s2 == 0: return [u, 1.0]
    return [u, float(min(mpf(1), erfc((max(u, n * m - u) - mpf(n * m) / 2 - mpf(1) / 2) / mp.sqrt(s2) / mp.sqrt(2))))]

def ranks(x, y):
    x, y = np.array(x), np.array(y)
    if max(abs(x).max(), abs(y).max()) > 1e305: x, y = x / 16, y / 16  # SciPy takes an overflowing sum for a missing value
    out = dict(mannwhitney=tail_mwu(x, y))
    ks = stats.ks_2samp(x, y)
    out['ks_p'] = float(ks.pvalue)
    if len(set(x) | set(y)) == len(x) + len(y) and len(x) + len(y) < 200:
        try: out['mwu_exact'] = float(stats.mannwhitneyu(x, y, method='exact').pvalue)
        except ValueError: pass  # SciPy 1.10.1 fails where U is as large as can be
    if min(len(x), len(y)) > 1:
        c = stats.cramervonmises_2samp(x, y, method='asymptotic'); out['cramervonmises'] = [float(c.statistic), float(c.pvalue)]
        try: a = stats.anderson_ksamp([x, y]); out['anderson'] = [float(a.statistic), float(a.significance_level)]
        except Exception: out['anderson'] = None
    return out

u = units
small = {
    'narrow_at_1e9': ([1e9 + v * 1e-3 for v in u(1, 40)], [1e9 + 2e-4 + v * 1e-3 for v in u(2, 50)]),
    'narrow_at_minus_1e15': ([-1e15 + math.floor(v * 9) / 8 for v in u(3, 60)], [-1e15 + math.floor(v * 10) / 8 for v in u(4, 45)]),
    'denormals': ([math.floor(v * 90) * 5e-324 for v in u(5, 30)], [math.floor(v * 120) * 5e-324 for v in u(6, 25)]),
    'heavy_ties': ([math.floor(v * 4) * 1.0 for v in u(7, 60)], [math.floor(v * v * 4) * 1.0 for v in u(8, 80)]),
    'two_valued': ([1.0 if v < .3 else 0.0 for v in u(9, 50)], [1.0 if v < .45 else 0.0 for v in u(10, 70)]),
    'two_valued_far': ([1e300 if v < .3 else -1e300 for v in u(11, 30)], [1e300 if v < .6 else -1e300 for v in u(12, 20)]),
    'whole_range': ([(v * 2 - 1) * 1.75e308 for v in u(13, 30)], [(v * 2 - .8) * 1.4e308 for v in u(14, 30)]),
    'all_scales': ([10.0 ** (v * 600 - 300) for v in u(15, 40)], [-(10.0 ** (v * 600 - 300)) for v in u(16, 40)]),
    'signed_zeros': ([0.0, -0.0, 0.0, 1.0, -1.0], [-0.0, -0.0, 2.0, 1.0]),
    'one_one_equal': ([3.0], [3.0]), 'one_one_apart': ([3.0], [4.0]), 'one_two': ([2.0], [1.0, 3.0]), 'two_one': ([5.0, 6.0], [1.0]),
    'two_two': ([1.0, 2.0], [3.0, 4.0]), 'two_two_tied': ([1.0, 1.0], [1.0, 2.0]), 'two_constants': ([1.0, 1.0], [2.0, 2.0]),
    'one_thousand': ([.5], u(17, 1000)), 'far_apart': (u(18, 400), [v + 1e6 for v in u(19, 300)]), 'hair_apart': ([1.0] * 20, [1.0] * 19 + [1.0000000000000002]),
}
cases = [dict(name=k, x=x, y=y, **exact(x, y), **ranks(x, y)) for k, (x, y) in small.items()]

maps = {'plain': lambda v: v, 'moved': lambda v: v + .004, 'tenths': lambda v: float(math.floor(v * 10)), 'tenths_squared': lambda v: float(math.floor(v * v * 10)), 'offset': lambda v: 1e9 + v}
for name, s, t, f, g in [('large', 101, 102, 'plain', 'moved'), ('large_ties', 103, 104, 'tenths', 'tenths_squared'), ('large_offset', 105, 106, 'offset', 'offset'), ('large_same', 107, 108, 'plain', 'plain')]:
    x, y = [maps[f](v) for v in u(s, 100000)], [maps[g](v) for v in u(t, 100000)]
    cases.append(dict(name=name, streams=[s, t], maps=[f, g], n=100000, first=[x[0], y[0]], **exact(x, y), **ranks(x, y)))

def hypergeometric(a, b, c, d):
    n, m, k = a + b, c + d, a + c
    ways = {i: math.comb(n, i) * math.comb(m, k - i) for i in range(max(0, k - m), min(n, k) + 1)}
    return near(F(sum(w for w in ways.values() if w <= ways[a]), math.comb(n + m, k)))

def divergences(p, q):
    P, Q = [F(v) / F(sum(map(F, p))) for v in p], [F(v) / F(sum(map(F, q))) for v in q]
    ln = lambda f: mp.log(real(f))
    fill = lambda s: s if s > 0 else F(1e-4)
    kl = lambda a, b: mp.inf if any(s > 0 and t == 0 for s, t in zip(a, b)) else sum(real(s) * ln(s / t) for s, t in zip(a, b) if s > 0)
    mid = [(s + t) / 2 for s, t in zip(P, Q)]
    root = lambda f: mp.sqrt(real(f))
    return dict(psi=float(sum(real(fill(t) - fill(s)) * ln(fill(t) / fill(s)) for s, t in zip(P, Q))), js=float(mp.sqrt((kl(P, mid) + kl(Q, mid)) / 2)), kl=float(kl(P, Q)) if kl(P, Q) < mp.inf else 'Infinity',
                hellinger=float(mp.sqrt(sum((root(s) - root(t)) ** 2 for s, t in zip(P, Q)) / 2)), tv=near(sum(abs(s - t) for s, t in zip(P, Q)) / 2))

def tables(p, q):
    rows = [[F(v) for v in p], [F(v) for v in q]]; totals = [sum(r) for r in rows]; columns = [s + t for s, t in zip(*rows)]
    chi, g = F(0), mpf(0)
    for row, total in zip(rows, totals):
        for o, c in zip(row, columns):
            e = total * c / sum(totals)
            if e: chi += (o - e) ** 2 / e
            if o: g += 2 * real(o) * mp.log(real(o / e))
    k = sum(c > 0 for c in columns) - 1
    sf = lambda s: 1.0 if k == 0 else float(gammainc(mpf(k) / 2, s / 2, regularized=True))
    return dict(chi=[near(chi), sf(real(chi))], g=[float(g), sf(g)])

def case(p, q):
    out = dict(p=p, q=q, **divergences(p, q), **tables(p, q))
    if len(p) == 2:
        a, b, c, d = map(int, [*p, *q])
        if a + b + c + d <= 50000: out['fisher'] = hypergeometric(a, b, c, d)
        pool = F(a + c, a + b + c + d)
        if 0 < pool < 1:
            z = real(F(a, a + b) - F(c, c + d)) / mp.sqrt(real(pool * (1 - pool) * (F(1, a + b) + F(1, c + d))))
            out['z'] = [float(z), float(erfc(abs(z) / mp.sqrt(2)))]
    return out

many = [[float(math.floor(v * v * v * 50)) for v in u(s, 300)] for s in (201, 202)]
pairs = [([1, 0], [0, 1]), ([1, 0], [1, 0]), ([2, 0], [0, 1]), ([0, 5], [5, 0]), ([1, 1], [1, 1]), ([500, 0], [0, 500]), ([999999, 1], [999990, 10]), ([10000, 15000], [10200, 14800]), ([3, 997], [12, 988]),
         ([40, 0], [39, 1]), ([7, 12341], [0, 20]), ([10 ** 12, 10 ** 12], [10 ** 12 + 10 ** 7, 10 ** 12 - 10 ** 7]), ([10 ** 15, 1], [1, 10 ** 15]), ([1e-3, 2e-3, 0], [2e-3, 1e-3, 1e-3]),
         ([5, 0, 3, 0], [0, 7, 2, 0]), ([1, 10 ** 6, 0], [0, 10 ** 6, 1]), tuple(many)]
def text(node):
    if isinstance(node, dict): return {k: text(v) for k, v in node.items()}
    if isinstance(node, list): return [text(v) for v in node]
    return 'NaN' if isinstance(node, float) and math.isnan(node) else node

json.dump(text(dict(cases=cases + [dict(name='tables', tables=[case([float(v) for v in p], [float(v) for v in q]) for p, q in pairs])])), open('hard_cases.json', 'w'))
