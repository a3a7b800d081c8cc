"""more_metrics.json: what the other metric files lack: weights with several classes, F-beta averaged, one-vs-rest areas with ties and weights, lift, sMAPE, weighted regression,
intervals, and DeLong's comparison by its definition. scikit-learn 1.2.1, SciPy 1.10.1, NumPy 1.24.2; lift, sMAPE, ECE and DeLong from their formulas in exact fractions."""
import json
from fractions import Fraction as F
import numpy as np
from sklearn import metrics as sk
from scipy import stats

rng = np.random.default_rng(20261124)

def several(n, classes, weighted, ties):
    y = rng.integers(0, classes, n); raw = rng.dirichlet(np.ones(classes), n) + .6 * np.eye(classes)[y]
    p = np.round(raw / raw.sum(1, keepdims=True), 1 if ties else 6)
    p[:, 0] += 1 - p.sum(1); p = np.clip(p, 0, 1)
    hat = p.argmax(1); w = np.round(rng.exponential(1, n), 3) if weighted else None
    labels = list(range(classes)); kw = dict(labels=labels, sample_weight=w, zero_division=0)
    e = {}
    for average in ('macro', 'micro', 'weighted'):
        for beta in (.5, 1, 2): e[f'f{beta}_{average}'] = sk.fbeta_score(y, hat, beta=beta, average=average, **kw)
        e[f'precision_{average}'] = sk.precision_score(y, hat, average=average, **kw); e[f'recall_{average}'] = sk.recall_score(y, hat, average=average, **kw)
    e['per_class'] = dict(precision=sk.precision_score(y, hat, average=None, **kw).tolist(), recall=sk.recall_score(y, hat, average=None, **kw).tolist(),
                          f1=sk.f1_score(y, hat, average=None, **kw).tolist(), f2=sk.fbeta_score(y, hat, beta=2, average=None, **kw).tolist())
    e.update(accuracy=sk.accuracy_score(y, hat, sample_weight=w), balanced_accuracy=sk.balanced_accuracy_score(y, hat, sample_weight=w), mcc=sk.matthews_corrcoef(y, hat, sample_weight=w),
             kappa=sk.cohen_kappa_score(y, hat, sample_weight=w), kappa_quadratic=sk.cohen_kappa_score(y, hat, weights='quadratic', sample_weight=w),
             log_loss=sk.log_loss(y, p, labels=labels, sample_weight=w), top2=sk.top_k_accuracy_score(y, p, k=2, labels=labels, sample_weight=w),
             brier=float(np.average(((p - np.eye(classes)[y]) ** 2).sum(1), weights=w)), confusion=sk.confusion_matrix(y, hat, labels=labels, sample_weight=w).astype(float).tolist())
    share = [float(np.average(y == k, weights=w)) for k in labels]
    areas = [sk.roc_auc_score(y == k, p[:, k], sample_weight=w) for k in labels]; precisions = [sk.average_precision_score(y == k, p[:, k], sample_weight=w) for k in labels]
    e.update(roc_macro=float(np.mean(areas)), roc_weighted=float(np.average(areas, weights=share)), ap_macro=float(np.mean(precisions)), ap_weighted=float(np.average(precisions, weights=share)))
    return dict(kind='several', classes=classes, truth=y.tolist(), probabilities=p.tolist(), predicted=hat.tolist(), weights=None if w is None else w.tolist(), expected=e)

def lift(y, s, w, fraction):
    """Every row sorted; a tied group at the cut gives its share of positives."""
    y, s, w = list(y), list(s), [F(v) for v in w]; total, positive = sum(w), sum(a for a, b in zip(w, y) if b)
    left, got = F(fraction) * total, F(0)
    for score in sorted(set(s), reverse=True):
        group = sum(a for a, b in zip(w, s) if b == score); hits = sum(a for a, b, c in zip(w, s, y) if b == score and c)
        take = min(left, group)
        if group: got += hits * take / group
        left -= take
    return float(got / (F(fraction) * total) / (positive / total))

def ece(y, s, w):
    w = [F(v) for v in w]; bins = {}
    for a, b, c in zip(w, s, y): bins.setdefault(min(int(b * 10), 9), []).append((a, F(b), int(c)))
    return float(sum(abs(sum(a * (b - c) for a, b, c in rows)) for rows in bins.values()) / sum(w))

def two(n, ties, weighted):
    y = rng.random(n) < .3; s = np.clip(np.round(rng.beta(2, 3, n) + .15 * y, 1 if ties else 6), 0, 1); w = np.round(rng.exponential(1, n), 3) if weighted else np.ones(n)
    hat = s >= .5
    e = {f'lift_{f}': lift(y, s, w, f) for f in (.05, .1, .25, .5, 1)}
    e.update(ece=ece(y, s, w), f_half=sk.fbeta_score(y, hat, beta=.5, sample_weight=w), specificity=sk.recall_score(~y, ~hat, sample_weight=w),
             roc=sk.roc_auc_score(y, s, sample_weight=w), ap=sk.average_precision_score(y, s, sample_weight=w), log_loss=sk.log_loss(y, s, sample_weight=w), brier=sk.brier_score_loss(y, s, sample_weight=w))
    return dict(kind='two', labels=y.astype(int).tolist(), scores=s.tolist(), weights=w.tolist() if weighted else None, expected=e)

def weighted_median(v, w):
    order = np.argsort(v, kind='stable'); v, w = v[order], [F(float(x)) for x in w[order]]; half, run = sum(w) / 2, F(0)
    for i, x in enumerate(w):
        run += x
        if run > half: return float(v[i])
        if run == half: return float((v[i] + v[next(j for j in range(i + 1, len(v)) if w[j] > 0)]) / 2)

def regression(n, weighted, zeros):
    y = rng.normal(3, 2, n); p = y + rng.normal(0, 1, n)
    if zeros: y[:3] = 0; p[1:4] = 0
    w = np.round(rng.exponential(1, n), 3) if weighted else np.ones(n)
    smape = sum(F(float(c)) * (0 if a == b else 2 * abs(F(float(a)) - F(float(b))) / (abs(F(float(a))) + abs(F(float(b))))) for a, b, c in zip(y, p, w)) / sum(F(float(c)) for c in w)
    e = dict(mae=sk.mean_absolute_error(y, p, sample_weight=w), mse=sk.mean_squared_error(y, p, sample_weight=w), rmse=float(np.sqrt(sk.mean_squared_error(y, p, sample_weight=w))),
             mape=sk.mean_absolute_percentage_error(y, p, sample_weight=w), smape=float(smape), r2=sk.r2_score(y, p, sample_weight=w), explained=sk.explained_variance_score(y, p, sample_weight=w),
             pinball=sk.mean_pinball_loss(y, p, alpha=.3, sample_weight=w), median=weighted_median(np.abs(y - p), w))
    if not weighted:
        error = np.abs(y - p); r = stats.pearsonr(y, p)
        e['mae_interval'] = list(stats.t.interval(.9, n - 1, error.mean(), stats.sem(error))); e['pearson_interval'] = list(r.confidence_interval(.9))
    return dict(kind='regression', truth=y.tolist(), predicted=p.tolist(), weights=w.tolist() if weighted else None, expected=e)

def delong(n, ties):
    y = rng.random(n) < .4; a, b = (np.round(rng.normal(0, 1, n) + d * y, 0 if ties else 6) for d in (1.2, .7))
    def parts(s):
        psi = lambda u, v: F(int(u > v)) + F(int(u == v), 2)
        pos, neg = s[y], s[~y]
        return [sum(psi(u, v) for v in neg) / len(neg) for u in pos], [sum(psi(u, v) for u in pos) / len(pos) for v in neg]
    def cov(u, v):
        mu, mv = sum(u) / len(u), sum(v) / len(v)
        return sum((i - mu) * (j - mv) for i, j in zip(u, v)) / (len(u) - 1)
    (p1, n1), (p2, n2) = parts(a), parts(b)
    s = lambda u, v, g, h: cov(u, v) / len(u) + cov(g, h) / len(g)
    first, second = sum(p1) / len(p1), sum(p2) / len(p2); variance = s(p1, p1, n1, n1) + s(p2, p2, n2, n2) - 2 * s(p1, p2, n1, n2)
    z = float(first - second) / float(variance) ** .5; half = stats.norm.ppf(.975) * float(variance) ** .5
    v1 = float(s(p1, p1, n1, n1)); A = float(first); logit = np.log(A / (1 - A)); h = stats.norm.ppf(.975) * v1 ** .5 / (A * (1 - A))
    return dict(kind='delong', labels=y.astype(int).tolist(), first=a.tolist(), second=b.tolist(),
                expected=dict(area=A, variance=v1, difference=float(first - second), z=z, p=float(2 * stats.norm.sf(abs(z))), interval=[float(first - second) - half, float(first - second) + half],
                              area_interval=[1 / (1 + np.exp(h - logit)), 1 / (1 + np.exp(-h - logit))]))

cases = [several(80, 3, False, False), several(120, 4, True, True), several(60, 3, True, False), two(90, False, False), two(90, True, False), two(120, True, True), two(60, False, True),
         regression(40, False, False), regression(50, True, True), regression(30, True, False), regression(5, False, True), delong(60, False), delong(80, True), delong(30, False)]
json.dump(dict(cases=cases), open('more_metrics.json', 'w'))
