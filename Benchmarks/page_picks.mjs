// Compares what the review page picks with what `select` answers, for every device, preference and a few limits.
//
//     node Benchmarks/page_picks.mjs http://127.0.0.1:8470 JOB
//
// The page computes fronts, limits and the knee itself, so that a slider moves at once; both must follow the same rules.

import { readFileSync } from 'node:fs';

// The page's modules are plain files; together they are a module for Node too.
const folder = new URL('../page/', import.meta.url);
const text = ['format.js', 'model.js'].map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n')
    .split('\n').filter((line) => !line.startsWith('import ')).join('\n');
const { unpack, allowed, front, pick } = await import(`data:text/javascript,${encodeURIComponent(text)}`);

const [address, job] = process.argv.slice(2);
const base = `${address.replace(/\/$/, '')}/api/v1/jobs/${encodeURIComponent(job)}`;
const review = unpack(await (await fetch(`${base}/review`)).json());
const boards = review.devices.filter((one, place) => review.devices.findIndex(({ device }) => device === one.device) === place);

// Limits within what the front spans, so that some candidates keep them.
function cases(device) {
    const values = (key) => [...device[key]].filter(Number.isFinite).sort((a, b) => a - b);
    // A little beside a value: the page knows seven digits of it.
    const middle = (key, share) => values(key)[Math.floor(share * (values(key).length - 1))] * (key === 'quality' ? 0.99999 : 1.00001);
    const limits = [{}, { latency_ms: middle('latency_ms', 0.5) }, { model_bytes: middle('model_bytes', 0.4) }];
    if (!review.is_error) limits.push({ quality: middle('quality', 0.5), latency_ms: middle('latency_ms', 0.8) });
    return limits.filter((one) => Object.values(one).every(Number.isFinite))
        .flatMap((one) => (one.latency_ms ? [[one, null], [one, 0.9]] : [[one, null]]));
}

function query(limits, confidence, prefer) {
    const names = { latency_ms: 'max_latency_ms', model_bytes: 'max_model_bytes', quality: 'min_accuracy' };
    const values = new URLSearchParams({ prefer });
    for (const [key, limit] of Object.entries(limits)) values.set(names[key], limit);
    if (confidence) values.set('confidence', confidence);
    return values;
}

let [compared, different] = [0, 0];
for (const device of boards) {
    for (const [limits, confidence] of cases(device)) {
        for (const prefer of ['accuracy', 'latency', 'size', 'energy', 'knee']) {
            const mask = allowed(review, device, limits, confidence);
            const members = front(review, device, mask, device.objectives);
            const index = pick(review, device, mask, prefer, members);
            const ours = index < 0 ? null : device.id[index];
            const answer = await (await fetch(`${base}/selections/${encodeURIComponent(device.device)}?${query(limits, confidence, prefer)}`)).json();
            const theirs = answer.candidate?.id.slice(0, 12) ?? null;
            compared += 1;
            if (ours === theirs) continue;
            different += 1;
            console.log(`${device.device}, ${prefer}, ${JSON.stringify(limits)}: the page picks ${ours}, select ${theirs}`);
        }
    }
}
console.log(`${compared} compared, ${different} differ`);
process.exit(different === 0 ? 0 : 1);
