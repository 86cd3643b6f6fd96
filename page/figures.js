// Figures that stand still: steps, lines over epochs, pairs of values beside their diagonal, parallel coordinates.

import { significant, tickText } from './format.js';
import { Axis, svg } from './chart.js';

// Narrower on a phone, so that letters stay readable.
function shapeOf() { return { width: window.innerWidth < 600 ? 360 : 560, height: 230, left: 58, right: 14, top: 10, bottom: 38 }; }

// An empty chart with its scales; px and py say where values lie on it.
function plain(label, x, y, { xTitle, xText, yText }) {
    const shape = shapeOf();
    const { width, height, left, right, top, bottom } = shape;
    const px = (value) => left + x.share(value) * (width - left - right);
    const py = (value) => height - bottom - y.share(value) * (height - top - bottom);
    const element = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, class: 'plain' });
    for (const value of y.ticks) {
        element.append(svg('line', { class: 'grid', x1: left, x2: width - right, y1: py(value), y2: py(value) }));
        element.append(svg('text', { class: 'axis', x: left - 6, y: py(value) + 4, 'text-anchor': 'end' }, tickText(yText(value))));
    }
    let last = -Infinity;
    for (const value of x.ticks) {
        const text = tickText(xText(value));
        if (px(value) - last < text.length * 6.5 + 10) continue;
        last = px(value);
        element.append(svg('text', { class: 'axis', x: last, y: height - bottom + 16, 'text-anchor': 'middle' }, text));
    }
    element.append(svg('text', { class: 'title', x: (left + width - right) / 2, y: height - 4, 'text-anchor': 'middle' }, xTitle));
    return { element, px, py, shape };
}

function span(values) { return values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1]; }

const number = (value) => (Number.isInteger(value) ? `${value}` : significant(value, 3));

// A line that steps through points [x, y], and another one behind it; null where there is nothing to draw.
export function stepChart(label, points, xTitle, others = []) {
    const all = [...points, ...others];
    if (all.length === 0) return null;
    const x = new Axis(...span(all.map((one) => one[0])), false);
    const y = new Axis(0, Math.max(...all.map((one) => one[1]), 1e-6), false);
    const { element, px, py } = plain(label, x, y, { xTitle, xText: number, yText: (value) => significant(value, 2) });
    for (const [line, className] of [[others, 'stairs other'], [points, 'stairs']]) {
        if (line.length === 0) continue;
        const steps = line.slice(1).map((one) => `H${px(one[0]).toFixed(1)}V${py(one[1]).toFixed(1)}`).join('');
        element.append(svg('path', { class: className, d: `M${px(line[0][0]).toFixed(1)} ${py(line[0][1]).toFixed(1)}${steps}` }));
    }
    return element;
}

// A line through one value an epoch, with a mark where another training begins.
// stages: { name, values }.
export function lineChart(label, stages, yText) {
    const values = stages.flatMap((stage) => stage.values);
    if (values.length === 0) return null;
    const x = new Axis(1, Math.max(values.length, 2), false);
    const y = new Axis(Math.min(...values, 0), Math.max(...values), false);
    const { element, px, py, shape } = plain(label, x, y, { xTitle: 'epoch', xText: (value) => (Number.isInteger(value) ? `${value}` : ''), yText });
    let epoch = 1;
    for (const { name, values: own } of stages) {
        if (own.length === 0) continue;
        const places = own.map((value, index) => `${px(epoch + index).toFixed(1)} ${py(value).toFixed(1)}`);
        if (epoch > 1) {
            const place = px(epoch - 0.5);
            element.append(svg('line', { class: 'mark', x1: place, x2: place, y1: shape.top, y2: shape.height - shape.bottom }));
            element.append(svg('text', { class: 'axis', x: place + 4, y: shape.top + 10 }, name));
        }
        element.append(own.length === 1
            ? svg('circle', { class: 'member', cx: px(epoch), cy: py(own[0]), r: 3.5 })
            : svg('path', { class: 'stairs', d: `M${places.join('L')}` }));
        epoch += own.length;
    }
    return element;
}

// Pairs of values of the same kind beside the diagonal on which they are equal.
// points: { x, y, low, high, text, choose }; band: the share by which y may differ, drawn as a band; 0 for none.
export function pairChart(label, points, { xTitle, text, isLogarithmic, band = 0 }) {
    const values = points.flatMap((one) => [one.x, one.y, one.low, one.high].filter(Number.isFinite));
    const [low, high] = span(values);
    const axis = new Axis(low, high, isLogarithmic);
    const { element, px, py, shape } = plain(label, axis, axis, { xTitle, xText: text, yText: text });
    const [start, end] = [axis.value(0), axis.value(1)];
    const clip = `pair-${xTitle.length}-${points.length}-${band * 100}`;
    element.append(svg('clipPath', { id: clip }, svg('rect', {
        x: shape.left, y: shape.top, width: shape.width - shape.left - shape.right, height: shape.height - shape.top - shape.bottom,
    })));
    const group = svg('g', { 'clip-path': `url(#${clip})` });
    if (band > 0) {
        const steps = [...Array(33).keys()].map((step) => axis.value(step / 32));
        const side = (factor) => steps.map((value) => `${px(value).toFixed(1)} ${py(Math.max(value * factor, axis.isLogarithmic ? start * 0.1 : -Infinity)).toFixed(1)}`);
        group.append(svg('path', { class: 'tolerance', d: `M${side(1 + band).join('L')}L${side(1 - band).reverse().join('L')}Z` }));
    }
    group.append(svg('line', { class: 'diagonal', x1: px(start), y1: py(start), x2: px(end), y2: py(end) }));
    for (const one of points) {
        if (Number.isFinite(one.low) && Number.isFinite(one.high)) {
            group.append(svg('line', { class: 'interval', x1: px(one.x), x2: px(one.x), y1: py(one.low), y2: py(one.high) }));
        }
    }
    element.append(group);
    for (const one of points) {
        const dot = svg('circle', { class: one.isSelected ? 'member chosen' : 'member', cx: px(one.x), cy: py(one.y), r: one.isSelected ? 6 : 4.5, tabindex: 0, role: 'button', 'aria-label': one.text }, svg('title', {}, one.text));
        dot.addEventListener('click', one.choose);
        dot.addEventListener('keydown', (event) => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); one.choose(); } });
        element.append(dot);
    }
    element.setAttribute('role', 'group');
    return element;
}

// Each candidate as a line over one axis a metric; up is better on every axis.
// axes: { title, low, high, isLogarithmic, isCost, text }; lines: { values, text, isPicked, isSelected, choose }.
export function parallelChart(label, axes, lines) {
    const width = Math.max(560, 150 * axes.length);
    const height = 260;
    const [left, right, top, bottom] = [70, 70, 34, 28];
    const element = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': label, class: 'plain strands' });
    const across = (place) => left + (axes.length > 1 ? place / (axes.length - 1) : 0.5) * (width - left - right);
    const scales = axes.map((one) => new Axis(one.low, one.high, one.isLogarithmic));
    const up = (place, value) => {
        const share = scales[place].share(value);
        return height - bottom - (axes[place].isCost ? 1 - share : share) * (height - top - bottom);
    };
    axes.forEach((axis, place) => {
        const anchor = place === 0 ? 'start' : place === axes.length - 1 ? 'end' : 'middle';
        const at = place === 0 ? 2 : place === axes.length - 1 ? width - 2 : across(place);
        const [best, worst] = axis.isCost ? [axis.low, axis.high] : [axis.high, axis.low];
        element.append(
            svg('line', { class: 'rail', x1: across(place), x2: across(place), y1: top, y2: height - bottom }),
            svg('text', { class: 'title', x: at, y: 13, 'text-anchor': anchor }, axis.title),
            svg('text', { class: 'axis', x: at, y: 27, 'text-anchor': anchor }, tickText(axis.text(best))),
            svg('text', { class: 'axis', x: at, y: height - 10, 'text-anchor': anchor }, tickText(axis.text(worst))));
    });
    const rank = (one) => (one.isSelected ? 2 : one.isPicked ? 1 : 0);
    for (const one of [...lines].sort((a, b) => rank(a) - rank(b))) {
        const known = one.values.map((value, place) => [place, value]).filter(([, value]) => Number.isFinite(value));
        if (known.length < 2) continue;
        const d = `M${known.map(([place, value]) => `${across(place).toFixed(1)} ${up(place, value).toFixed(1)}`).join('L')}`;
        const line = svg('g', { class: `strand${one.isPicked ? ' pick' : ''}${one.isSelected ? ' chosen' : ''}` },
            svg('title', {}, one.text), svg('path', { class: 'touch', d }), svg('path', { class: 'thread', d }));
        line.addEventListener('click', one.choose);
        element.append(line);
    }
    return element;
}
