public import ModelGraph

/// A piece of which only the extents are open: it is put into the forms in which runtimes execute it once, and then priced with
/// any rows, columns and channels.
///
/// No rewriting and no fusion looks at how large an extent is, as long as it is more than one and sums are not too long for int8.
public struct PieceTemplate: Sendable {
    private let source: OpenGraph
    private let forms: [Form]
    private let devices: [Device]
    /// How many extents are sides of kernels, which stand at the end.
    private let kernels: Int
    /// Extents that have one mark, and so must be equal.
    private let equal: [(Int, Int)]

    private struct Form: Sendable {
        let policy: RuntimePolicy
        let graph: OpenGraph
        let kernels: [FusedKernel]
    }

    /// A device with what it makes of the piece whatever its extents are.
    private final class Device: Sendable {
        let profile: DeviceProfile
        let form: Int
        let facts: ExtentFreeFacts
        /// The forms under the other habits that the calibration leaves open, with the placements of their kernels.
        let others: [(form: Int, placements: [KernelPlacement])]

        init(
            _ profile: DeviceProfile, form: Int, _ facts: ExtentFreeFacts,
            others: [(form: Int, placements: [KernelPlacement])]
        ) {
            self.profile = profile
            self.form = form
            self.facts = facts
            self.others = others
        }
    }

    /// Prices of a piece, one a device, with what its graph counts.
    public struct Priced: Sendable {
        /// Multiply-accumulates and trainable numbers of the piece.
        public let macs, parameters: Int
        /// In the order of the template's devices.
        public let pieces: [PricedPiece]
    }

    /// A template from a piece in which `marks` stand for the open extents; nil where another extent than these and `literals`
    /// is larger than any kernel, so that it may follow from them.
    public init?(
        _ graph: Graph, marks: [Int], kernelMarks: Int, literals: [Int], on profiles: [DeviceProfile]
    ) {
        var extents: [Int: Int] = [:]
        var equal: [(Int, Int)] = []
        for (index, mark) in marks.enumerated() {
            guard mark > OpenGraph.largestKernel, !literals.contains(mark) else { return nil }
            if let first = extents[mark] { equal.append((first, index)) } else { extents[mark] = index }
        }
        let known = Set(literals)
        guard let source = OpenGraph(graph, extents, known) else { return nil }
        var executed = ExecutedForms(graph)
        var forms: [Form] = []
        func form(_ policy: RuntimePolicy) -> Int? {
            if let index = forms.firstIndex(where: { $0.policy == policy }) { return index }
            let form = executed[policy]
            guard let open = OpenGraph(form.graph, extents, known) else { return nil }
            forms.append(Form(policy: policy, graph: open, kernels: form.kernels))
            return forms.count - 1
        }
        var devices: [Device] = []
        for profile in profiles {
            let habits = profile.calibration?.others ?? []
            let others = habits.compactMap { habit in
                form(habit.policy).map {
                    (form: $0, placements: executed[habit.policy].workloads.map(profile.kernelPlacement))
                }
            }
            guard let own = form(profile.runtime.policy), others.count == habits.count else { return nil }
            let facts = ExtentFreeFacts(executed[profile.runtime.policy], on: profile)
            devices.append(Device(profile, form: own, facts, others: others))
        }
        self.source = source
        self.forms = forms
        self.devices = devices
        self.equal = equal
        kernels = kernelMarks
    }

    /// The prices with these extents, in the order of the marks; nil where one that is no side of a kernel is 1, or where two
    /// differ that have one mark.
    public func priced(_ extents: [Int]) -> Priced? {
        guard extents.dropLast(kernels).allSatisfy({ $0 > 1 }),
            equal.allSatisfy({ extents[$0.0] == extents[$0.1] })
        else {
            return nil
        }
        let graph = source.closed(extents)
        let executed = forms.map { form in
            ExecutedGraph(
                form.graph.closed(extents), form.kernels, of: source.graph, under: form.policy)
        }
        return Priced(
            macs: graph.macs, parameters: graph.parameters,
            pieces: devices.map { device in
                PricedPiece(
                    executed[device.form], device.facts,
                    others: device.others.map { (executed[$0.form], $0.placements) }, on: device.profile)
            })
    }
}

extension Graph {
    /// The same graph without names of values and nodes, which no number depends on.
    fileprivate var withoutNames: Graph {
        var graph = self
        for index in graph.values.indices { graph.values[index].name = "" }
        for index in graph.nodes.indices { graph.nodes[index].name = "" }
        return graph
    }
}

/// A graph some of whose extents are open.
private struct OpenGraph: Sendable {
    /// With marks in the place of open extents.
    let graph: Graph
    /// The different shapes with open extents: an extent, or −1 − the index of an open one.
    private let shapes: [[Int]]
    private let values: [(value: Int, shape: Int)]
    private let convolutions: [OpenConvolution]

    /// A convolution with open sides of its kernel, or with a group for each of so many channels; −1 for what is not open.
    private struct OpenConvolution {
        let node, groups, height, width: Int
    }

    init?(_ graph: Graph, _ marks: [Int: Int], _ literals: Set<Int>) {
        var shapes: [[Int]] = []
        var values: [(value: Int, shape: Int)] = []
        for (index, value) in graph.values.enumerated() {
            var isOpen = false
            var shape = value.type.shape.dimensions
            for axis in shape.indices {
                if let extent = marks[shape[axis]] {
                    shape[axis] = -1 - extent
                    isOpen = true
                } else if shape[axis] > OpenGraph.largestKernel, !literals.contains(shape[axis]) {
                    return nil
                }
            }
            guard isOpen else { continue }
            let known = shapes.firstIndex(of: shape)
            values.append((index, known ?? shapes.count))
            if known == nil { shapes.append(shape) }
        }
        convolutions = graph.nodes.enumerated().compactMap { index, node in
            guard case .convolution(let convolution) = node.operation else { return nil }
            let open = OpenConvolution(
                node: index, groups: marks[convolution.groups] ?? -1,
                height: marks[convolution.kernel.height] ?? -1, width: marks[convolution.kernel.width] ?? -1)
            return max(open.groups, open.height, open.width) < 0 ? nil : open
        }
        self.graph = graph.withoutNames
        self.shapes = shapes
        self.values = values
    }

    /// Windows of more rows or columns than this are taken for extents that nobody marked.
    static let largestKernel = 16

    /// The graph with these extents.
    func closed(_ extents: [Int]) -> Graph {
        let shapes = shapes.map { shape in Shape(shape.map { $0 < 0 ? extents[-1 - $0] : $0 }) }
        var graph = graph
        for (value, shape) in values { graph.values[value].type.shape = shapes[shape] }
        for open in convolutions {
            guard case .convolution(var convolution) = graph.nodes[open.node].operation else { continue }
            if open.groups >= 0 { convolution.groups = extents[open.groups] }
            if open.height >= 0 { convolution.kernel.height = extents[open.height] }
            if open.width >= 0 { convolution.kernel.width = extents[open.width] }
            graph.nodes[open.node].operation = .convolution(convolution)
        }
        return graph
    }
}
