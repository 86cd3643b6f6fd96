// Charts as SVG, with a canvas below for points that are many.

import { csv, significant, tickText } from './format.js';

const names = 'http://www.w3.org/2000/svg';

export function svg(tag, attributes = {}, ...children) {
    const element = document.createElementNS(names, tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
}

export function download(name, type, content) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// Round values on an axis from low to high.
export function ticks(low, high, isLogarithmic, most = 7) {
    if (isLogarithmic && high / low >= 4) {
        const powers = [];
        for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
            for (const factor of [1, 2, 5]) powers.push(factor * 10 ** power);
        }
        const inside = powers.filter((value) => value >= low && value <= high);
        if (inside.length <= most) return inside;
        const whole = inside.filter((value) => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9);
        const step = Math.ceil(whole.length / most);
        return whole.filter((_, place) => place % step === 0);
    }
    const rough = (high - low) / Math.max(2, most - 2);
    if (!(rough > 0)) return [low];
    const decade = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * decade).find((one) => one >= rough);
    const values = [];
    for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-9; value += step) values.push(Number(value.toPrecision(12)));
    return values;
}

// An axis: what it spans, and where a value lies on it from 0 to 1.
export class Axis {
    constructor(low, high, isLogarithmic) {
        this.isLogarithmic = isLogarithmic && low > 0;
        const scale = this.isLogarithmic ? Math.log : (value) => value;
        let [start, end] = [scale(low), scale(high)];
        const room = end > start ? (end - start) * 0.04 : Math.max(Math.abs(start) * 0.01, 1e-6);
        [this.start, this.end, this.scale] = [start - room, end + room, scale];
    }

    share(value) { return (this.scale(value) - this.start) / (this.end - this.start); }

    value(share) {
        const place = this.start + share * (this.end - this.start);
        // Beyond the range of numbers there is no decade to mark.
        return this.isLogarithmic ? Math.min(Math.max(Math.exp(place), 1e-307), 1e307) : Math.min(Math.max(place, -1e307), 1e307);
    }

    get ticks() { return ticks(this.value(0), this.value(1), this.isLogarithmic); }

    zoomed(from, to) {
        const axis = Object.create(Axis.prototype);
        Object.assign(axis, this, { start: this.start + from * (this.end - this.start), end: this.start + to * (this.end - this.start) });
        return axis;
    }
}

// A scatter of candidates with a staircase; see `show` for what it draws.
export class Scatter {
    // on: { choose(index), describe(index) → text, zoom(zoom) }; zoom: { x, y }, shares of the axes from and to; null for all.
    constructor(label, on, zoom) {
        this.on = on;
        this.zoom = zoom;
        this.canvas = document.createElement('canvas');
        this.canvas.setAttribute('aria-hidden', 'true');
        this.svg = svg('svg', { role: 'application', tabindex: '0', 'aria-label': label });
        this.tip = document.createElement('div');
        this.tip.className = 'tip';
        this.tip.setAttribute('role', 'status');
        this.tip.hidden = true;
        this.element = document.createElement('div');
        this.element.className = 'chart';
        this.element.append(this.canvas, this.svg, this.tip);
        new ResizeObserver(() => this.draw()).observe(this.element);
        this.listen();
    }

    // data: { x, y: arrays of values; kind: 0 hidden, 1 infeasible, 2 dominated, 3 front; stairs, low, high, others,
    //         picked, selected, baseline: indices; xText, yText, xTitle, yTitle, isXLogarithmic, isYLogarithmic, key }
    show(data) {
        if (this.data && this.data.key !== data.key && this.zoom) {
            this.zoom = null;
            this.on.zoom(null);
        }
        this.data = data;
        this.draw();
    }

    reset() { this.zoom = null; this.on.zoom(null); this.draw(); }

    listen() {
        let start = null;
        const place = (event) => {
            const box = this.svg.getBoundingClientRect();
            return [event.clientX - box.left, event.clientY - box.top];
        };
        this.svg.addEventListener('pointerdown', (event) => {
            if (event.button !== 0) return;
            start = place(event);
            if (event.pointerType === 'mouse') this.svg.setPointerCapture(event.pointerId);
        });
        this.svg.addEventListener('pointermove', (event) => {
            const now = place(event);
            if (start && event.pointerType === 'mouse' && this.isDrag(start, now)) {
                this.hover(-1);
                this.band(start, now);
            } else {
                this.hover(this.nearest(...now));
            }
        });
        this.svg.addEventListener('pointerleave', () => this.hover(-1));
        this.svg.addEventListener('pointerup', (event) => {
            const now = place(event);
            if (start && event.pointerType === 'mouse' && this.isDrag(start, now)) {
                this.zoomTo(start, now);
            } else if (start) {
                const index = this.nearest(...now);
                if (index >= 0) this.on.choose(index);
            }
            start = null;
            this.band(null);
        });
        this.svg.addEventListener('dblclick', () => this.reset());
        this.svg.addEventListener('keydown', (event) => this.key(event));
    }

    isDrag(a, b) { return Math.abs(a[0] - b[0]) > 8 && Math.abs(a[1] - b[1]) > 8; }

    // Arrows go along the front, Escape shows everything.
    key(event) {
        const { data } = this;
        if (!data) return;
        if (event.key === 'Escape') { this.reset(); return; }
        const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };
        if (!(event.key in steps)) return;
        event.preventDefault();
        const members = [];
        data.kind.forEach((kind, index) => { if (kind === 3) members.push(index); });
        members.sort((a, b) => data.x[a] - data.x[b]);
        if (members.length === 0) return;
        const now = members.indexOf(data.selected);
        const next = now < 0 ? 0 : Math.min(Math.max(now + steps[event.key], 0), members.length - 1);
        this.on.choose(members[next]);
        this.hover(members[next]);
    }

    get frame() {
        const width = this.element.clientWidth;
        const height = this.element.clientHeight;
        const left = width < 500 ? 52 : 68;
        return { width, height, left, right: 14, top: 12, bottom: 40 };
    }

    axes() {
        const { data } = this;
        const spans = [[Infinity, -Infinity], [Infinity, -Infinity]];
        for (let index = 0; index < data.kind.length; index += 1) {
            if (data.kind[index] === 0 || !this.isDrawn(data.x[index], data.y[index])) continue;
            spans[0][0] = Math.min(spans[0][0], data.x[index]);
            spans[0][1] = Math.max(spans[0][1], data.x[index]);
            spans[1][0] = Math.min(spans[1][0], data.y[index]);
            spans[1][1] = Math.max(spans[1][1], data.y[index]);
            if (data.kind[index] !== 3 || !data.low || !this.isDrawn(data.low[index], 1) || !Number.isFinite(data.high[index])) continue;
            spans[0][0] = Math.min(spans[0][0], data.low[index]);
            spans[0][1] = Math.max(spans[0][1], data.high[index]);
        }
        if (!Number.isFinite(spans[0][0])) return null;
        let x = new Axis(...spans[0], data.isXLogarithmic);
        let y = new Axis(...spans[1], data.isYLogarithmic);
        if (this.zoom) {
            x = x.zoomed(this.zoom.x[0], this.zoom.x[1]);
            y = y.zoomed(this.zoom.y[0], this.zoom.y[1]);
        }
        return { x, y };
    }

    isDrawn(x, y) {
        return Number.isFinite(x) && Number.isFinite(y) && (!this.data.isXLogarithmic || x > 0) && (!this.data.isYLogarithmic || y > 0);
    }

    zoomTo(a, b) {
        const { width, height, left, right, top, bottom } = this.frame;
        const across = (value) => (value - left) / (width - left - right);
        const up = (value) => 1 - (value - top) / (height - top - bottom);
        const before = this.zoom ?? { x: [0, 1], y: [0, 1] };
        const within = ([low, high], one, other) => {
            const [from, to] = [Math.min(one, other), Math.max(one, other)];
            return [low + Math.max(0, from) * (high - low), low + Math.min(1, to) * (high - low)];
        };
        this.zoom = { x: within(before.x, across(a[0]), across(b[0])), y: within(before.y, up(a[1]), up(b[1])) };
        this.on.zoom(this.zoom);
        this.draw();
    }

    // The drawn candidate nearest to a place, at most 24 pixels away; members of the front first.
    nearest(px, py) {
        const { data, places } = this;
        if (!places) return -1;
        let [best, index] = [24 * 24, -1];
        for (let one = 0; one < data.kind.length; one += 1) {
            if (data.kind[one] === 0 || Number.isNaN(places[2 * one])) continue;
            const distance = ((places[2 * one] - px) ** 2 + (places[2 * one + 1] - py) ** 2) * (data.kind[one] === 3 ? 0.25 : 1);
            if (distance < best) [best, index] = [distance, one];
        }
        return index;
    }

    hover(index) {
        this.mark?.remove();
        this.tip.hidden = index < 0;
        if (index < 0 || !this.places) return;
        const [x, y] = [this.places[2 * index], this.places[2 * index + 1]];
        this.mark = svg('circle', { class: 'hover', cx: x, cy: y, r: 9 });
        this.svg.append(this.mark);
        this.tip.textContent = this.on.describe(index);
        const { width } = this.frame;
        this.tip.style.left = `${Math.min(Math.max(x - 120, 0), Math.max(0, width - 250))}px`;
        this.tip.style.top = `${y < 110 ? y + 16 : y - 96}px`;
    }

    band(a, b) {
        this.frameMark?.remove();
        if (!a) return;
        this.frameMark = svg('rect', {
            class: 'band', x: Math.min(a[0], b[0]), y: Math.min(a[1], b[1]), width: Math.abs(a[0] - b[0]), height: Math.abs(a[1] - b[1]),
        });
        this.svg.append(this.frameMark);
    }

    draw() {
        const { data } = this;
        if (!data) return;
        const frame = this.frame;
        if (frame.width === 0) return;
        this.svg.setAttribute('viewBox', `0 0 ${frame.width} ${frame.height}`);
        this.svg.replaceChildren();
        const axes = this.axes();
        this.places = null;
        const context = this.clearCanvas(frame);
        if (!axes) {
            this.svg.append(svg('text', { class: 'axis', x: frame.width / 2, y: frame.height / 2, 'text-anchor': 'middle' }, 'nothing to draw'));
            return;
        }
        const px = (value) => frame.left + axes.x.share(value) * (frame.width - frame.left - frame.right);
        const py = (value) => frame.height - frame.bottom - axes.y.share(value) * (frame.height - frame.top - frame.bottom);
        this.findPlaces(frame, px, py);
        this.drawScales(frame, axes, px, py);
        this.drawMany(context, frame);
        this.drawFront(frame, px, py);
    }

    clearCanvas({ width, height }) {
        const ratio = window.devicePixelRatio || 1;
        this.canvas.width = Math.round(width * ratio);
        this.canvas.height = Math.round(height * ratio);
        const context = this.canvas.getContext('2d');
        context.scale(ratio, ratio);
        return context;
    }

    findPlaces(frame, px, py) {
        const { data } = this;
        this.places = new Float64Array(2 * data.kind.length).fill(NaN);
        for (let index = 0; index < data.kind.length; index += 1) {
            if (data.kind[index] === 0 || !this.isDrawn(data.x[index], data.y[index])) continue;
            const [x, y] = [px(data.x[index]), py(data.y[index])];
            if (x < frame.left - 1 || x > frame.width - frame.right + 1 || y < frame.top - 1 || y > frame.height - frame.bottom + 1) continue;
            this.places[2 * index] = x;
            this.places[2 * index + 1] = y;
        }
    }

    drawScales(frame, axes, px, py) {
        const { data } = this;
        const [left, right, bottom] = [frame.left, frame.width - frame.right, frame.height - frame.bottom];
        const group = svg('g', { class: 'scales', 'aria-hidden': 'true' });
        for (const value of axes.y.ticks) {
            group.append(svg('line', { class: 'grid', x1: left, x2: right, y1: py(value), y2: py(value) }));
            group.append(svg('text', { class: 'axis', x: left - 7, y: py(value) + 4, 'text-anchor': 'end' }, data.yText(value)));
        }
        let last = -Infinity;
        for (const value of axes.x.ticks) {
            const place = px(value);
            group.append(svg('line', { class: 'grid', x1: place, x2: place, y1: frame.top, y2: bottom }));
            const text = data.xText(value);
            if (place - last < text.length * 6.5 + 10) continue;
            last = place;
            group.append(svg('text', { class: 'axis', x: place, y: bottom + 16, 'text-anchor': 'middle' }, text));
        }
        group.append(svg('text', { class: 'title', x: (left + right) / 2, y: frame.height - 4, 'text-anchor': 'middle' }, data.xTitle));
        this.svg.append(group);
    }

    // Dominated and infeasible candidates: on the canvas, for they may be ten thousand.
    drawMany(context, frame) {
        const { data, places } = this;
        const style = getComputedStyle(this.element);
        for (const [kind, name] of [[1, '--infeasible'], [2, '--dominated']]) {
            context.fillStyle = style.getPropertyValue(name).trim();
            for (let index = 0; index < data.kind.length; index += 1) {
                if (data.kind[index] !== kind || Number.isNaN(places[2 * index])) continue;
                context.fillRect(places[2 * index] - 1.5, places[2 * index + 1] - 1.5, 3, 3);
            }
        }
    }

    drawFront(frame, px, py) {
        const { data, places } = this;
        const clip = `clip-${Math.round(frame.width)}-${Math.round(frame.height)}`;
        this.svg.append(svg('clipPath', { id: clip }, svg('rect', {
            x: frame.left, y: frame.top, width: Math.max(0, frame.width - frame.left - frame.right), height: Math.max(0, frame.height - frame.top - frame.bottom),
        })));
        const group = svg('g', { 'clip-path': `url(#${clip})` });
        for (const { stairs, className } of [{ stairs: data.others ?? [], className: 'stairs other' }, { stairs: data.stairs, className: 'stairs' }]) {
            const drawn = stairs.filter(([a, b]) => this.isDrawn(a, b));
            if (drawn.length === 0) continue;
            const corners = drawn.slice(1).map(([x, y]) => `H${px(x).toFixed(1)}V${py(y).toFixed(1)}`).join('');
            group.append(svg('path', { class: className, d: `M${px(drawn[0][0]).toFixed(1)} ${py(drawn[0][1]).toFixed(1)}${corners}` }));
        }
        for (let index = 0; index < data.kind.length; index += 1) {
            if (data.kind[index] !== 3 || Number.isNaN(places[2 * index])) continue;
            const [x, y] = [places[2 * index], places[2 * index + 1]];
            if (data.low && Number.isFinite(data.low[index]) && this.isDrawn(data.low[index], 1)) {
                group.append(svg('line', { class: 'interval', x1: px(data.low[index]), x2: px(data.high[index]), y1: y, y2: y }));
            }
            group.append(svg('circle', { class: 'member', cx: x.toFixed(1), cy: y.toFixed(1), r: 4.5 }));
        }
        this.svg.append(group);
        for (const [index, name, radius] of [[data.baseline, 'baseline', 6], [data.picked, 'picked', 8], [data.selected, 'selected', 11]]) {
            if (index >= 0 && !Number.isNaN(places[2 * index])) {
                this.svg.append(svg('circle', { class: name, cx: places[2 * index], cy: places[2 * index + 1], r: radius }));
            }
        }
    }

    // The picture as it stands there, complete in itself.
    picture() {
        const { width, height } = this.frame;
        const copy = this.svg.cloneNode(true);
        const originals = [...this.svg.querySelectorAll('*')];
        [...copy.querySelectorAll('*')].forEach((element, place) => inlineStyle(element, originals[place]));
        const style = getComputedStyle(this.element);
        const many = svg('g');
        for (const [kind, name] of [[1, '--infeasible'], [2, '--dominated']]) {
            let path = '';
            for (let index = 0; index < this.data.kind.length; index += 1) {
                if (this.data.kind[index] !== kind || Number.isNaN(this.places[2 * index])) continue;
                path += `M${(this.places[2 * index] - 1.5).toFixed(1)} ${this.places[2 * index + 1].toFixed(1)}h3`;
            }
            if (path) many.append(svg('path', { d: path, stroke: style.getPropertyValue(name).trim(), 'stroke-width': 3 }));
        }
        copy.prepend(svg('rect', { width, height, fill: style.backgroundColor }), many);
        return serialised(copy, width, height);
    }
}

function inlineStyle(element, original) {
    const style = getComputedStyle(original);
    for (const name of ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'font-size', 'font-family']) {
        element.setAttribute(name, style.getPropertyValue(name));
    }
}

function serialised(element, width, height) {
    for (const name of ['role', 'tabindex']) element.removeAttribute(name);
    element.setAttribute('width', width);
    element.setAttribute('height', height);
    element.setAttribute('xmlns', names);
    return new XMLSerializer().serializeToString(element);
}

// Buttons that save a figure as a picture, where it has one, and as numbers.
export function figureButtons(name, picture, rows) {
    const button = (text, act) => {
        const element = document.createElement('button');
        element.className = 'small';
        element.textContent = text;
        element.setAttribute('aria-label', `${name} as ${text}`);
        element.addEventListener('click', act);
        return element;
    };
    const file = name.replaceAll(/[^\w.-]+/g, '-');
    return [
        ...(picture ? [button('SVG', () => download(`${file}.svg`, 'image/svg+xml', picture()))] : []),
        button('CSV', () => download(`${file}.csv`, 'text/csv', csv(rows()))),
    ];
}

// An SVG element that stands in the page as text of a file.
export function pictureOf(element) {
    const copy = element.cloneNode(true);
    const originals = [...element.querySelectorAll('*')];
    [...copy.querySelectorAll('*')].forEach((one, place) => inlineStyle(one, originals[place]));
    const [, , width, height] = element.getAttribute('viewBox').split(' ');
    return serialised(copy, width, height);
}
