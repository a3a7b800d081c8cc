"""cusum_runs.json: the exact mean run length of the two-sided CUSUM on a stream of 0 and 1, from the absorbing Markov chain of both sums
(Brook and Evans, Biometrika 59 (1972)), solved in exact fractions. Plain Python."""
import json
from fractions import Fraction as F

def run_length(p, target, slack, limit):
    start, states, todo, moves = (F(0), F(0)), {(F(0), F(0)): 0}, [(F(0), F(0))], {}
    while todo:
        high, low = todo.pop()
        for x, chance in ((F(1), p), (F(0), 1 - p)):
            after = (max(F(0), high + x - target - slack), max(F(0), low - x + target - slack))
            if max(after) > limit: continue
            if after not in states: states[after] = len(states); todo.append(after)
            moves.setdefault((high, low), []).append((after, chance))
    n = len(states)
    a = [[F(int(i == j)) for j in range(n)] + [F(1)] for i in range(n)]
    for state, ways in moves.items():
        for after, chance in ways: a[states[state]][states[after]] -= chance
    for c in range(n):
        pivot = next(r for r in range(c, n) if a[r][c]); a[c], a[pivot] = a[pivot], a[c]
        a[c] = [v / a[c][c] for v in a[c]]
        for r in range(n):
            if r != c and a[r][c]: a[r] = [v - a[r][c] * w for v, w in zip(a[r], a[c])]
    return float(a[states[start]][-1])

cases = [dict(p=float(p), target=float(t), slack=float(k), limit=float(h), mean=run_length(p, t, k, h))
         for p, t, k, h in [(F(1, 2), F(1, 2), F(1, 4), F(2)), (F(3, 4), F(1, 2), F(1, 4), F(2)), (F(1, 4), F(1, 4), F(1, 4), F(5, 2)), (F(1, 8), F(1, 4), F(0), F(3))]]
json.dump(dict(cases=cases), open('cusum_runs.json', 'w'))
print(cases)
