/// Channels that can only be removed together: one index removes a channel from every layer that produces it.
public struct ChannelGroup: Hashable, Sendable {
    /// The place in `channelGroups`.
    public let id: Int
    /// How many channels (coupled ones counted once) the group has.
    public let channels: Int
    /// Indices of the convolutions and dense layers that produce them, in order.
    public let producers: [Int]
    /// The name of the first producer.
    public let name: String
    /// For each producer, which of its output channels each channel of the group stands for.
    public let members: [[[Int]]]
}

extension Graph {
    /// The channels that pruning may remove, grouped by the layers that produce them.
    ///
    /// Additions and products couple the channels of their operands, depthwise and grouped convolutions those of input and result,
    /// concatenation puts groups side by side, flattening repeats them. Channels of the network's inputs and outputs, and those met by
    /// an operation that mixes or reorders them, belong to no group.
    public var channelGroups: [ChannelGroup] {
        ChannelCoupling(self).groups
    }

    /// The names of layers that structured pruning leaves as they are because another node reads the same weights.
    public var layersThatShareWeights: [String] {
        let consumers = consumers
        return nodes.filter { $0.operation.isLayer && sharesConstants($0, consumers) }.map(\.name)
    }

    /// Whether another node reads a constant of this one that is more than a single number.
    fileprivate func sharesConstants(_ node: Node, _ consumers: [[Int]]) -> Bool {
        node.inputs.contains { input in
            self[input].constant != nil && consumers[input.index].count > 1
                && self[input].type.shape.elementCount > 1
        }
    }
}

/// Which channels of which values are the same for pruning.
///
/// Every channel that a layer produces is an atom; `labels` names the atom behind each position of a value's last axis, and a
/// union-find structure merges atoms that must live or die together.
struct ChannelCoupling {
    /// For each value of the graph, the atom of each position along the last axis; empty for constants.
    private(set) var labels: [[Int]]
    private let graph: Graph
    private var parents: [Int] = []
    private var isPinned: [Bool] = []
    private var producers: [(node: Int, atoms: [Int])] = []

    init(_ graph: Graph) {
        self.graph = graph
        labels = [[Int]](repeating: [], count: graph.values.count)
        for input in graph.inputs { labels[input.index] = newAtoms(lastExtent(input)) }
        for place in graph.givenInputs { pin(labels[graph.inputs[place].index]) }
        for (index, node) in graph.nodes.enumerated() { labels[node.output.index] = couple(node, index) }
        for place in graph.readOutputs { pin(labels[graph.outputs[place].index]) }
        coupleStates()
        pinSharedWeights()
    }

    /// The representative of a class of atoms.
    func root(_ atom: Int) -> Int {
        var atom = atom
        while parents[atom] != atom { atom = parents[atom] }
        return atom
    }

    /// One flag an atom: whether it is among these.
    func marking(_ atoms: [Int]) -> [Bool] {
        var isMarked = [Bool](repeating: false, count: parents.count)
        for atom in atoms { isMarked[atom] = true }
        return isMarked
    }

    /// What a state is in one run it is in the next; one that no layer produces stays as it is.
    private mutating func coupleStates() {
        for state in graph.states {
            let (input, output) = (graph.inputs[state.input], graph.outputs[state.output])
            guard labels(of: input).count == labels(of: output).count else {
                pin(labels(of: input) + labels(of: output))
                continue
            }
            for (a, b) in zip(labels(of: input), labels(of: output)) { merge(a, b) }
        }
    }

    // MARK: Following one node

    private mutating func couple(_ node: Node, _ index: Int) -> [Int] {
        switch node.operation.traits.channels {
        case .produced:
            if case .transposedConvolution(let convolution) = node.operation, convolution.groups > 1 {
                return mixed(node)
            }
            guard case .convolution(let convolution) = node.operation else { return produce(node, index) }
            return coupleConvolution(node, index, groups: convolution.groups)
        case .kept: return labels(of: node.inputs[0])
        case .joined: return coupleOperands(node)
        case .mixed: return mixed(node)
        case .dependOnAxes:
            if case .concatenate(let axis) = node.operation { return coupleConcatenation(node, axis: axis) }
            if case .reshape = node.operation { return coupleReshape(node) }
            if let part = coupleParts(node) { return part }
            return leavesChannels(node) ? labels(of: node.inputs[0]) : mixed(node)
        }
    }

    /// The channels of a slice that cuts the last axis into equal parts; nil for other operations.
    ///
    /// Parts stay equal, since the same place of every part is kept or removed.
    private mutating func coupleParts(_ node: Node) -> [Int]? {
        guard case .slice(let slicing) = node.operation, let size = slicing.sizes.last,
            let start = slicing.starts.last, slicing.strides.last == 1
        else { return nil }
        let input = labels(of: node.inputs[0])
        guard size > 1, size < input.count, input.count % size == 0, start % size == 0 else { return nil }
        for channel in input.indices { merge(input[channel], input[channel % size]) }
        return Array(input[start..<start + size])
    }

    /// Whether an operation that works along some axes leaves the last one as it is.
    private func leavesChannels(_ node: Node) -> Bool {
        let last = lastAxis(node.inputs[0])
        if case .slice(let slicing) = node.operation {
            return last >= 0 && slicing.starts[last] == 0 && slicing.strides[last] == 1
                && slicing.sizes[last] == labels(of: node.inputs[0]).count
        }
        if case .transpose(let permutation) = node.operation {
            return permutation.last == permutation.count - 1
        }
        if case .pad(let padding) = node.operation {
            return padding.before.last == 0 && padding.after.last == 0
        }
        if case .softmax(let axis) = node.operation { return axis != last }
        if case .reduce(let reduction) = node.operation { return !reduction.axes.contains(last) }
        return false
    }

    private mutating func coupleConvolution(_ node: Node, _ index: Int, groups: Int) -> [Int] {
        let input = labels(of: node.inputs[0])
        guard node.inputs.dropFirst().allSatisfy({ graph[$0].constant != nil }) else { return mixed(node) }
        guard groups > 1 else { return produce(node, index) }
        let outputs = lastExtent(node.output)
        let (inputsEach, outputsEach) = (input.count / groups, outputs / groups)
        if inputsEach == 1 { return (0..<outputs).map { input[$0 / max(outputsEach, 1)] } }
        // Groups stay equal in size: the same place of every group is kept or removed.
        for channel in input.indices { merge(input[channel], input[channel % inputsEach]) }
        let produced = produce(node, index)
        for channel in produced.indices { merge(produced[channel], produced[channel % outputsEach]) }
        return produced
    }

    private mutating func coupleOperands(_ node: Node) -> [Int] {
        let (a, b) = (node.inputs[0], node.inputs[1])
        let extent = lastExtent(node.output)
        let operands = [a, b].filter { graph[$0].constant == nil }.map { labels(of: $0) }
        for operand in operands where operand.count != extent { pin(operand) }
        let full = operands.filter { $0.count == extent }
        guard let first = full.first else { return pinnedAtoms(extent) }
        if full.count == 2 { for (x, y) in zip(full[0], full[1]) { merge(x, y) } }
        return first
    }

    private mutating func coupleConcatenation(_ node: Node, axis: Int) -> [Int] {
        let parts = node.inputs.map { input -> [Int] in
            graph[input].constant == nil ? labels(of: input) : []
        }
        guard axis != lastAxis(node.output) else {
            return zip(node.inputs, parts).flatMap { input, part in
                part.isEmpty ? pinnedAtoms(lastExtent(input)) : part
            }
        }
        let computed = parts.filter { !$0.isEmpty }
        guard computed.count == parts.count, let first = computed.first else { return mixed(node) }
        for part in computed.dropFirst() { for (x, y) in zip(first, part) { merge(x, y) } }
        return first
    }

    /// A reshape that keeps the last axis keeps its channels; one that flattens trailing axes into it repeats them.
    private mutating func coupleReshape(_ node: Node) -> [Int] {
        let input = labels(of: node.inputs[0])
        let source = graph[node.inputs[0]].type.shape
        let extent = lastExtent(node.output)
        guard extent != input.count else { return input }
        var product = 1
        for dimension in source.dimensions.reversed() {
            product = product.multipliedSaturated(by: dimension)
            if product == extent, !input.isEmpty, extent <= 1 << 24 {
                return (0..<extent).map { input[$0 % input.count] }
            }
        }
        return mixed(node)
    }

    /// The result of an operation whose channels cannot be told apart: all are pinned.
    private mutating func mixed(_ node: Node) -> [Int] {
        for input in node.inputs { pin(labels(of: input)) }
        return pinnedAtoms(lastExtent(node.output))
    }

    /// New channels, made by this node.
    private mutating func produce(_ node: Node, _ index: Int) -> [Int] {
        for weights in node.inputs.dropFirst() where graph[weights].constant == nil { return mixed(node) }
        let atoms = newAtoms(lastExtent(node.output))
        producers.append((index, atoms))
        return atoms
    }

    /// Layers that share weights would have to be pruned alike, also in what they read; they are left alone.
    private mutating func pinSharedWeights() {
        let consumers = graph.consumers
        for node in graph.nodes where graph.sharesConstants(node, consumers) {
            for value in node.inputs + [node.output] { pin(labels[value.index]) }
        }
    }

    // MARK: Atoms

    private func labels(of value: ValueID) -> [Int] { labels[value.index] }

    private func lastExtent(_ value: ValueID) -> Int { graph[value].type.shape.dimensions.last ?? 0 }

    private func lastAxis(_ value: ValueID) -> Int { graph[value].type.shape.rank - 1 }

    private mutating func newAtoms(_ count: Int) -> [Int] {
        let atoms = Array(parents.count..<parents.count + count)
        parents += atoms
        isPinned += [Bool](repeating: false, count: count)
        return atoms
    }

    private mutating func pinnedAtoms(_ count: Int) -> [Int] {
        let atoms = newAtoms(count)
        pin(atoms)
        return atoms
    }

    private mutating func pin(_ atoms: [Int]) {
        for atom in atoms { isPinned[root(atom)] = true }
    }

    /// The smaller atom represents both, so that classes keep the order in which layers produce them.
    private mutating func merge(_ a: Int, _ b: Int) {
        let (a, b) = (root(a), root(b))
        let (low, high) = (min(a, b), max(a, b))
        parents[high] = low
        isPinned[low] = isPinned[low] || isPinned[high]
    }

    // MARK: Groups

    /// Classes that the same layers produce equally often, in order of their first channel.
    var groups: [ChannelGroup] { classes.enumerated().map { id, group in group.group(id: id, in: graph) } }

    /// For each group, the roots of its classes.
    var roots: [[Int]] { classes.map(\.roots) }

    /// For each group, the roots of its classes, and the name of its first producer.
    var namedRoots: [(name: String, roots: [Int])] {
        classes.map { (graph.nodes[$0.members[0][0].node].name, $0.roots) }
    }

    private var classes: [ClassesOfOneOrigin] {
        var origins = [[Origin]](repeating: [], count: parents.count)
        var order: [Int] = []
        for producer in producers {
            for (channel, atom) in producer.atoms.enumerated() {
                let root = root(atom)
                guard !isPinned[root] else { continue }
                if origins[root].isEmpty { order.append(root) }
                origins[root].append(Origin(node: producer.node, channel: channel))
            }
        }
        var indexOf: [[Int]: Int] = [:]
        var classes: [ClassesOfOneOrigin] = []
        var index = -1
        for root in order {
            // Neighbours are mostly of one origin.
            if index < 0 || !classes[index].holds(origins[root]) {
                let signature = origins[root].map(\.node)
                index = indexOf[signature] ?? classes.count
                if index == classes.count {
                    indexOf[signature] = index
                    classes.append(ClassesOfOneOrigin())
                }
            }
            classes[index].roots.append(root)
            classes[index].members.append(origins[root])
        }
        return classes
    }
}

private struct Origin {
    let node, channel: Int
}

private struct ClassesOfOneOrigin {
    var roots: [Int] = []
    var members: [[Origin]] = []

    /// Whether members come from the same layers.
    func holds(_ others: [Origin]) -> Bool {
        members.first?.elementsEqual(others) { $0.node == $1.node } ?? false
    }

    func group(id: Int, in graph: Graph) -> ChannelGroup {
        var producers: [Int] = []
        for origin in members.first ?? [] where producers.last != origin.node {
            producers.append(origin.node)
        }
        return ChannelGroup(
            id: id, channels: roots.count, producers: producers, name: graph.nodes[producers[0]].name,
            members: producers.map { producer in
                members.map { $0.filter { $0.node == producer }.map(\.channel) }
            })
    }
}
