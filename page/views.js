// The parts of the page: each makes or refreshes elements from data.

import { bytes, count, duration, metric, metrics, milliseconds, quality, shown, significant, tickText } from './format.js';
import { allowed, dominator, find, front, isFeasible, isFinalist, isOnFront, latencyBound, pick, range, staircase } from './model.js';
import { Scatter, figureButtons, pictureOf } from './chart.js';
import { pairChart, parallelChart, stepChart } from './figures.js';
import { choice, h, labelled, table } from './elements.js';
import { detailsOf } from './details.js';

// The title of a metric; the quality has the name that the job gives it.
export function titleOf(review, key) { return metric(key).isQuality ? review.metric.replaceAll('_', ' ') : metric(key).title; }

// One job's review: chart, limits, the selected model, tables. `state` is what the address keeps.
export class JobView {
    // service: null in a report; else { candidate(job, id, layers), bundle(job, id), review(job), jobs }
    constructor(review, state, service, changed) {
        this.service = service;
        this.state = state;
        this.changed = changed;
        // What is known of models in detail, by their ids.
        this.sheets = new Map();
        this.element = h('div', { class: 'job' });
        this.scatter = new Scatter('Candidates; arrow keys go along the front, Escape shows everything', {
            choose: (index) => this.select(this.device.id[index]),
            describe: (index) => this.description(index),
            zoom: (zoom) => {
                this.resetButton.hidden = !zoom;
                this.state.zoom = zoom;
                this.changed(this.state);
            },
        }, state.zoom);
        this.show(review);
    }

    // Takes a newer review of the same job and leaves what was chosen as it is.
    show(review) {
        this.review = review;
        for (const sheet of review.sheets ?? []) this.sheets.set(sheet.id.slice(0, 12), sheet);
        const known = review.devices.map((one) => one.device);
        if (!known.includes(this.state.device)) this.state.device = known[0];
        // One a device: the finalists where there are some.
        this.boards = review.devices.filter((one, place) => known.indexOf(one.device) === place);
        this.build();
        this.update();
    }

    get device() {
        const entries = this.entries();
        return entries.find((one) => one.board === this.state.fidelity) ?? entries[0];
    }

    // What is known of the device that is shown, one a fidelity.
    entries() { return this.review.devices.filter((one) => one.device === this.state.device); }

    set(changes) {
        Object.assign(this.state, changes);
        this.changed(this.state);
        this.update();
    }

    select(id) { this.set({ selected: id.slice(0, 12) }); }

    // MARK: What stands there

    build() {
        const { review } = this;
        this.seen = {};
        if (review.devices.length === 0) {
            this.element.replaceChildren(h('p', { class: 'empty' }, 'Nothing was evaluated yet.'));
            return;
        }
        this.tabs = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Devices' }, ...this.boards.map((one) => h('button', {
            role: 'tab', 'data-device': one.device, onclick: () => this.set({ device: one.device, selected: null, limits: {} }),
        }, one.device)));
        this.sentence = h('p', { class: 'sentence' });
        this.notes = h('div', { class: 'notes' });
        this.axes = h('div', { class: 'controls' });
        this.limits = h('div', { class: 'limits' });
        this.summary = h('p', { class: 'summary', role: 'status' });
        this.sheet = h('section', { class: 'card sheet', 'aria-label': 'Selected model' });
        this.resetButton = h('button', { class: 'small', hidden: !this.state.zoom, onclick: () => this.scatter.reset() }, 'show all');
        this.frontTable = h('section', { class: 'card' });
        this.matrix = h('section', { class: 'card' });
        this.curve = h('section', { class: 'card' });
        this.details = h('section', { class: 'card', 'aria-label': 'Selected model in detail' });
        this.strands = h('section', { class: 'card' });
        this.pairs = h('div', { class: 'flow' });
        const figure = h('section', { class: 'card figure', 'aria-label': 'Front' },
            h('div', { class: 'heading' }, this.axes, h('span', { class: 'buttons' }, this.resetButton,
                ...figureButtons(`${review.job.name}-front`, () => this.scatter.picture(), () => this.rows()))),
            this.scatter.element, this.legend(), this.summary, this.limits);
        this.element.replaceChildren(
            this.tabs, this.sentence, this.notes, h('div', { class: 'columns' }, figure, this.sheet), this.details, this.matrix,
            this.strands, this.frontTable, h('div', { class: 'columns even' }, this.pairs, this.curve, this.facts()));
        this.buildLimits();
    }

    legend() {
        const entry = (name, text) => h('span', { class: `key ${name}` }, text);
        return h('p', { class: 'legend' }, entry('front', 'front'), entry('dominated', 'beaten by another'),
            entry('infeasible', 'not deployable or outside the limits'), entry('pick', 'pick'), entry('base', 'best uncompressed'),
            h('span', { class: 'hint' }, 'Drag to zoom, click to select.'));
    }

    facts() {
        const { review } = this;
        return h('section', { class: 'card' }, h('h2', {}, 'What was asked'),
            h('dl', {}, ...review.facts.flatMap(({ name, text }) => [h('dt', {}, name), h('dd', {}, text)])),
            h('p', { class: 'muted' }, `${review.job.state}, ${review.job.evaluations} evaluations in ${duration(review.job.seconds)}, mean hypervolume ${significant(review.job.hypervolume)}.`));
    }

    known(device = this.device) { return metrics.filter(({ key }) => range(device, key)); }

    buildLimits() {
        const { device, review, state } = this;
        this.builtFor = `${device.device} ${device.board}`;
        const set = (key, value) => {
            const limits = { ...this.state.limits };
            if (value === null) delete limits[key]; else limits[key] = value;
            this.set({ limits });
        };
        const sliders = this.known().filter(({ key }) => key !== 'macs' && key !== 'parameters').map((one) => this.slider(one, range(device, one.key), set));
        const confidence = h('input', {
            type: 'range', min: '0.49', max: '0.99', step: '0.01', value: state.confidence ?? 0.49, id: 'confidence',
            oninput: (event) => this.set({ confidence: Number(event.target.value) < 0.5 ? null : Number(event.target.value) }),
        });
        this.confidenceText = h('output', { for: 'confidence' });
        const preferences = [['knee', 'balanced (knee)'], ['accuracy', titleOf(review, 'quality')], ['latency', 'latency'], ['size', 'model size'], ['energy', 'energy']];
        this.limits.replaceChildren(...sliders,
            h('div', { class: 'slider' }, h('label', { for: 'confidence' }, 'latency limit holds with probability'), confidence, this.confidenceText),
            labelled('pick the best in', choice(preferences, state.preference, (preference) => this.set({ preference }))),
            h('button', { class: 'small', onclick: () => { this.set({ limits: {}, confidence: null }); this.buildLimits(); } }, 'no limits'));
    }

    // A slider over a metric's range: costs by factors, from no limit at its end.
    slider(one, [low, high], set) {
        const { review } = this;
        const isCost = !one.isQuality || review.is_error;
        const isLogarithmic = !one.isQuality && low > 0 && high / low > 4;
        const value = (place) => (isLogarithmic ? low * (high / low) ** place : low + (high - low) * place);
        const place = (limit) => Math.round(1000 * (isLogarithmic ? Math.log(limit / low) / Math.log(high / low) : (limit - low) / (high - low)));
        const none = isCost ? 1000 : 0;
        const limit = this.state.limits[one.key];
        const id = `limit-${one.key}`;
        const text = h('output', { for: id });
        const write = (limit) => { text.textContent = limit === undefined ? 'no limit' : shown(review, one.key, limit); };
        write(limit);
        const input = h('input', {
            type: 'range', id, min: 0, max: 1000, step: 1, value: limit === undefined ? none : Math.min(1000, Math.max(0, place(limit))),
            oninput: (event) => {
                const at = Number(event.target.value);
                const next = at === none ? undefined : Number(value(at / 1000).toPrecision(4));
                write(next);
                set(one.key, next ?? null);
            },
        });
        return h('div', { class: 'slider' }, h('label', { for: id }, `${titleOf(review, one.key)} ${isCost ? 'at most' : 'at least'}`), input, text);
    }

    // MARK: What changes with the choices

    update() {
        if (this.review.devices.length === 0) return;
        const { device, review, state } = this;
        if (this.builtFor !== `${device.device} ${device.board}`) this.buildLimits();
        for (const tab of this.tabs.children) tab.setAttribute('aria-selected', tab.dataset.device === device.device);
        this.sentence.textContent = device.sentence;
        const left = device.total > device.count ? [`${device.count} of ${device.total} candidates are shown; limits are computed on these.`] : [];
        this.notes.replaceChildren(...[...device.notes, ...left].map((note) => h('p', { class: 'muted' }, note)));
        this.confidenceText.textContent = state.confidence ? state.confidence.toFixed(2) : 'not asked for';
        const keys = device.objectives.map((key) => (key === 'accuracy' ? 'quality' : key));
        this.mask = allowed(review, device, state.limits, state.confidence);
        this.members = front(review, device, this.mask, keys);
        this.picked = pick(review, device, this.mask, state.preference, this.members);
        this.chosen = find(device, state.selected);
        if (this.chosen < 0) this.chosen = this.picked;
        this.updateChart();
        this.updateSummary();
        // What stands beside and below follows with the next picture, however many moves of a slider lie between.
        if (this.isDue) return;
        this.isDue = true;
        requestAnimationFrame(() => {
            this.isDue = false;
            this.updateSheet();
            this.updateDetails();
            this.updateMatrix();
            this.updateStrands();
            this.updateFrontTable();
            this.updatePairs();
            this.updateCurve();
        });
    }

    // Whether something is not what it was the last time that this was asked.
    isNew(name, ...values) {
        this.seen ??= {};
        const key = JSON.stringify(values);
        const isNew = this.seen[name] !== key;
        this.seen[name] = key;
        return isNew;
    }

    updateChart() {
        const { device, review, state } = this;
        const known = metrics.map((one) => one.key).filter((key) => device[key].some(Number.isFinite));
        const options = known.map((key) => [key, titleOf(review, key)]);
        const x = known.includes(state.x) ? state.x : known.find((key) => key !== 'quality') ?? 'quality';
        const y = known.includes(state.y) ? state.y : 'quality';
        const box = (text, isChecked, change) => h('label', { class: 'box' }, h('input', { type: 'checkbox', checked: isChecked, onchange: (event) => change(event.target.checked) }), text);
        const fidelities = this.entries().map((one) => [one.board, one.board === 'final' ? 'finalists' : `searched (${one.board})`]);
        if (this.isNew('axes', device.device, device.board, known, x, y)) this.axes.replaceChildren(
            fidelities.length > 1 ? labelled('show', choice(fidelities, device.board, (fidelity) => this.set({ fidelity, limits: {} }))) : '',
            labelled('up', choice(options, y, (key) => this.set({ y: key }))), labelled('across', choice(options, x, (key) => this.set({ x: key }))),
            box('log across', state.xLog, (xLog) => this.set({ xLog })), box('log up', state.yLog, (yLog) => this.set({ yLog })),
            box('all candidates', state.all, (all) => this.set({ all })));
        const isMember = new Uint8Array(device.count);
        for (const index of this.members) isMember[index] = 1;
        const kind = new Uint8Array(device.count);
        for (let index = 0; index < device.count; index += 1) {
            kind[index] = isMember[index] ? 3 : !state.all ? 0 : this.mask[index] ? 2 : 1;
        }
        const other = this.other?.devices.find((one) => one.device === device.device && one.board === device.board);
        const othersFront = other && other[x] && other[y]
            ? staircase(this.other, other, [...Array(other.count).keys()].filter((index) => isOnFront(other, index)), x, y) : [];
        this.scatter.show({
            key: `${device.device} ${device.board} ${x} ${y} ${state.xLog} ${state.yLog}`, x: device[x], y: device[y], kind,
            stairs: staircase(review, device, this.members, x, y), others: othersFront,
            low: x === 'latency_ms' ? device.latency_ms_p10 : null, high: x === 'latency_ms' ? device.latency_ms_p90 : null,
            picked: this.picked, selected: this.chosen, baseline: find(device, device.baseline),
            isXLogarithmic: state.xLog && x !== 'quality', isYLogarithmic: state.yLog && y !== 'quality',
            xText: (value) => tickText(shown(review, x, value)), yText: (value) => tickText(shown(review, y, value)),
            xTitle: `${titleOf(review, y)} over ${titleOf(review, x)}`,
        });
    }

    description(index) {
        const { device, review } = this;
        const parts = [device.id[index].slice(0, 8), quality(review, device.quality[index], device.quality_se[index])];
        if (Number.isFinite(device.latency_ms[index])) parts.push(milliseconds(device.latency_ms[index]));
        if (Number.isFinite(device.model_bytes[index])) parts.push(bytes(device.model_bytes[index]));
        parts.push(review.compressions[device.compression[index]] ?? '');
        const reason = this.reason(index);
        return parts.join(' · ') + (reason ? `\n${reason}` : '');
    }

    // Why a candidate is not on the front, in words; empty for a member.
    reason(index) {
        const { device, review, state } = this;
        if (!isFeasible(device, index)) {
            const status = device.status[index].replaceAll('_', ' ') || 'not deployable';
            const why = review.reasons[device.reason[index]];
            return why ? `${status}: ${why}` : status;
        }
        if (!this.mask[index]) {
            const broken = Object.entries(state.limits).filter(([key, limit]) => {
                const value = key === 'latency_ms' ? latencyBound(device, index, state.confidence) : device[key][index];
                return key === 'quality' && !review.is_error ? !(value >= limit) : !(value <= limit);
            }).map(([key]) => titleOf(review, key));
            return `outside the limit on ${broken.join(' and ')}`;
        }
        if (this.members.includes(index)) return '';
        const other = dominator(review, device, index);
        return other < 0 ? 'beaten by another within the limits' : `beaten by ${device.id[other].slice(0, 8)}`;
    }

    updateSummary() {
        const { device, members, picked, review } = this;
        const allowedCount = this.mask.reduce((sum, one) => sum + one, 0);
        this.summary.textContent = picked < 0
            ? `No candidate keeps these limits. ${this.nearest()}`
            : `${allowedCount === 1 ? '1 candidate keeps' : `${allowedCount} candidates keep`} the limits, ${members.length} on the front. Pick: ${device.id[picked].slice(0, 8)}, ${quality(review, device.quality[picked], device.quality_se[picked])}, ${milliseconds(device.latency_ms[picked])}, ${bytes(device.model_bytes[picked])}.`;
    }

    // The limit that the fewest feasible candidates keep.
    nearest() {
        const { device, review, state } = this;
        const kept = Object.entries(state.limits).map(([key, limit]) => [key, allowed(review, device, { [key]: limit }, state.confidence).reduce((sum, one) => sum + one, 0)]);
        if (kept.length === 0) return '';
        const [key, number] = kept.reduce((best, one) => (one[1] < best[1] ? one : best));
        return `The limit on ${titleOf(review, key)} alone leaves ${number}.`;
    }

    // MARK: The selected model

    updateSheet() {
        const { chosen, device, review } = this;
        if (chosen < 0) {
            this.sheet.replaceChildren(h('h2', {}, 'Selected model'), h('p', { class: 'muted' }, 'None; click a point.'));
            return;
        }
        const id = device.id[chosen];
        const value = (key, text) => (Number.isFinite(device[key][chosen]) ? text(device[key][chosen]) : '–');
        const interval = Number.isFinite(device.latency_ms_p10[chosen]) ? ` (${milliseconds(device.latency_ms_p10[chosen])} to ${milliseconds(device.latency_ms_p90[chosen])})` : '';
        const badges = [chosen === this.picked ? 'pick' : null, isFinalist(device, chosen) ? 'finalist' : null,
            isOnFront(device, chosen) ? 'front of the job' : null, device.fidelity[chosen]].filter(Boolean);
        const rows = [
            [titleOf(review, 'quality'), quality(review, device.quality[chosen], device.quality_se[chosen])],
            ['on test', Number.isFinite(device.test[chosen]) ? quality(review, device.test[chosen], device.test_se[chosen]) : 'finalists only'],
            ...(Number.isFinite(device.inherited[chosen]) ? [['with inherited weights, in the search', quality(review, device.inherited[chosen])]] : []),
            [`latency, ${device.provenance[chosen]}`, value('latency_ms', milliseconds) + interval],
            ['inferences a second', value('latency_ms', (one) => count(1000 / one))],
            ['model', value('model_bytes', bytes)], ['peak RAM', value('peak_ram_bytes', bytes)], ['flash', value('flash_bytes', bytes)],
            ['energy', value('energy_mj', (one) => `${significant(one)} mJ`)], ['multiplications', value('macs', count)], ['parameters', value('parameters', count)],
            ['compression', review.compressions[device.compression[chosen]] ?? '–'],
        ];
        const reason = this.reason(chosen);
        const remark = isFeasible(device, chosen) ? review.reasons[device.reason[chosen]] : null;
        const stages = (review.architectures[device.architecture[chosen]] ?? '').split('|').filter(Boolean);
        this.sheet.replaceChildren(
            h('h2', {}, id.slice(0, 8)), h('p', { class: 'badges' }, ...badges.map((badge) => h('span', { class: 'badge' }, badge))),
            reason ? h('p', { class: 'bad' }, `${reason[0].toUpperCase()}${reason.slice(1)}.`) : '',
            remark ? h('p', { class: 'muted small' }, `${remark[0].toUpperCase()}${remark.slice(1)}.`) : '',
            h('dl', { class: 'values' }, ...rows.flatMap(([name, text]) => [h('dt', {}, name), h('dd', {}, text)])),
            h('h3', {}, 'Stages'), h('ol', { class: 'stages' }, ...stages.map((stage) => h('li', {}, stage))),
            this.exports(id));
    }

    exports(id) {
        const { chosen, device, review, service } = this;
        const [job, name] = [review.job.name, id.slice(0, 12)];
        const isFinal = this.isFinal(chosen);
        const command = `${isFinal ? '' : `swiftlet finish ${job} ${name} && `}swiftlet export ${job} ${name} --output bundle-${id.slice(0, 8)}`;
        if (device.fidelity[chosen] === 'table') return h('p', { class: 'muted' }, 'From a table: there is no model to export.');
        return h('div', { class: 'exports' },
            service && isFinal ? h('a', { class: 'button primary', href: service.bundle(job, name), download: `${job}-${id.slice(0, 8)}.zip` }, 'Download bundle') : '',
            !isFinal ? h('p', { class: 'muted' }, 'Not trained to the end yet; this does, and exports it:') : '',
            h('code', { class: 'command' }, command),
            h('button', { class: 'small', onclick: () => navigator.clipboard?.writeText(command) }, 'copy'));
    }

    // MARK: The selected model in detail

    isFinal(index) { return this.device.fidelity[index] === 'final' || isFinalist(this.device, index); }

    // Layers, training, mistakes and account of a finalist; asked for when a selection stays for a moment.
    updateDetails() {
        const { chosen, device, service } = this;
        const id = chosen < 0 ? null : device.id[chosen];
        clearTimeout(this.asking);
        if (id && service && this.isFinal(chosen) && !this.sheets.has(id)) {
            this.asking = setTimeout(() => this.fetchSheet(id), 250);
        }
        const sheet = id ? this.sheets.get(id) : null;
        if (!this.isNew('details', device.device, id, Boolean(sheet), sheet?.complaint)) return;
        const whole = chosen < 0 ? {} : { latency: device.latency_ms[chosen], provenance: device.provenance[chosen] };
        const parts = sheet && !sheet.complaint ? detailsOf(sheet, device.device, `${this.review.job.name}-${id.slice(0, 8)}`, whole) : [];
        const hint = sheet?.complaint ?? (id && this.isFinal(chosen)
            ? service ? 'loading' : 'A report has this of recommended models that were trained to the end.'
            : 'Layers, training and test results are known of finalists, which are trained to the end.');
        this.details.replaceChildren(h('h2', {}, id ? `Model ${id.slice(0, 8)} in detail` : 'Model in detail'),
            parts.length > 0 ? h('div', { class: 'parts' }, ...parts) : h('p', { class: 'muted' }, hint));
    }

    async fetchSheet(id) {
        try {
            this.sheets.set(id, await this.service.candidate(this.review.job.name, id, true));
        } catch (error) {
            this.sheets.set(id, { complaint: error.message });
        }
        this.updateDetails();
    }

    // MARK: Tables and curves

    // The front as rows of a file.
    rows() {
        const { device, review } = this;
        const keys = metrics.map((one) => one.key).filter((key) => key !== 'quality');
        return [['candidate', review.metric, 'standard_error', ...keys, 'compression', 'architecture'],
            ...this.members.map((index) => [device.id[index], device.quality[index], device.quality_se[index], ...keys.map((key) => device[key][index]),
                review.compressions[device.compression[index]], review.architectures[device.architecture[index]]])];
    }

    updateFrontTable() {
        const { device, review } = this;
        const known = this.known().filter(({ key }) => !['quality', 'macs', 'parameters'].includes(key));
        const members = [...this.members].sort((a, b) => (device.latency_ms[a] || 0) - (device.latency_ms[b] || 0));
        const most = 100;
        if (!this.isNew('table', device.device, device.board, members.slice(0, most), this.chosen)) return;
        const rows = members.slice(0, most).map((index) => ({
            attributes: { class: index === this.chosen ? 'chosen' : null },
            cells: [h('button', { class: 'link', onclick: () => this.select(device.id[index]) }, device.id[index].slice(0, 8)),
                quality(review, device.quality[index], device.quality_se[index]), ...known.map(({ key }) => shown(review, key, device[key][index])),
                review.compressions[device.compression[index]], h('span', { class: 'long' }, review.architectures[device.architecture[index]] ?? '')],
        }));
        this.frontTable.replaceChildren(
            h('h2', {}, `Front on ${device.device} within the limits`),
            rows.length === 0 ? h('p', { class: 'muted' }, 'Nothing keeps the limits.')
                : table(['candidate', titleOf(review, 'quality'), ...known.map(({ title }) => title), 'compression', 'architecture'], rows, 'Front'),
            members.length > most ? h('p', { class: 'muted' }, `The first ${most} of ${members.length}; the CSV has all.`) : '');
    }

    // Device × model: the recommended model of each device, and the selected one, everywhere.
    updateMatrix() {
        const { device, review } = this;
        if (!this.isNew('matrix', device.device, device.board, this.device.id[this.chosen])) return;
        const models = [];
        const add = (id, name) => {
            if (!id) return;
            const known = models.find((one) => one.id === id.slice(0, 12));
            if (known) known.names.push(name); else models.push({ id: id.slice(0, 12), names: [name] });
        };
        if (this.chosen >= 0) add(device.id[this.chosen], 'selected');
        for (const one of this.boards) add(one.recommended, one.device);
        const cost = device.objectives.find((key) => key !== 'accuracy') ?? 'latency_ms';
        const rows = models.map(({ id, names }) => ({
            attributes: { class: names.includes('selected') ? 'chosen' : null },
            cells: [h('span', {}, h('button', { class: 'link', onclick: () => this.select(id) }, id.slice(0, 8)), h('span', { class: 'muted small' }, ` ${names.join(', ')}`)),
                ...this.boards.map((one) => {
                    const index = find(one, id);
                    if (index < 0) return '–';
                    const text = shown(review, cost, one[cost][index]);
                    return isFeasible(one, index) ? text : h('span', { class: 'bad', title: review.reasons[one.reason[index]] ?? '' }, `${text} ✕`);
                })],
        }));
        this.matrix.replaceChildren(
            h('h2', {}, `One model on every device: ${titleOf(review, cost)}`),
            table(['model, and where it is recommended', ...this.boards.map((one) => one.device)], rows, 'Device by model'),
            h('p', { class: 'muted small' }, '✕: the device cannot have it, or it breaks a limit of the job.'));
    }

    // The front as parallel coordinates, up being better on every axis.
    updateStrands() {
        const { chosen, device, members, picked, review } = this;
        const most = 150;
        const shownMembers = members.slice(0, most);
        if (!this.isNew('strands', device.device, device.board, shownMembers, chosen, picked)) return;
        const indices = chosen >= 0 && !shownMembers.includes(chosen) ? [...shownMembers, chosen] : shownMembers;
        const axes = this.known().filter(({ key }) => key !== 'parameters').map((one) => {
            const [low, high] = range(device, one.key);
            const isCost = !one.isQuality || review.is_error;
            return { key: one.key, title: titleOf(review, one.key), low, high, isCost, isLogarithmic: !one.isQuality && low > 0 && high / low > 4, text: (value) => shown(review, one.key, value) };
        });
        const title = h('h2', {}, `The front on ${device.device} by every metric`);
        if (axes.length < 2 || indices.length === 0) {
            this.strands.replaceChildren(title, h('p', { class: 'muted' }, 'Nothing keeps the limits, or there are not two metrics that differ.'));
            return;
        }
        const chart = parallelChart(`Front on ${device.device}: one line a candidate over ${axes.map((one) => one.title).join(', ')}`, axes, indices.map((index) => ({
            values: axes.map(({ key }) => device[key][index]), text: this.description(index),
            isPicked: index === picked, isSelected: index === chosen, choose: () => this.select(device.id[index]),
        })));
        const numbers = () => [['candidate', ...axes.map(({ key }) => key)], ...indices.map((index) => [device.id[index], ...axes.map(({ key }) => device[key][index])])];
        this.strands.replaceChildren(
            h('div', { class: 'heading' }, title, h('span', { class: 'buttons' }, ...figureButtons(`${review.job.name}-${device.device}-parallel`, () => pictureOf(chart), numbers))),
            h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Parallel coordinates' }, chart),
            h('p', { class: 'muted small' }, `Up is better on every axis; click a line to select its model.${members.length > most ? ` The first ${most} of ${members.length} are drawn.` : ''}`));
    }

    // What was expected of finalists beside what came: their quality in the search, and their latency before it was measured.
    updatePairs() {
        const { chosen, device, review } = this;
        if (!this.isNew('pairs', device.device, device.board, chosen)) return;
        const final = this.entries().find((one) => one.board === 'final');
        const searched = this.entries().find((one) => one.board !== 'final');
        this.pairs.replaceChildren();
        if (!final || !searched) return;
        const both = final.id.map((id, index) => ({ id, final: index, searched: find(searched, id) })).filter((one) => one.searched >= 0);
        const dots = (pairs, text) => pairs.filter((one) => Number.isFinite(one.x) && Number.isFinite(one.y)).map((one) => ({
            ...one, text: `${one.id.slice(0, 8)}: ${text(one)}`, isSelected: one.id === device.id[chosen], choose: () => this.select(one.id),
        }));
        const show = (value) => quality(review, value);
        const qualities = dots(both.map((one) => ({ id: one.id, x: searched.quality[one.searched], y: final.quality[one.final] })), (one) => `${show(one.x)} in the search, ${show(one.y)} at the end`);
        const latencies = dots(both.filter((one) => final.provenance[one.final] === 'measured' && searched.provenance[one.searched] !== 'measured').map((one) => ({
            id: one.id, x: searched.latency_ms[one.searched], y: final.latency_ms[one.final], low: final.latency_ms_p10[one.final], high: final.latency_ms_p90[one.final],
        })), (one) => `${milliseconds(one.x)} predicted, ${milliseconds(one.y)} measured`);
        if (qualities.length > 0) {
            this.pairs.append(this.pairCard(`Finalists: ${titleOf(review, 'quality')} in the search and at the end`, 'search-final', qualities,
                { xTitle: `at the end over in the search (${searched.board})`, text: show, isLogarithmic: false }, ['searched', 'final'], ''));
        }
        if (latencies.length > 0) {
            const within = latencies.filter((one) => Math.abs(one.y / one.x - 1) <= 0.1).length;
            this.pairs.append(this.pairCard(`Latency on ${device.device}: predicted and measured`, 'predicted-measured', latencies,
                { xTitle: 'measured over predicted; the band is ±10 %', text: milliseconds, isLogarithmic: true, band: 0.1 }, ['predicted_ms', 'measured_ms'],
                `${within} of ${latencies.length} lie within ±10 %.`));
        }
    }

    pairCard(title, name, points, how, heads, sentence) {
        const chart = pairChart(title, points, how);
        const numbers = () => [['candidate', ...heads], ...points.map((one) => [one.id, one.x, one.y])];
        return h('section', { class: 'card' },
            h('div', { class: 'heading' }, h('h2', {}, title), h('span', { class: 'buttons' }, ...figureButtons(`${this.review.job.name}-${this.device.device}-${name}`, () => pictureOf(chart), numbers))),
            chart, sentence ? h('p', { class: 'muted small' }, sentence) : '');
    }

    // The hypervolume over evaluations, or over the time that they took.
    updateCurve() {
        const { device, review, state } = this;
        if (!this.isNew('curve', device.device, state.other, state.over, this.service?.jobs().length, this.changes)) return;
        const isTime = state.over === 'time';
        const points = (trace) => (trace ?? []).map(([evaluations, volume, seconds]) => [isTime ? seconds : evaluations, volume]);
        const other = this.other?.devices.find((one) => one.device === device.device);
        const what = isTime ? 'seconds of evaluating, added up' : 'evaluations';
        const chart = stepChart(`Hypervolume on ${device.device} over ${what}`, points(device.trace), `hypervolume over ${what}`, points(other?.trace));
        const buttons = chart ? figureButtons(`${review.job.name}-${device.device}-hypervolume`, () => pictureOf(chart), () => [['evaluations', 'hypervolume', 'seconds'], ...device.trace]) : [];
        const over = labelled('over', choice([['evaluations', 'evaluations'], ['time', 'time']], state.over, (key) => this.set({ over: key })));
        this.curve.replaceChildren(
            h('div', { class: 'heading' }, h('h2', {}, 'How the search went'), h('span', { class: 'buttons' }, ...buttons)),
            chart ?? h('p', { class: 'muted' }, 'This device does not guide the search.'),
            h('div', { class: 'controls' }, chart ? over : '', this.comparison() ?? ''), this.differences() ?? '');
    }

    // A second job's front and curve behind the first one's.
    comparison() {
        const { review, service } = this;
        const others = (service?.jobs() ?? []).filter((one) => one.name !== review.job.name);
        if (others.length === 0) return null;
        const options = [['', 'no other job'], ...others.map((one) => [one.name, one.name])];
        return labelled('compare with', choice(options, this.state.other ?? '', (name) => this.compare(name)));
    }

    // What the two jobs were asked differently, and how their fronts compare on the device.
    differences() {
        const { changes, device, other } = this;
        if (!changes || !other) return null;
        const one = changes.devices.find((entry) => entry.device === device.device);
        const long = (text) => (/^[0-9a-f]{64}$/.test(text ?? '') ? 'another content' : text ?? 'not given');
        return h('div', { class: 'differences' },
            one ? table(['', changes.a, changes.b], [
                ['hypervolume', significant(one.hypervolume_a), significant(one.hypervolume_b)],
                ['members of the front', `${one.front_a}`, `${one.front_b}`],
                ['of these not beaten by the other job', `${one.undominated_a}`, `${one.undominated_b}`],
                ['best quality', quality(this.review, one.best_accuracy_a ?? NaN), quality(this.review, one.best_accuracy_b ?? NaN)],
            ], 'Two jobs') : h('p', { class: 'muted' }, `${other.job.name} does not have this device.`),
            (changes.changes ?? []).length > 0
                ? table(['asked differently', changes.a, changes.b], changes.changes.map((change) => [change.key, long(change.a), long(change.b)]), 'What was asked differently')
                : h('p', { class: 'muted small' }, 'Both were asked the same.'));
    }

    async compare(name) {
        const job = this.review.job.name;
        [this.other, this.changes] = name ? await Promise.all([this.service.review(name), this.service.differences(job, name)]) : [null, null];
        this.set({ other: name || null });
    }
}

