public import ModelGraph

/// A piece of which only the extents are open: it is put into the forms in which runtimes execute it once, and then priced with
/// any rows, columns and channels.
///
/// No rewriting and no fusion looks at how large an extent is, as long as it is more than one and sums are not too long for int8.
public struct PieceTemplate: Sendable {
    private let source: OpenExtents
    private let products: [ProductCount]
    private let trained: [ValueID]
    private let forms: [Form]
    private let devices: [Device]
    /// How many extents are sides of kernels, which stand at the end.
    private let kernels: Int
    /// Extents that have one mark, and so must be equal.
    private let equal: [(Int, Int)]

    /// The piece as runtimes of one policy execute it.
    private struct Form: Sendable {
        let policy: RuntimePolicy
        let extents: OpenExtents
        let kernels: [KernelOutline]

        func works(_ extents: ValueExtents) -> [Workload] {
            kernels.indices.map { kernels[$0].work(extents) }
        }
    }

    private struct Device: Sendable {
        let form: Int
        let piece: DevicePiece
        /// The forms under the other habits that the calibration leaves open, with their kernels.
        let others: [(form: Int, kernels: DeviceKernels)]
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
            guard mark > OpenExtents.largestKernel, !literals.contains(mark) else { return nil }
            if let first = extents[mark] { equal.append((first, index)) } else { extents[mark] = index }
        }
        let known = Set(literals)
        guard let source = OpenExtents(graph, marks: extents, literals: known) else { return nil }
        var executed = ExecutedForms(graph)
        var forms: [Form] = []
        func form(_ policy: RuntimePolicy) -> Int? {
            if let index = forms.firstIndex(where: { $0.policy == policy }) { return index }
            let form = executed[policy]
            guard let open = OpenExtents(form.graph, marks: extents, literals: known) else { return nil }
            forms.append(
                Form(policy: policy, extents: open, kernels: form.outlines.map { $0.opened(extents) }))
            return forms.count - 1
        }
        var devices: [Device] = []
        for profile in profiles {
            let habits = profile.calibration?.others ?? []
            let others = habits.compactMap { habit in
                form(habit.policy).map {
                    (form: $0, kernels: DeviceKernels(executed[habit.policy].workloads, on: profile))
                }
            }
            guard let own = form(profile.runtime.policy), others.count == habits.count else { return nil }
            let piece = DevicePiece(executed[profile.runtime.policy], on: profile)
            devices.append(Device(form: own, piece: piece, others: others))
        }
        let products = graph.nodes.map { ProductCount($0, in: graph) }
        guard products.allSatisfy(\.followsFromExtents) else { return nil }
        self.products = products.filter { !$0.isZero }
        trained = graph.trainableConstants
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
        let values = source.closed(extents)
        let closed = forms.map { $0.extents.closed(extents) }
        let works = forms.indices.map { forms[$0].works(closed[$0]) }
        return Priced(
            macs: products.reduce(0) { $0.addingSaturated($1.count(values)) },
            parameters: trained.reduce(0) { $0.addingSaturated(values.count($1)) },
            pieces: devices.indices.map { index in
                let form = devices[index].form
                return PricedPiece(
                    works[form], closed[form], devices[index].piece,
                    others: devices[index].others.map { (works[$0.form], $0.kernels) })
            })
    }
}
