import ModelGraph

extension Graph {
    /// Activations that exporters write as several nodes become one: x · sigmoid(x) is SiLU, x · hardSigmoid(x) is hard-swish.
    mutating func recogniseActivations() {
        let producers = producers
        let readers = readerCounts
        for index in nodes.indices {
            guard case .binary(.multiply) = nodes[index].operation else { continue }
            for (place, other) in [(0, 1), (1, 0)] {
                let (x, gate) = (nodes[index].inputs[place], nodes[index].inputs[other])
                guard x != gate, readers[gate.index] == 1, let producer = producers[gate.index],
                    nodes[producer].inputs == [x], let activation = nodes[producer].operation.gatedActivation
                else { continue }
                nodes[index].operation = .activation(activation)
                nodes[index].inputs = [x]
                break
            }
        }
    }
}

extension Operation {
    /// The activation that multiplying by this gate makes.
    fileprivate var gatedActivation: Activation? {
        guard case .activation(let gate) = self else { return nil }
        if case .sigmoid = gate { return .silu }
        if case .hardSigmoid(let alpha, 0.5) = gate, abs(alpha - 1 / 6) < 1e-6 { return .hardSwish }
        return nil
    }
}
