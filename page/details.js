// What is known of one finished model beside its scores: layers, training, mistakes, what its compression promised.

import { bytes, count, milliseconds, percent, significant } from './format.js';
import { figureButtons, pictureOf } from './chart.js';
import { lineChart } from './figures.js';
import { h, table } from './elements.js';

// The parts of a model's sheet that there are, for one device; each an element with a heading. `whole` is the model's latency
// there, { latency, provenance }.
export function detailsOf(sheet, device, name, whole) {
    return [layersOf(sheet, device, name, whole), accountOf(sheet, device), trainingOf(sheet, name), testOf(sheet)].filter(Boolean);
}

function part(title, buttons, ...children) {
    return h('section', { class: 'part', 'aria-label': title }, h('div', { class: 'heading' }, h('h3', {}, title), h('span', { class: 'buttons' }, ...buttons)), ...children);
}

// Cost layer by layer, with the slowest layer marked. Estimates add up to the whole with what belongs to no layer; where the
// whole was measured, they are scaled to it.
function layersOf(sheet, device, name, whole) {
    const layers = sheet.layers?.find((one) => one.device === device)?.layers ?? [];
    if (layers.length === 0) return null;
    const total = layers.reduce((sum, one) => sum + one.latency_ms, 0);
    const differs = total > 0 && whole.latency > 0 && Math.abs(whole.latency / total - 1) > 0.01;
    const scale = differs && whole.provenance === 'measured' ? whole.latency / total : 1;
    const rest = differs && scale === 1 ? Math.max(0, whole.latency - total) : 0;
    const longest = Math.max(...layers.map((one) => one.latency_ms), 1e-12);
    const widest = Math.max(longest * scale, rest);
    const row = (text, latency, title, marks) => {
        const bar = h('span', { class: marks ? 'bar slowest' : 'bar' });
        bar.style.width = `${Math.max(1, (100 * latency) / widest)}%`;
        return h('li', { class: 'layer', title }, h('span', { class: 'name' }, text), h('span', { class: 'track' }, bar), h('span', { class: 'number' }, milliseconds(latency)));
    };
    const rows = layers.map((one) => row(`${one.name}${one.on_fallback ? ' (host)' : ''}`, one.latency_ms * scale,
        `${one.name}, ${one.operation}: ${milliseconds(one.latency_ms * scale)}, ${count(one.macs)} multiplications, ${bytes(one.weight_bytes)} of weights`, one.latency_ms === longest));
    if (rest > 0) rows.push(row('start, transfers', rest, `No layer: starting an inference and moving its data, ${milliseconds(rest)}`, false));
    const slowest = layers.find((one) => one.latency_ms === longest);
    const share = `${Math.round((100 * longest) / total)} %`;
    const sentence = scale !== 1
        ? `The slowest layer, ${slowest?.name}, takes about ${share} of the time. By the device's profile the layers take ${milliseconds(total)}; the bars are scaled to the ${milliseconds(whole.latency)} measured of the whole model.`
        : `The slowest layer, ${slowest?.name}, takes ${share} of the ${milliseconds(total)} of all layers${rest > 0 ? `; ${milliseconds(rest)} more start an inference and move its data` : ''}.`;
    const numbers = () => [Object.keys(layers[0]), ...layers.map((one) => Object.values(one))];
    return part(`Layers on ${device}`, figureButtons(`${name}-layers`, null, numbers),
        total > 0 ? h('p', { class: 'muted small' }, sentence) : '', h('ol', { class: 'layers' }, ...rows));
}

// Nominal beside effective: what the compression promises and what the runtime gives.
function accountOf(sheet, device) {
    const account = sheet.accounts?.find((one) => one.device === device);
    if (!account) return null;
    const rows = [
        ['weights', bytes(account.nominal_weight_bytes), account.effective_weight_bytes === null || account.effective_weight_bytes === undefined ? 'none' : bytes(account.effective_weight_bytes)],
        ['multiplications', count(account.nominal_macs), account.effective_macs === null || account.effective_macs === undefined ? 'none' : count(account.effective_macs)],
    ];
    return part(`What the compression promises, and what ${device} gives`, [], table(['', 'nominal', 'effective'], rows, 'Nominal beside effective'),
        ...(account.differences ?? []).map((text) => h('p', { class: 'muted small' }, text)));
}

// Loss, and accuracy where classes are told apart, epoch by epoch.
function trainingOf(sheet, name) {
    const stages = sheet.training ?? [];
    const losses = lineChart('Loss over epochs', stages.map((one) => ({ name: one.stage, values: one.losses })), (value) => significant(value, 2));
    if (!losses) return null;
    const isShare = stages.some((one) => one.accuracies.some((value) => value > 0));
    const shares = isShare ? lineChart('Accuracy on training samples over epochs', stages.map((one) => ({ name: one.stage, values: one.accuracies })), (value) => percent(value)) : null;
    const numbers = () => [['stage', 'epoch', 'loss', 'accuracy'], ...stages.flatMap((one) => one.losses.map((loss, epoch) => [one.stage, epoch + 1, loss, one.accuracies[epoch]]))];
    return part('How it was trained', figureButtons(`${name}-training`, () => pictureOf(losses), numbers),
        h('p', { class: 'muted small' }, 'Loss, mean over the training samples of an epoch.'), losses,
        shares ? h('p', { class: 'muted small' }, 'Share of training samples that were right.') : '', shares ?? '');
}

// What it predicted for the test part: which class it takes for which.
function testOf(sheet) {
    const tested = sheet.tested;
    if (!tested) return null;
    const sentence = `${tested.samples} test samples: ${tested.metrics.map(({ metric, value }) => `${metric.replaceAll('_', ' ')} ${significant(value)}`).join(', ')}`;
    const names = tested.classes.map((one) => one.name);
    if (names.length === 0) return part('On the test part', [], h('p', { class: 'small' }, sentence));
    const figures = table(['class', 'samples', 'precision', 'recall', 'F1'],
        tested.classes.map((one) => [one.name, `${one.samples}`, percent(one.precision ?? NaN), percent(one.recall ?? NaN), percent(one.f1 ?? NaN)]), 'Figures of each class');
    if (names.length > 20) return part('On the test part', [], h('p', { class: 'small' }, sentence), figures);
    const rows = tested.confusion.map((counts, truth) => {
        const total = counts.reduce((sum, one) => sum + one, 0);
        return [names[truth], ...counts.map((number, predicted) => {
            const cell = h('span', { class: truth === predicted ? 'cell right' : 'cell wrong', title: `${number} of ${total} of ${names[truth]} taken for ${names[predicted]}` }, number === 0 ? '·' : `${number}`);
            cell.style.setProperty('--share', `${Math.round((100 * number) / Math.max(total, 1))}%`);
            return cell;
        })];
    });
    return part('On the test part', [], h('p', { class: 'small' }, sentence),
        h('div', { class: 'confusion' }, table(['true \\ taken for', ...names], rows, 'Confusion matrix')), h('details', {}, h('summary', { class: 'small' }, 'Each class'), figures));
}
