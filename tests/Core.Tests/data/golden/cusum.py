"""cusum.json: both sums of the tabular CUSUM after every observation, in exact fractions: the largest sum over a tail of what exceeds the slack
(Page 1954; the recurrence of the code is its equal, not its copy). Plain Python; the streams are made here, none is published."""
import json
from fractions import Fraction as F

def sums(xs, target, slack):
    def side(sign, t):
        tails = [sum((sign * (x - target) - slack for x in xs[s:t]), F(0)) for s in range(t)]
        return max([F(0), *tails])
    return [(side(1, t), side(-1, t)) for t in range(1, len(xs) + 1)]

def stream(state, n, steps):
    """Quarters from a linear congruence, shifted by the step that holds at each place."""
    xs = []
    for i in range(n):
        state = (state * 1103515245 + 12345) % 2 ** 31
        xs.append(F((state >> 16) % 17 - 8, 4) + [shift for start, shift in steps if i >= start][-1])
    return xs

cases = []
for seed, steps, target, slack, limit in [(1, [(0, F(0))], F(0), F(1, 2), F(9)), (2, [(0, F(0)), (25, F(3, 2))], F(0), F(1, 2), F(6)),
                                          (3, [(0, F(325)), (30, F(323))], F(325), F(3, 8), F(17, 4)), (4, [(0, F(2))], F(2), F(0), F(4)), (5, [(0, F(0)), (10, F(100))], F(0), F(1, 4), F(1))]:
    xs = stream(seed, 60, steps)
    both = sums(xs, target, slack)
    alarm = next((t for t, pair in enumerate(both) if max(pair) > limit), None)
    cases.append(dict(stream=[float(x) for x in xs], target=float(target), slack=float(slack), limit=float(limit), alarm=alarm,
                      high=[float(h) for h, _ in both], low=[float(l) for _, l in both]))
json.dump(dict(cases=cases), open('cusum.json', 'w'))
print([c['alarm'] for c in cases])
