"""Reference alarms of the stream detectors, written from the papers in the most literal way (lists, no recurrences), plain Python."""
import json, math, random

def page_hinkley(xs, delta, lam, minimum):
    sums, total = [0.0], 0.0
    for t, x in enumerate(xs, 1):
        total += x
        sums.append(sums[-1] + x - total / t - delta)
        if t >= minimum and sums[-1] - min(sums) > lam: return t - 1

def cusum(xs, target, k, h):
    for t in range(1, len(xs) + 1):
        for sign in (1, -1):  # the largest tail sum is the recurrence's value
            best = tail = 0.0
            for x in reversed(xs[:t]):
                tail += sign * (x - target) - k
                best = max(best, tail)
            if best > h: return t - 1

def ddm(xs):
    best = None
    for t in range(30, len(xs) + 1):
        p = sum(xs[:t]) / t
        s = math.sqrt(p * (1 - p) / t)
        if best is None or p + s <= sum(best): best = (p, s)
        if p + s > best[0] + 3 * best[1]: return t - 1

def hddm_a(xs, alpha):
    log = math.log(1 / alpha)
    for t in range(1, len(xs) + 1):
        # the latest prefix whose upper bound is lowest
        cut = min(range(1, t + 1), key=lambda m: (sum(xs[:m]) / m + math.sqrt(log / (2 * m)), -m))
        if cut < t and sum(xs[:t]) / t - sum(xs[:cut]) / cut >= math.sqrt((t - cut) / (2 * t * cut) * log): return t - 1

def ewma(xs, lam):
    n = len(xs)
    w = [(1 - lam) ** (n - 1)] + [lam * (1 - lam) ** (n - 1 - i) for i in range(1, n)]
    return sum(a * b for a, b in zip(w, xs)), sum(a * a for a in w)

def hddm_w(xs, alpha, lam):
    log, cut, best = math.log(1 / alpha), 0, math.inf
    for t in range(1, len(xs) + 1):
        mean, squares = ewma(xs[:t], lam)
        bound = mean + math.sqrt(squares * log / 2)
        if bound <= best: best, cut, at = bound, t, (mean, squares)
        else:
            after = ewma(xs[cut:t], lam)
            if after[0] - at[0] > math.sqrt((at[1] + after[1]) * log / 2): return t - 1

def adwin(xs, delta=0.002, most=5):
    window, alarms = [], []  # window: lists of values, oldest first
    for t, x in enumerate(xs):
        window.append([x])
        size = 1
        while True:
            same = [i for i, b in enumerate(window) if len(b) == size]
            if len(same) <= most: break
            window[same[0]:same[0] + 2] = [window[same[0]] + window[same[1]]]
            size *= 2
        def cut():
            flat = [v for b in window for v in b]
            n = len(flat); mean = sum(flat) / n
            var = sum((v - mean) ** 2 for v in flat) / n
            log = math.log(2 * math.log(max(n, 3)) / delta)
            for i in range(1, len(window)):
                a = [v for b in window[:i] for v in b]; c = [v for b in window[i:] for v in b]
                inv = 1 / len(a) + 1 / len(c)
                if abs(sum(a) / len(a) - sum(c) / len(c)) > math.sqrt(2 * inv * var * log) + 2 * inv * log / 3: return True
            return False
        hit = False
        while cut():
            del window[0]; hit = True
        if hit: alarms.append(t)
    return alarms, sum(map(len, window))

cases = []
for seed, before, after, change, n in [(1, .2, .5, 300, 600), (2, .1, .3, 250, 600), (3, .3, .3, 300, 500), (4, .05, .9, 100, 200), (5, .5, .2, 300, 600)]:
    r = random.Random(seed)
    xs = [1 if r.random() < (before if i < change else after) else 0 for i in range(n)]
    alarms, width = adwin(xs)
    cases.append(dict(change=change, stream=xs, page_hinkley=page_hinkley(xs, .005, 20, 30), cusum=cusum(xs, before, .1, 8), ddm=ddm(xs),
                      hddm_a=hddm_a(xs, .001), hddm_w=hddm_w(xs, .001, .05), adwin=alarms[0] if alarms else None, adwin_width=width))
json.dump(dict(cases=cases), open('detectors.json', 'w'))
for c in cases: print({k: v for k, v in c.items() if k != 'stream'})
