/// Operations written as several simpler ones, for whoever has no rule of their own for them.
///
/// Values and constants of the graph keep their places; what is added comes behind them, and added constants are single numbers
/// (`Tensor.Storage.repeated`) that nothing trains.
extension Graph {
    /// Layer normalisations, normalisations over neighbouring channels, transposed convolutions, recurrent layers without integer rounding (step by step, all steps with
    /// the same weights) and look-ups of constant places, as layers, arithmetic and movements.
    ///
    /// - Parameter isWanted: which of these to write out.
    public func inParts(_ isWanted: (Operation) -> Bool = { _ in true }) throws(GraphError) -> Graph {
        let chosen = nodes.map { hasParts($0) && isWanted($0.operation) }
        guard chosen.contains(true) else { return self }
        var writer = PartsWriter(self)
        for (node, isChosen) in zip(nodes, chosen) {
            if isChosen { try writer.write(node) } else { writer.graph.nodes.append(node) }
        }
        return writer.graph
    }

    private func hasParts(_ node: Node) -> Bool {
        switch node.operation {
        case .layerNormalization, .transposedConvolution, .localResponseNormalization: true
        case .recurrence(let recurrence): recurrence.rounding == nil && !recurrence.roundsHidden
        case .gather: self[node.inputs[1]].constant?.tensor.isKnown ?? false
        case .convolution, .dense, .batchNormalization, .pool, .globalPool, .binary, .activation, .unary,
            .concatenate, .slice, .reshape, .transpose, .pad, .softmax, .resize, .matrixMultiply, .reduce,
            .compare, .select, .argument,
            .cumulativeSum, .cast, .quantize, .dequantize, .training:
            false
        }
    }
}

private struct PartsWriter {
    var graph: Graph

    init(_ graph: Graph) {
        self.graph = graph
        self.graph.nodes = []
    }

    mutating func write(_ node: Node) throws(GraphError) {
        switch node.operation {
        case .layerNormalization(let normalization): try normalize(node, normalization)
        case .transposedConvolution(let convolution): try convolve(node, convolution)
        case .recurrence(let recurrence): try recur(node, recurrence)
        case .gather(let axis): try pick(node, axis: axis)
        case .localResponseNormalization(let size, let alpha, let beta, let bias):
            try normalizeChannels(node, size: size, alpha: alpha, beta: beta, bias: bias)
        case .convolution, .dense, .batchNormalization, .pool, .globalPool, .binary, .activation, .unary,
            .concatenate, .slice, .reshape, .transpose, .pad, .softmax, .resize, .matrixMultiply, .reduce,
            .compare, .select, .argument,
            .cumulativeSum, .cast, .quantize, .dequantize, .training:
            graph.nodes.append(node)
        }
    }

    // MARK: - Parts

    /// Appends an operation; its result is a new value, or one that the graph has.
    @discardableResult
    private mutating func add(
        _ operation: Operation, _ inputs: [ValueID], into output: ValueID? = nil, of node: Node
    ) throws(GraphError) -> ValueID {
        let name = output == nil ? "\(node.name)/\(graph.values.count)" : node.name
        let result: ValueID
        if let output {
            result = output
        } else {
            let type = try operation.outputType(inputs.map { graph[$0].type })
            graph.values.append(Value(name: name, type: type))
            result = ValueID(graph.values.count - 1)
        }
        graph.nodes.append(Node(name: name, operation: operation, inputs: inputs, output: result))
        return result
    }

    private mutating func number(_ value: Float, of node: Node) -> ValueID {
        let tensor = Tensor([1], .repeated(Double(value), .float32))
        graph.values.append(
            Value(
                name: "\(node.name)/number\(graph.values.count)", type: ValueType([1]),
                constant: Constant(tensor)))
        return ValueID(graph.values.count - 1)
    }

    private func shape(_ value: ValueID) -> [Int] { graph[value].type.shape.dimensions }

    /// Elements `start` to `start + count` along an axis.
    private mutating func part(
        _ value: ValueID, axis: Int, _ start: Int, _ count: Int, of node: Node
    ) throws(GraphError) -> ValueID {
        var starts = [Int](repeating: 0, count: shape(value).count), sizes = shape(value)
        (starts[axis], sizes[axis]) = (start, count)
        return try add(.slice(Slicing(starts: starts, sizes: sizes)), [value], of: node)
    }

    private mutating func binary(
        _ operation: BinaryOperation, _ a: ValueID, _ b: ValueID, of node: Node
    ) throws(GraphError) -> ValueID {
        try add(.binary(operation), [a, b], of: node)
    }

    private mutating func apply(
        _ activation: Activation, _ value: ValueID, of node: Node
    ) throws(GraphError) -> ValueID {
        try add(.activation(activation), [value], of: node)
    }

    // MARK: - Operations

    /// x / (bias + alpha · m)^beta, m the mean of squares over `size` neighbouring channels, those beyond the ends counted as zeros.
    private mutating func normalizeChannels(
        _ node: Node, size: Int, alpha: Float, beta: Float, bias: Float
    ) throws(GraphError) {
        let x = node.inputs[0], before = (size - 1) / 2
        let squares = try binary(.multiply, x, x, of: node)
        let rows = try add(.reshape([0, -1, shape(x)[3], 1]), [squares], of: node)
        let window = Pooling(
            .average, kernel: Extent(1, size), stride: 1,
            padding: EdgePadding(top: 0, bottom: 0, left: before, right: size - 1 - before),
            countsPadding: true)
        let means = try add(
            .reshape([0] + shape(x).dropFirst()), [add(.pool(window), [rows], of: node)], of: node)
        let scaled = try binary(.multiply, means, number(alpha, of: node), of: node)
        let sum = try binary(.add, scaled, number(bias, of: node), of: node)
        let divisor = try binary(.power, sum, number(beta, of: node), of: node)
        try add(.binary(.divide), [x, divisor], into: node.output, of: node)
    }

    /// (x − mean) / √(variance + ε) · scale + offset.
    private mutating func normalize(
        _ node: Node, _ normalization: LayerNormalization
    ) throws(GraphError) {
        let mean = Operation.reduce(Reduction(.mean, axes: normalization.axes, keepsDimensions: true))
        let x = node.inputs[0]
        let centred = try binary(.subtract, x, add(mean, [x], of: node), of: node)
        let squares = try binary(.multiply, centred, centred, of: node)
        let variance = try binary(
            .add, add(mean, [squares], of: node), number(normalization.epsilon, of: node), of: node)
        let deviation = try add(.unary(.squareRoot), [variance], of: node)
        var factors: [(BinaryOperation, ValueID)] = [(.divide, deviation)]
        factors += zip([BinaryOperation.multiply, .add], node.inputs.dropFirst())
        var value = centred
        for (index, factor) in factors.enumerated() {
            let isLast = index == factors.count - 1
            value = try add(
                .binary(factor.0), [value, factor.1], into: isLast ? node.output : nil, of: node)
        }
    }

    /// Pixels apart by the stride, zeros between them, then a convolution with turned weights.
    private mutating func convolve(
        _ node: Node, _ convolution: TransposedConvolution
    ) throws(GraphError) {
        var image = try spread(node, convolution.stride)
        let (kernel, dilation, cut) = (convolution.kernel, convolution.dilation, convolution.padding)
        let rows = (kernel.height - 1) * dilation.height, columns = (kernel.width - 1) * dilation.width
        let edges = [
            rows - cut.top, rows - cut.bottom + convolution.added.height, columns - cut.left,
            columns - cut.right + convolution.added.width,
        ]
        let crop = edges.map { max(-$0, 0) }, extents = shape(image)
        if crop.contains(where: { $0 > 0 }) {
            let slicing = Slicing(
                starts: [0, crop[0], crop[2], 0],
                sizes: [
                    extents[0], extents[1] - crop[0] - crop[1], extents[2] - crop[2] - crop[3], extents[3],
                ])
            image = try add(.slice(slicing), [image], of: node)
        }
        let weights = graph[node.inputs[1]].type.shape
        let turned = try add(
            .slice(
                Slicing(
                    starts: [0, kernel.height - 1, kernel.width - 1, 0], sizes: weights.dimensions,
                    strides: [1, -1, -1, 1])), [node.inputs[1]], of: node)
        let padding = EdgePadding(
            top: max(edges[0], 0), bottom: max(edges[1], 0), left: max(edges[2], 0),
            right: max(edges[3], 0))
        let plain = Convolution(
            kernel: kernel, dilation: dilation, padding: padding, groups: convolution.groups)
        try add(
            .convolution(plain), [image, turned] + node.inputs.dropFirst(2), into: node.output, of: node)
    }

    /// [N, H, W, C] as [N, (H − 1) · stride + 1, …, C] with zeros between the pixels.
    private mutating func spread(_ node: Node, _ stride: Extent) throws(GraphError) -> ValueID {
        let x = node.inputs[0], extents = shape(x)
        guard stride != 1 else { return x }
        let (n, h, w, c) = (extents[0], extents[1], extents[2], extents[3])
        let apart = try add(.reshape([n, h, 1, w, 1, c]), [x], of: node)
        let padding = Padding(
            before: [0, 0, 0, 0, 0, 0], after: [0, 0, stride.height - 1, 0, stride.width - 1, 0])
        let padded = try add(.pad(padding), [apart], of: node)
        let wide = try add(.reshape([n, h * stride.height, w * stride.width, c]), [padded], of: node)
        let slicing = Slicing(
            starts: [0, 0, 0, 0], sizes: [n, (h - 1) * stride.height + 1, (w - 1) * stride.width + 1, c])
        return try add(.slice(slicing), [wide], of: node)
    }

    /// Constant places along an axis, one slice each.
    private mutating func pick(_ node: Node, axis: Int) throws(GraphError) {
        let extents = shape(node.inputs[0])
        let places = (graph[node.inputs[1]].constant?.tensor.floats ?? []).map { Int($0) }
        guard places.count <= 256 else {
            throw .invalid(
                node: node.name, detail: "looks up \(places.count) places; at most 256 are written out")
        }
        var parts: [ValueID] = []
        for place in places {
            let index = min(max(place < 0 ? place + extents[axis] : place, 0), extents[axis] - 1)
            parts.append(try part(node.inputs[0], axis: axis, index, 1, of: node))
        }
        let joined = parts.count == 1 ? parts[0] : try add(.concatenate(axis: axis), parts, of: node)
        try add(.reshape(shape(node.output)), [joined], into: node.output, of: node)
    }
}

// MARK: - Recurrent layers

extension PartsWriter {
    /// What all steps of a recurrent layer read.
    private struct Layer {
        /// W x + b of all steps [T, N, gates].
        let sums: ValueID
        let recurrent, bias: ValueID
        let hidden: Int
        let peepholes: ValueID?
    }

    /// Step by step, all steps with the same weights.
    private mutating func recur(_ node: Node, _ recurrence: Recurrence) throws(GraphError) {
        let x = node.inputs[0], time = shape(x)[0]
        let hidden = shape(node.inputs[2])[1], width = recurrence.gates * hidden
        let own = try part(node.inputs[3], axis: 0, 0, width, of: node)
        let product = try add(.dense, [x, node.inputs[1]], of: node)
        let layer = Layer(
            sums: try binary(.add, product, own, of: node), recurrent: node.inputs[2],
            bias: try part(node.inputs[3], axis: 0, width, width, of: node), hidden: hidden,
            peepholes: node.inputs.count > 6 ? node.inputs[6] : nil)
        var state = node.inputs[4], cell = recurrence.hasCellState ? node.inputs[5] : nil
        var results: [ValueID] = []
        for step in recurrence.isReversed ? Array((0..<time).reversed()) : Array(0..<time) {
            let taken = try part(layer.sums, axis: 0, step, 1, of: node)
            let sums = try add(.reshape([shape(x)[1], width]), [taken], of: node)
            switch recurrence.cell {
            case .plain(let activation):
                let product = try recurrentSums(state, layer, of: node)
                state = try apply(activation, binary(.add, sums, product, of: node), of: node)
            case .gru(let resetsAfterProduct):
                state = try gatedStep(sums, state, layer, resetsAfter: resetsAfterProduct, of: node)
            case .lstm:
                let product = try recurrentSums(state, layer, of: node)
                let gates = try binary(.add, sums, product, of: node)
                let next = try memoryStep(gates, cell ?? state, layer, clip: recurrence.cellClip, of: node)
                (state, cell) = (next.state, next.cell)
            }
            var result = state
            if recurrence.returnsCell, let cell {
                result = try add(.concatenate(axis: 1), [state, cell], of: node)
            }
            results.append(try add(.reshape([1] + shape(result)), [result], of: node))
        }
        if recurrence.isReversed { results.reverse() }
        guard results.count > 1 else {
            return _ = try add(.reshape(shape(node.output)), results, into: node.output, of: node)
        }
        try add(.concatenate(axis: 0), results, into: node.output, of: node)
    }

    /// R h and its bias.
    private mutating func recurrentSums(
        _ state: ValueID, _ layer: Layer, of node: Node
    ) throws(GraphError) -> ValueID {
        try binary(.add, add(.dense, [state, layer.recurrent], of: node), layer.bias, of: node)
    }

    /// Gates input, output, forget and cell.
    private mutating func memoryStep(
        _ gates: ValueID, _ cell: ValueID, _ layer: Layer, clip: Float?, of node: Node
    ) throws(GraphError) -> (state: ValueID, cell: ValueID) {
        let n = layer.hidden
        func looking(
            _ gate: ValueID, _ index: Int, at cell: ValueID, _ writer: inout PartsWriter
        ) throws(GraphError) -> ValueID {
            guard let peepholes = layer.peepholes else { return gate }
            let weights = try writer.part(peepholes, axis: 0, index * n, n, of: node)
            return try writer.binary(
                .add, gate, writer.binary(.multiply, weights, cell, of: node), of: node)
        }
        let sums = try (0..<4).map { (index) throws(GraphError) in
            try part(gates, axis: 1, index * n, n, of: node)
        }
        let input = try apply(.sigmoid, looking(sums[0], 0, at: cell, &self), of: node)
        let forget = try apply(.sigmoid, looking(sums[2], 2, at: cell, &self), of: node)
        let kept = try binary(.multiply, forget, cell, of: node)
        let added = try binary(.multiply, input, apply(.tanh, sums[3], of: node), of: node)
        var next = try binary(.add, kept, added, of: node)
        if let clip { next = try apply(.clip(lower: -clip, upper: clip), next, of: node) }
        let output = try apply(.sigmoid, looking(sums[1], 1, at: next, &self), of: node)
        let bent = try apply(.tanh, next, of: node)
        return (try binary(.multiply, output, bent, of: node), next)
    }

    /// Gates update, reset and hidden.
    private mutating func gatedStep(
        _ sums: ValueID, _ state: ValueID, _ layer: Layer, resetsAfter: Bool, of node: Node
    ) throws(GraphError) -> ValueID {
        let n = layer.hidden
        let products = try recurrentSums(state, layer, of: node)
        func gate(_ index: Int, _ writer: inout PartsWriter) throws(GraphError) -> ValueID {
            let own = try writer.part(sums, axis: 1, index * n, n, of: node)
            let other = try writer.part(products, axis: 1, index * n, n, of: node)
            return try writer.apply(.sigmoid, writer.binary(.add, own, other, of: node), of: node)
        }
        let update = try gate(0, &self), reset = try gate(1, &self)
        let own = try part(sums, axis: 1, 2 * n, n, of: node)
        let other: ValueID
        if resetsAfter {
            other = try binary(
                .multiply, reset, part(products, axis: 1, 2 * n, n, of: node), of: node)
        } else {
            let weights = try part(layer.recurrent, axis: 0, 2 * n, n, of: node)
            let bias = try part(layer.bias, axis: 0, 2 * n, n, of: node)
            let product = try add(
                .dense, [binary(.multiply, reset, state, of: node), weights], of: node)
            other = try binary(.add, product, bias, of: node)
        }
        let candidate = try apply(.tanh, binary(.add, own, other, of: node), of: node)
        let difference = try binary(.subtract, state, candidate, of: node)
        return try binary(.add, candidate, binary(.multiply, update, difference, of: node), of: node)
    }
}
