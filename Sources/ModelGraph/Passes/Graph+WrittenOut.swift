extension Graph {
    /// Activations that exporters write as several operations become one.
    ///
    /// GELU by the error function and by tanh, hard-swish and hard-sigmoid by a clamp. Results differ by
    /// rounding only.
    public func joiningActivations() -> Graph { joiningWrittenOut { $0.activation(at: $1) } }

    /// Mean, difference, variance and quotient, with a constant scale and offset, become one layer normalisation.
    func joiningLayerNormalizations() -> Graph { joiningWrittenOut { $0.normalization(at: $1) } }

    private func joiningWrittenOut(
        _ match: (WrittenOutMatcher, Int) -> (Operation, [ValueID])?
    ) -> Graph {
        var graph = self
        var matcher = WrittenOutMatcher(graph)
        var isChanged = false
        for index in nodes.indices.reversed() {
            guard let (operation, inputs) = match(matcher, index) else { continue }
            graph.nodes[index].operation = operation
            graph.nodes[index].inputs = inputs
            matcher = WrittenOutMatcher(graph)
            isChanged = true
        }
        return isChanged ? graph.removingUnused() : self
    }
}

/// Looks for known formulas that end in a node.
private struct WrittenOutMatcher {
    private let graph: Graph
    private let producers: [Int?]
    private let readers: [Int]

    init(_ graph: Graph) {
        self.graph = graph
        producers = graph.producers
        var readers = graph.consumers.map(\.count)
        for output in graph.outputs { readers[output.index] += 1 }
        self.readers = readers
    }

    /// The activation that gives a product's result, and what it reads.
    func activation(at index: Int) -> (Operation, [ValueID])? {
        let node = graph.nodes[index]
        guard isReal(node), node.isProduct || node.isQuotient,
            let (activation, x) = activation(product(node)),
            graph[x].type.shape == graph[node.output].type.shape
        else { return nil }
        return (.activation(activation), [x])
    }

    /// The layer normalisation that gives a node's result, and what it reads.
    func normalization(at index: Int) -> (Operation, [ValueID])? {
        let node = graph.nodes[index]
        return isReal(node) ? normalization(endingIn: node) : nil
    }

    private func isReal(_ node: Node) -> Bool {
        graph[node.output].type.dataType == .float32 && graph[node.output].type.quantization == nil
    }

    // MARK: Activations

    /// A product written as constant · factors.
    private struct Product {
        var constant: Float = 1
        var factors: [ValueID] = []
    }

    private func product(_ node: Node) -> Product {
        var product = Product()
        collect(node, into: &product)
        return product
    }

    private func product(of value: ValueID) -> Product {
        var product = Product()
        collect(value, into: &product)
        return product
    }

    private func collect(_ node: Node, into product: inout Product) {
        if case .binary(.multiply) = node.operation {
            for input in node.inputs { collect(input, into: &product) }
        } else if case .binary(.divide) = node.operation, let divisor = number(node.inputs[1]) {
            collect(node.inputs[0], into: &product)
            product.constant /= divisor
        } else {
            product.factors.append(node.output)
        }
    }

    /// Products that nothing else reads are taken apart.
    private func collect(_ value: ValueID, into product: inout Product) {
        if let number = number(value) {
            product.constant *= number
        } else if readers[value.index] == 1, let producer = producers[value.index] {
            collect(graph.nodes[producer], into: &product)
        } else {
            product.factors.append(value)
        }
    }

    private func activation(_ product: Product) -> (Activation, ValueID)? {
        if product.constant.isNear(1 / 6), let clamped = product.factors.first,
            let x = shiftedAndClamped(clamped), product.factors.count == 1
        {
            return (.hardSigmoid, x)
        }
        guard product.factors.count == 2 else { return nil }
        for (x, gate) in [(0, 1), (1, 0)].map({ (product.factors[$0.0], product.factors[$0.1]) }) {
            if product.constant.isNear(1 / 6), shiftedAndClamped(gate) == x { return (.hardSwish, x) }
            guard product.constant.isNear(0.5), let inner = sum(gate, adding: 1) else { continue }
            if case .unary(.errorFunction)? = operation(of: inner), let argument = input(of: inner) {
                let scaled = self.product(of: argument)
                if scaled.factors == [x], scaled.constant.isNear(0.70710678) {
                    return (.gelu(approximate: false), x)
                }
            }
            if case .activation(.tanh)? = operation(of: inner), let argument = input(of: inner),
                isCubic(argument, of: x)
            {
                return (.gelu(approximate: true), x)
            }
        }
        return nil
    }

    /// x, where the value is x + 3 clamped to 0…6.
    private func shiftedAndClamped(_ value: ValueID) -> ValueID? {
        guard case .activation(let clamp)? = operation(of: value), let shifted = input(of: value) else {
            return nil
        }
        switch clamp {
        case .relu6, .clip(0, 6): return sum(shifted, adding: 3)
        case .relu, .hardSwish, .sigmoid, .silu, .tanh, .hardSigmoid, .gelu, .leakyRelu, .clip: return nil
        }
    }

    /// Whether the value is √(2/π) · (x + 0.044715 · x³), also with x in front of the bracket.
    private func isCubic(_ value: ValueID, of x: ValueID) -> Bool {
        let outer = product(of: value)
        guard outer.constant.isNear(0.79788456) else { return false }
        if outer.factors.count == 2, outer.factors.contains(x),
            let bracket = outer.factors.first(where: { $0 != x }), let square = sum(bracket, adding: 1)
        {
            let inner = product(of: square)
            return inner.constant.isNear(0.044715) && power(inner.factors, of: x) == 2
        }
        guard outer.factors.count == 1, case .binary(.add)? = operation(of: outer.factors[0]),
            let producer = producers[outer.factors[0].index]
        else { return false }
        let terms = graph.nodes[producer].inputs
        guard let cubic = terms.first(where: { $0 != x }), terms.contains(x) else { return false }
        let inner = product(of: cubic)
        return inner.constant.isNear(0.044715) && power(inner.factors, of: x) == 3
    }

    /// The exponent, where all factors are powers of x.
    private func power(_ factors: [ValueID], of x: ValueID) -> Float? {
        var exponent: Float = 0
        for factor in factors {
            if factor == x {
                exponent += 1
            } else if case .binary(.power)? = operation(of: factor), input(of: factor) == x,
                let producer = producers[factor.index], let own = number(graph.nodes[producer].inputs[1])
            {
                exponent += own
            } else if case .binary(.multiply)? = operation(of: factor), let producer = producers[factor.index]
            {
                guard let own = power(graph.nodes[producer].inputs, of: x) else { return nil }
                exponent += own
            } else {
                return nil
            }
        }
        return exponent
    }

    // MARK: Layer normalisation

    /// (x − mean) / √(variance + ε), perhaps · scale, perhaps + offset.
    private func normalization(endingIn node: Node) -> (Operation, [ValueID])? {
        var (node, parameters): (Node, [ValueID]) = (node, [])
        for step in [BinaryOperation.add, .multiply] {
            guard case .binary(step) = node.operation,
                let place = node.inputs.firstIndex(where: { graph[$0].constant != nil }),
                case let inner = node.inputs[1 - place], readers[inner.index] == 1,
                let producer = producers[inner.index],
                graph[node.inputs[place]].type.shape.broadcast(with: graph[inner].type.shape)
                    == graph[inner].type.shape
            else { continue }
            // An offset without a scale stays an addition of its own.
            guard step == .multiply || graph.nodes[producer].isProduct else { return nil }
            parameters.insert(node.inputs[place], at: 0)
            node = graph.nodes[producer]
        }
        guard let (difference, deviation) = quotient(node), let centred = centred(difference),
            let (variance, epsilon) = variance(behind: deviation), isVariance(variance, of: centred)
        else { return nil }
        return (
            .layerNormalization(LayerNormalization(axes: centred.axes, epsilon: epsilon)),
            [centred.x] + parameters
        )
    }

    /// Numerator and denominator, also where the latter's reciprocal is multiplied.
    private func quotient(_ node: Node) -> (ValueID, ValueID)? {
        if case .binary(.divide) = node.operation { return (node.inputs[0], node.inputs[1]) }
        guard case .binary(.multiply) = node.operation else { return nil }
        for (value, other) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
            if case .unary(.reciprocal)? = operation(of: other), let inner = input(of: other) {
                return (value, inner)
            }
        }
        return nil
    }

    private func variance(behind deviation: ValueID) -> (ValueID, Float)? {
        guard case .unary(.squareRoot)? = operation(of: deviation), let inner = input(of: deviation),
            case .binary(.add)? = operation(of: inner), let producer = producers[inner.index]
        else { return nil }
        let terms = graph.nodes[producer].inputs
        for (value, other) in [(terms[0], terms[1]), (terms[1], terms[0])] {
            if let epsilon = number(other), epsilon > 0 { return (value, epsilon) }
        }
        return nil
    }

    private struct Centred: Equatable {
        let x: ValueID
        let axes: [Int]
    }

    /// x − its mean over some axes.
    private func centred(_ value: ValueID) -> Centred? {
        guard case .binary(.subtract)? = operation(of: value), let producer = producers[value.index] else {
            return nil
        }
        let (x, mean) = (graph.nodes[producer].inputs[0], graph.nodes[producer].inputs[1])
        guard case .reduce(let reduction)? = operation(of: mean), reduction.kind == .mean,
            reduction.keepsDimensions, !reduction.axes.isEmpty, input(of: mean) == x
        else { return nil }
        return Centred(x: x, axes: reduction.axes.sorted())
    }

    private func isVariance(_ value: ValueID, of centred: Centred) -> Bool {
        guard case .reduce(let reduction)? = operation(of: value), reduction.kind == .mean,
            reduction.keepsDimensions, reduction.axes.sorted() == centred.axes, let square = input(of: value),
            let producer = producers[square.index]
        else { return false }
        let node = graph.nodes[producer]
        if case .binary(.multiply) = node.operation {
            return node.inputs[0] == node.inputs[1] && self.centred(node.inputs[0]) == centred
        }
        guard case .binary(.power) = node.operation else { return false }
        return number(node.inputs[1]) == 2 && self.centred(node.inputs[0]) == centred
    }

    // MARK: Looking behind values

    private func operation(of value: ValueID) -> Operation? {
        producers[value.index].map { graph.nodes[$0].operation }
    }

    private func input(of value: ValueID) -> ValueID? {
        producers[value.index].map { graph.nodes[$0].inputs[0] }
    }

    /// The constant number that a value is.
    private func number(_ value: ValueID) -> Float? {
        guard let tensor = graph[value].constant?.tensor, tensor.dataType.isFloatingPoint else { return nil }
        return tensor.number.map { Float($0) }
    }

    /// What a sum adds to this number.
    private func sum(_ value: ValueID, adding number: Float) -> ValueID? {
        guard case .binary(.add)? = operation(of: value), let producer = producers[value.index] else {
            return nil
        }
        let terms = graph.nodes[producer].inputs
        if self.number(terms[1]) == number { return terms[0] }
        return self.number(terms[0]) == number ? terms[1] : nil
    }
}

extension Node {
    fileprivate var isProduct: Bool {
        if case .binary(.multiply) = operation { true } else { false }
    }

    fileprivate var isQuotient: Bool {
        if case .binary(.divide) = operation { true } else { false }
    }
}

extension Float {
    /// Whether two constants are the same up to how exporters round them.
    fileprivate func isNear(_ other: Float) -> Bool { abs(self - other) <= 1e-3 * abs(other) }
}
