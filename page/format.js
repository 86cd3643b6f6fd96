// Numbers and units as people read them.

// The metrics of a candidate, in the order in which they are offered: key, title, how a value is written.
export const metrics = [
    { key: 'quality', title: 'quality', isQuality: true },
    { key: 'latency_ms', title: 'latency', text: milliseconds },
    { key: 'model_bytes', title: 'model size', text: bytes },
    { key: 'peak_ram_bytes', title: 'peak RAM', text: bytes },
    { key: 'flash_bytes', title: 'flash', text: bytes },
    { key: 'energy_mj', title: 'energy', text: (value) => `${significant(value)} mJ` },
    { key: 'macs', title: 'multiplications', text: count },
    { key: 'parameters', title: 'parameters', text: count },
];

export function metric(key) { return metrics.find((one) => one.key === key); }

// Three significant digits.
export function significant(value, digits = 3) {
    if (!Number.isFinite(value)) return '–';
    if (value === 0) return '0';
    const size = Math.abs(value);
    if (size >= 1e6 || size < 1e-4) return value.toExponential(digits - 1);
    const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
    return value.toFixed(decimals);
}

export function milliseconds(value) {
    if (!Number.isFinite(value)) return '–';
    if (value < 0.1) return `${significant(value * 1000)} µs`;
    return value >= 1000 ? `${significant(value / 1000)} s` : `${significant(value)} ms`;
}

export function bytes(value) {
    if (!Number.isFinite(value)) return '–';
    if (value < 1024) return `${Math.round(value)} B`;
    return value < 1048576 ? `${significant(value / 1024)} KiB` : `${significant(value / 1048576)} MiB`;
}

export function count(value) {
    if (!Number.isFinite(value)) return '–';
    if (value < 1e4) return `${Math.round(value)}`;
    return value < 1e6 ? `${significant(value / 1e3)} k` : `${significant(value / 1e6)} M`;
}

export function percent(value, error) {
    if (!Number.isFinite(value)) return '–';
    const spread = Number.isFinite(error) ? ` ± ${(error * 100).toFixed(2)}` : '';
    return `${(value * 100).toFixed(2)}${spread} %`;
}

export function duration(seconds) {
    if (!Number.isFinite(seconds)) return '–';
    if (seconds < 60) return `${Math.round(seconds)} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${Math.round(seconds % 60)} s`;
    return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} m`;
}

// A quality of a job, as a share or as a number.
export function quality(review, value, error) {
    if (review.is_share) return percent(value, error);
    const spread = Number.isFinite(error) ? ` ± ${significant(error)}` : '';
    return significant(value, 4) + spread;
}

// A value of a metric of a job.
export function shown(review, key, value) {
    const kind = metric(key);
    return kind.isQuality ? quality(review, value) : kind.text(value);
}

// The label of a tick: 90.00 % says no more than 90 %.
export function tickText(text) { return text.replace(/\.(\d*?)0+(?=\D|$)/, (_, kept) => (kept ? `.${kept}` : '')); }

// Rows as CSV by RFC 4180.
export function csv(rows) {
    const cell = (value) => {
        const text = value === null || value === undefined || Number.isNaN(value) ? '' : `${value}`;
        return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    return rows.map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}
