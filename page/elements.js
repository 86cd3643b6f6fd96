// Elements of the page: made from attributes, listeners and children.

// An element: attributes as they are, `on…` as listeners, text and elements as children.
export function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
        if (value === null || value === undefined || value === false) continue;
        if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
        else if (value === true) element.setAttribute(key, '');
        else element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
}

let lastNumber = 0;

export function labelled(text, control) {
    control.id ||= `control-${lastNumber += 1}`;
    return h('div', { class: 'field' }, h('label', { for: control.id }, text), control);
}

export function choice(options, value, change) {
    return h('select', { onchange: (event) => change(event.target.value) },
        ...options.map(([key, title]) => h('option', { value: key, selected: key === value }, title)));
}

export function table(heads, rows, caption) {
    const cell = (one) => (one instanceof Element ? one : document.createTextNode(one ?? '–'));
    return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
        h('table', {},
            h('caption', { class: 'unseen' }, caption),
            h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, cell(head))))),
            h('tbody', {}, ...rows.map((row) => h('tr', row.attributes ?? {},
                ...(row.cells ?? row).map((one, place) => (place === 0 ? h('th', { scope: 'row' }, cell(one)) : h('td', {}, cell(one)))))))));
}
