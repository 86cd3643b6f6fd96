// What is computed of a job's candidates: limits, fronts, the knee, the pick. No document is touched here.

const numberColumns = [
    'quality', 'quality_se', 'test', 'test_se', 'inherited', 'latency_ms', 'latency_ms_p10', 'latency_ms_p90', 'energy_mj',
    'peak_ram_bytes', 'flash_bytes', 'model_bytes', 'macs', 'parameters', 'flags', 'reason', 'architecture',
    'compression',
];

// A job's review with its columns unpacked: numbers as arrays with NaN for what is unknown.
export function unpack(packed) {
    const devices = packed.devices.map((device) => {
        const columns = device.candidates;
        const split = (text) => (columns.count === 0 ? [] : text.split(','));
        // Of the board as a whole; each candidate has its own below.
        const one = { ...device, board: device.fidelity, count: columns.count };
        for (const name of numberColumns) {
            one[name] = Float64Array.from(split(columns[name]), (text) => (text === '' ? NaN : Number(text)));
        }
        for (const name of ['id', 'status', 'provenance', 'fidelity']) one[name] = split(columns[name]);
        one.place = new Map(one.id.map((id, index) => [id, index]));
        one.kept = new Map();
        return one;
    });
    return { ...packed, devices };
}

export function isFeasible(device, index) { return (device.flags[index] & 1) !== 0; }
export function isOnFront(device, index) { return (device.flags[index] & 2) !== 0; }
export function isFinalist(device, index) { return (device.flags[index] & 4) !== 0; }

// The place of a candidate by the beginning of its id; −1 where it is not there.
export function find(device, id) {
    if (!id) return -1;
    return device.place.get(id.slice(0, 12)) ?? device.id.findIndex((one) => one.startsWith(id));
}

// The value of a normal distribution that is not exceeded with this probability (Acklam's approximation, error 1e-9).
export function normalQuantile(p) {
    const a = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239];
    const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572];
    const c = [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783];
    const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];
    const horner = (list, x) => list.reduce((sum, one) => sum * x + one, 0);
    if (p < 0.02425 || p > 1 - 0.02425) {
        const q = Math.sqrt(-2 * Math.log(Math.min(p, 1 - p)));
        const value = horner(c, q) / (horner(d, q) * q + 1);
        return p < 0.5 ? value : -value;
    }
    const q = p - 0.5;
    const r = q * q;
    return (horner(a, r) * q) / (horner(b, r) * r + 1);
}

// What the latency stays below with this probability; the latency itself where none is asked for.
export function latencyBound(device, index, confidence) {
    const median = device.latency_ms[index];
    const p10 = device.latency_ms_p10[index];
    const p90 = device.latency_ms_p90[index];
    if (!confidence || !(median > 0) || !(p10 > 0) || !Number.isFinite(p90)) return median;
    const z = normalQuantile(confidence);
    return median * Math.pow((z >= 0 ? p90 : p10) / median, Math.abs(z) / normalQuantile(0.9));
}

// Which candidates are feasible and keep every limit; limits: metric → largest cost, or least quality.
export function allowed(review, device, limits, confidence) {
    const mask = Uint8Array.from(device.flags, (flags) => flags & 1);
    for (const [key, limit] of Object.entries(limits)) {
        const values = key === 'latency_ms' ? latencyBounds(device, confidence) : device[key];
        const isLeast = key === 'quality' && !review.is_error;
        for (let index = 0; index < mask.length; index += 1) {
            // What is unknown keeps no limit.
            if (!(isLeast ? values[index] >= limit : values[index] <= limit)) mask[index] = 0;
        }
    }
    return mask;
}

// Every candidate's latency bound.
function latencyBounds(device, confidence) {
    if (!confidence) return device.latency_ms;
    return kept(device, `bound ${confidence}`, () => device.latency_ms.map((_, index) => latencyBound(device, index, confidence)));
}

// What is computed once of a device, under a name.
function kept(device, name, make) {
    if (!device.kept.has(name)) device.kept.set(name, make());
    return device.kept.get(name);
}

// Every candidate's objective so that less is better: the error, or the logarithm of a cost.
function axis(review, device, key) {
    return kept(device, `axis ${key}`, () => {
        if (key === 'accuracy' || key === 'quality') return device.quality.map((value) => 1 - (review.is_error ? -value : value));
        return device[key].map((value) => Math.log10(Math.max(value, 2.2250738585072014e-308)));
    });
}

function minimised(review, device, key, index) { return axis(review, device, key)[index]; }

// The candidates whose objectives are all known, so that whatever dominates one comes before it.
function inOrder(review, device, keys) {
    return kept(device, `order ${keys}`, () => {
        const axes = keys.map((key) => axis(review, device, key));
        const indices = [...device.id.keys()].filter((index) => axes.every((values) => !Number.isNaN(values[index])));
        return Int32Array.from(indices.sort((a, b) => {
            for (const values of axes) {
                if (values[a] !== values[b]) return values[a] - values[b];
            }
            return device.id[a] < device.id[b] ? -1 : 1;
        }));
    });
}

// The candidates of a mask that no other one of it dominates in these metrics, by the first metric.
export function front(review, device, mask, keys) {
    const axes = keys.map((key) => axis(review, device, key));
    const members = [];
    for (const index of inOrder(review, device, keys)) {
        if (mask[index] && !members.some((member) => dominates(axes, member, index))) members.push(index);
    }
    return members;
}

function dominates(axes, a, b) {
    let isBetter = false;
    for (const values of axes) {
        if (values[a] > values[b]) return false;
        if (values[a] < values[b]) isBetter = true;
    }
    return isBetter;
}

// The corners of the staircase that candidates make over two metrics, from the cheapest on.
export function staircase(review, device, indices, x, y) {
    const less = (key) => (key === 'quality' && !review.is_error ? -1 : 1);
    const [signX, signY] = [less(x), less(y)];
    const places = indices
        .map((index) => [device[x][index] * signX, device[y][index] * signY])
        .filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b))
        .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    let best = Infinity;
    return places.filter(([, value]) => {
        if (value >= best) return false;
        best = value;
        return true;
    }).map(([a, b]) => [a * signX, b * signY]);
}

function scaled(values) {
    const low = Math.min(...values);
    const span = Math.max(Math.max(...values) - low, Math.log10(2));
    return values.map((value) => (value - low) / span);
}

// The balanced member of a front (the rule stands in docs/choosing.md); −1 for none.
export function knee(review, device, members) {
    if (members.length === 0) return -1;
    const errors = members.map((index) => {
        const error = minimised(review, device, 'quality', index) + (device.quality_se[index] || 0);
        return Math.log10(Math.max(error, 1e-4));
    });
    const costs = device.objectives.filter((key) => key !== 'accuracy');
    const sums = scaled(errors);
    for (const key of costs) {
        const cost = scaled(members.map((index) => minimised(review, device, key, index)));
        cost.forEach((value, place) => { sums[place] += value / costs.length; });
    }
    return members[sums.indexOf(Math.min(...sums))];
}

const preferred = { accuracy: 'quality', latency: 'latency_ms', size: 'model_bytes', energy: 'energy_mj' };

// The candidate to deploy among those of a mask; −1 where there is none.
export function pick(review, device, mask, preference, members) {
    if (preference === 'knee') {
        const order = [...members].sort((a, b) => precedes(review, device, 'quality', a, b));
        return knee(review, device, order);
    }
    const key = preferred[preference];
    let best = -1;
    for (let index = 0; index < device.count; index += 1) {
        if (!mask[index] || Number.isNaN(device[key][index])) continue;
        if (best < 0 || precedes(review, device, key, index, best) < 0) best = index;
    }
    return best;
}

// Negative where a comes before b: by the metric, then by quality, latency, model and id.
function precedes(review, device, key, a, b) {
    for (const one of [key, 'quality', 'latency_ms', 'model_bytes']) {
        const [left, right] = [a, b].map((index) => {
            const value = minimised(review, device, one, index);
            return Number.isNaN(value) ? Infinity : value;
        });
        if (left !== right) return left - right;
    }
    return device.id[a] < device.id[b] ? -1 : 1;
}

// A member of the job's front that is at least as good in every objective and better in one; −1 for none.
export function dominator(review, device, index) {
    const axes = device.objectives.map((key) => axis(review, device, key));
    for (let other = 0; other < device.count; other += 1) {
        if (isOnFront(device, other) && dominates(axes, other, index)) return other;
    }
    return -1;
}

// Smallest and largest known value of a metric among feasible candidates; null where there are fewer than two.
export function range(device, key) {
    return kept(device, `range ${key}`, () => {
        let low = Infinity;
        let high = -Infinity;
        for (let index = 0; index < device.count; index += 1) {
            const value = device[key][index];
            if (!isFeasible(device, index) || !Number.isFinite(value)) continue;
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        return high > low ? [low, high] : null;
    });
}
