// What the page shows at which address: a report's one job, or a service's jobs and queue.

import { duration, significant } from './format.js';
import { unpack } from './model.js';
import { h } from './elements.js';
import { JobView } from './views.js';

const example = `version: 1
name: first-search
dataset: {source: digits, validation: 0.2, test: 0.2, split_seed: 7}
space: tiny-image
devices: [raspberry-pi-4, stm32h743]
objectives: [accuracy, latency_ms, model_bytes]
search: {max_time: 2m, seed: 1}
`;

const main = h('main', { id: 'app' });

// MARK: The address

// What the address says of a view; limits are `max.METRIC` and `min.quality`.
function readState(query) {
    const values = new URLSearchParams(query);
    const limits = {};
    for (const [key, value] of values) {
        if (/^(max|min)\./.test(key) && Number.isFinite(Number(value))) limits[key.slice(4)] = Number(value);
    }
    const zoom = (values.get('zoom') ?? '').split('_').map(Number);
    return {
        zoom: zoom.length === 4 && zoom.every((one) => one >= 0 && one <= 1) && zoom[0] < zoom[1] && zoom[2] < zoom[3] ? { x: zoom.slice(0, 2), y: zoom.slice(2) } : null,
        device: values.get('device'), fidelity: values.get('fidelity'), selected: values.get('selected'), x: values.get('x') ?? 'latency_ms', y: values.get('y') ?? 'quality',
        xLog: values.get('xlog') !== '0', yLog: values.get('ylog') === '1', all: values.get('all') !== '0',
        confidence: Number(values.get('confidence')) || null, preference: values.get('prefer') ?? 'knee', over: values.get('over') ?? 'evaluations', other: values.get('other'), limits,
    };
}

function writeState(state) {
    const values = new URLSearchParams();
    const put = (key, value, usual) => { if (value !== usual && value !== null && value !== undefined) values.set(key, value); };
    put('device', state.device);
    put('fidelity', state.fidelity);
    put('selected', state.selected);
    put('x', state.x, 'latency_ms');
    put('y', state.y, 'quality');
    put('xlog', state.xLog ? '1' : '0', '1');
    put('ylog', state.yLog ? '1' : '0', '0');
    put('all', state.all ? '1' : '0', '1');
    put('confidence', state.confidence);
    put('prefer', state.preference, 'knee');
    put('over', state.over, 'evaluations');
    put('other', state.other);
    if (state.zoom) put('zoom', [...state.zoom.x, ...state.zoom.y].map((one) => Number(one.toFixed(4))).join('_'));
    for (const [key, limit] of Object.entries(state.limits)) values.set(`${key === 'quality' ? 'min' : 'max'}.${key}`, limit);
    return values.toString();
}

function keepState(path) {
    return (state) => {
        const query = writeState(state);
        history.replaceState(null, '', `#${path}${query ? `?${query}` : ''}`);
    };
}

// MARK: The service

async function ask(path, options = {}) {
    const response = await fetch(`api/v1/${path}`, options);
    if (response.status === 401) {
        location.assign('login');
        throw new Error('not logged in');
    }
    if (!response.ok) {
        const answer = await response.json().catch(() => ({}));
        throw new Error(answer.error ?? `status ${response.status}`);
    }
    return response.status === 204 ? null : response.json();
}

function send(method, path, body) {
    return ask(path, { method, headers: { 'Content-Type': 'application/json' }, body: body ? JSON.stringify(body) : undefined });
}

const name = encodeURIComponent;

const service = {
    state: { jobs: [], queue: [] },
    jobs() { return this.state.jobs; },
    candidate: (job, id, layers) => ask(`jobs/${name(job)}/candidates/${name(id)}${layers ? '?layers=true' : ''}`),
    differences: (job, other) => ask(`jobs/${name(job)}/differences/${name(other)}`),
    bundle: (job, id) => `api/v1/jobs/${name(job)}/candidates/${name(id)}/bundle`,
    review: async (job) => unpack(await ask(`jobs/${name(job)}/review`)),
};

// MARK: The list of jobs

// Jobs and entries of the queue by name, the newest first.
function entries({ jobs, queue }) {
    const all = new Map();
    for (const job of jobs) all.set(job.name, { name: job.name, job });
    for (const entry of queue) all.set(entry.job, { ...(all.get(entry.job) ?? { name: entry.job }), entry });
    return [...all.values()].reverse();
}

class ListView {
    constructor() {
        this.rows = h('div', { class: 'list' });
        this.complaint = h('p', { class: 'bad', role: 'alert', hidden: true });
        this.text = h('textarea', { id: 'job-text', rows: 10, spellcheck: 'false', 'aria-label': 'Job file' });
        this.text.value = example;
        const file = h('input', { type: 'file', id: 'job-file', accept: '.yaml,.yml', onchange: async (event) => { this.text.value = await event.target.files[0].text(); } });
        this.element = h('div', {}, this.complaint, this.rows,
            h('details', { class: 'card' }, h('summary', {}, 'Run a job'),
                h('p', { class: 'muted' }, 'A job file; relative paths in it are relative to the folder in which the service runs. ', h('code', {}, 'swiftlet init DATA'), ' writes one.'),
                h('label', { for: 'job-file', class: 'small' }, 'from a file '), file, this.text,
                h('button', { class: 'primary', onclick: () => this.act(() => send('POST', 'queue', { text: this.text.value })) }, 'Run')));
        this.show();
    }

    async act(work) {
        this.complaint.hidden = true;
        try {
            await work();
        } catch (error) {
            this.complaint.textContent = error.message;
            this.complaint.hidden = false;
        }
    }

    show() {
        const all = entries(service.state);
        if (all.length === 0) {
            this.rows.replaceChildren(h('p', { class: 'empty' }, 'No jobs yet. Run one below, or with ', h('code', {}, 'swiftlet search JOB.yaml'), '.'));
            return;
        }
        const known = new Map([...this.rows.children].map((row) => [row.dataset.job, row]));
        this.rows.replaceChildren(...all.map((one) => {
            const key = JSON.stringify(one);
            const row = known.get(one.name);
            return row?.dataset.key === key ? row : this.row(one, key);
        }));
    }

    row({ name: job, job: found, entry }, key) {
        const state = ['running', 'queued', 'paused', 'cancelled'].includes(entry?.state) ? entry.state : found?.state ?? entry.state;
        const share = found && entry?.max_evaluations ? Math.min(1, found.evaluations / entry.max_evaluations) : null;
        const bar = h('span', { class: 'bar' });
        bar.style.width = `${100 * (share ?? 0)}%`;
        const button = (text, method, path, question) => h('button', {
            class: 'small', 'aria-label': `${text} ${job}`, onclick: () => { if (!question || confirm(question)) this.act(() => send(method, path)); },
        }, text);
        const [isActive, isIdle] = [['queued', 'running'].includes(entry?.state), !['queued', 'running'].includes(entry?.state) && found?.state !== 'running'];
        return h('article', { class: 'card row', 'data-job': job, 'data-key': key },
            h('h2', {}, found ? h('a', { href: `#/jobs/${name(job)}` }, job) : job),
            h('span', { class: `state ${state}` }, state),
            h('span', { class: 'muted' }, found ? `${found.evaluations} evaluations · ${duration(found.seconds)} · hypervolume ${significant(found.hypervolume)}` : 'not begun'),
            share === null ? '' : h('span', { class: 'track', role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': Math.round(100 * share), 'aria-label': `evaluations of ${job}` }, bar),
            h('p', { class: 'progress' }, entry?.message ?? (entry?.state === 'running' ? entry.progress ?? 'starting' : '')),
            h('span', { class: 'buttons' },
                isActive ? button('pause', 'POST', `queue/${name(job)}/pause`) : '',
                isActive ? button('cancel', 'POST', `queue/${name(job)}/cancel`) : '',
                entry && !isActive ? button(entry.state === 'finished' ? 'run again' : 'resume', 'POST', `queue/${name(job)}/resume`) : '',
                found ? h('a', { class: 'button small', href: `api/v1/jobs/${name(job)}/report`, download: `${job}.html` }, 'report') : '',
                isIdle ? button('delete', 'DELETE', `jobs/${name(job)}`, `Delete job '${job}' with its models?`) : ''));
    }
}

// MARK: Views

let view = null;

function crumbs(...parts) {
    document.querySelector('#crumbs').replaceChildren(...(parts.length > 0 ? [' / ', ...parts] : []));
}

async function route() {
    const [path, query] = location.hash.slice(1).split('?');
    const job = /^\/jobs\/([^/]+)$/.exec(path)?.[1];
    view = null;
    if (!job) {
        document.title = 'Swiftlet';
        crumbs();
        const list = new ListView();
        main.replaceChildren(list.element);
        view = { update: () => list.show() };
        return;
    }
    await showJob(decodeURIComponent(job), readState(query));
}

async function showJob(job, state) {
    document.title = `${job} · Swiftlet`;
    const status = h('span', { class: 'state' });
    crumbs(h('h1', {}, job), status);
    main.replaceChildren(h('p', { class: 'empty', role: 'status' }, 'loading'));
    try {
        const shown = new JobView(await service.review(job), state, service, keepState(`/jobs/${name(job)}`));
        main.replaceChildren(shown.element);
        if (state.other) shown.compare(state.other).catch(() => {});
        view = liveJob(job, shown, status);
        view.update();
    } catch (error) {
        main.replaceChildren(h('p', { class: 'bad', role: 'alert' }, error.message));
    }
}

function stageOf(job) { return `${job.evaluations} ${job.state} ${job.hypervolume}`; }

// Fetches the job anew when it got further, at most every two seconds, until what is shown is the newest.
function liveJob(job, shown, status) {
    let [last, isBusy, timer] = [Date.now(), false, null];
    const live = {
        shown,
        update() {
            const found = service.state.jobs.find((one) => one.name === job);
            const entry = service.state.queue.find((one) => one.job === job);
            if (!found || view !== live) return;
            status.textContent = entry?.state === 'running' ? entry.progress ?? 'running' : found.state;
            if (isBusy || stageOf(found) === stageOf(shown.review.job)) return;
            clearTimeout(timer);
            timer = setTimeout(() => live.fetch(), Math.max(0, last + 2000 - Date.now()));
        },
        async fetch() {
            isBusy = true;
            try {
                const review = await service.review(job);
                if (view === live) shown.show(review);
            } finally {
                [last, isBusy] = [Date.now(), false];
                // An answer may be some seconds old; then it is asked for again.
                live.update();
            }
        },
    };
    return live;
}

function watch() {
    const events = new EventSource('api/v1/events');
    events.addEventListener('state', (event) => {
        service.state = JSON.parse(event.data);
        view?.update();
    });
}

function themeButton() {
    const root = document.documentElement;
    let kept = null;
    try { kept = localStorage.getItem('theme'); } catch { /* a browser that keeps nothing */ }
    if (kept) root.dataset.theme = kept;
    return h('button', {
        class: 'small', 'aria-label': 'light or dark', onclick: () => {
            const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
            root.dataset.theme = isDark ? 'light' : 'dark';
            try { localStorage.setItem('theme', root.dataset.theme); } catch { /* as above */ }
            window.dispatchEvent(new Event('resize'));
            view?.shown?.scatter.draw();
        },
    }, '◐');
}

function begin() {
    const data = document.querySelector('#review-data');
    const home = data ? h('span', { class: 'brand' }, 'Swiftlet') : h('a', { class: 'brand', href: '#/' }, 'Swiftlet');
    const header = h('header', { class: 'top' }, home, h('nav', { id: 'crumbs', 'aria-label': 'Place' }), themeButton());
    document.body.append(header, main);
    if (data) {
        document.querySelector('#static')?.remove();
        const review = unpack(JSON.parse(data.textContent));
        crumbs(h('h1', {}, review.job.name), h('span', { class: 'state' }, review.job.state));
        const open = () => {
            const shown = new JobView(review, readState(location.hash.slice(2)), null, keepState(''));
            main.replaceChildren(shown.element);
            view = { shown, update() {} };
        };
        window.addEventListener('hashchange', open);
        open();
        return;
    }
    window.addEventListener('hashchange', route);
    route();
    watch();
}

begin();
