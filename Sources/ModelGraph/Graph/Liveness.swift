/// Which results may be written over one of the inputs of the kernel that computes them.
public struct InPlaceRules: OptionSet, Hashable, Sendable {
    /// The set as bits.
    public let rawValue: Int
    /// The set with these bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Reshapes (and casts of a type to itself) share their input's memory.
    public static let views = InPlaceRules(rawValue: 1)
    /// Element-wise kernels write over an input of the same size that nothing reads later.
    public static let elementwise = InPlaceRules(rawValue: 2)
    /// A kernel with a fused addition writes over the residual.
    public static let residual = InPlaceRules(rawValue: 4)
}

/// A piece of memory that holds one value, or several that follow each other in place.
public struct LiveBuffer: Hashable, Sendable {
    /// The values it holds, in the order in which they are written.
    public var values: [ValueID]
    /// Size of the memory in bytes.
    public var bytes: Int
    /// Indices of the first and last kernel during which the memory is in use; −1 before the first kernel.
    public var firstKernel, lastKernel: Int

    /// Memory of `bytes` bytes for `values`, in use from `firstKernel` to `lastKernel`, both included.
    public init(values: [ValueID], bytes: Int, firstKernel: Int, lastKernel: Int) {
        self.values = values
        self.bytes = bytes
        self.firstKernel = firstKernel
        self.lastKernel = lastKernel
    }
}

extension Graph {
    /// Memory that activations need while these kernels run one after another; constants are not part of it.
    ///
    /// Inputs live from before the first kernel to their last reader, outputs from their kernel to the end.
    /// - Parameter bytes: the size of a value on the target; by default that of its type here.
    public func liveBuffers(
        over kernels: [FusedKernel], inPlace rules: InPlaceRules = [],
        bytes: (Value) -> Int = { $0.type.bytes }
    ) -> [LiveBuffer] {
        let lastRead = lastReads(over: kernels)
        var buffers: [LiveBuffer] = []
        var bufferOf = [Int?](repeating: nil, count: values.count)
        func open(_ value: ValueID, at kernel: Int) {
            bufferOf[value.index] = buffers.count
            buffers.append(
                LiveBuffer(
                    values: [value], bytes: bytes(self[value]), firstKernel: kernel,
                    lastKernel: max(kernel, lastRead[value.index])))
        }
        for input in inputs { open(input, at: -1) }
        for (index, kernel) in kernels.enumerated() {
            let reused = inPlaceSources(of: kernel, rules: rules).first { source in
                guard let buffer = bufferOf[source.index] else { return false }
                return lastRead[source.index] == index && buffers[buffer].lastKernel == index
                    && bytes(self[source]) == bytes(self[kernel.output])
            }
            if let reused, let buffer = bufferOf[reused.index] {
                buffers[buffer].values.append(kernel.output)
                buffers[buffer].lastKernel = max(index, lastRead[kernel.output.index])
                bufferOf[kernel.output.index] = buffer
            } else {
                open(kernel.output, at: index)
            }
        }
        return buffers
    }

    /// For each value, the last kernel that reads it: −1 if none does, the kernel count if it leaves the graph.
    private func lastReads(over kernels: [FusedKernel]) -> [Int] {
        var last = [Int](repeating: -1, count: values.count)
        for (index, kernel) in kernels.enumerated() {
            for value in kernel.reads { last[value.index] = index }
        }
        for output in outputs { last[output.index] = kernels.count }
        return last
    }

    /// Inputs over which a kernel may write its result, best first.
    private func inPlaceSources(of kernel: FusedKernel, rules: InPlaceRules) -> [ValueID] {
        if let residual = kernel.residual { return rules.contains(.residual) ? [residual] : [] }
        let traits = nodes[kernel.anchor].operation.traits
        let isAllowed =
            traits.isView && rules.contains(.views) || traits.worksInPlace && rules.contains(.elementwise)
        return isAllowed ? kernel.inputs : []
    }
}

/// Where each buffer lies in one block of memory.
public struct Arena: Hashable, Sendable {
    /// One offset a buffer, in bytes.
    public var offsets: [Int]
    /// Bytes of the whole block.
    public var bytes: Int
}

extension [LiveBuffer] {
    /// The largest sum of buffers in use at the same time, in bytes: what no placement can go below.
    public var peakBytes: Int {
        // Sums grow only where a buffer begins.
        var peak = 0
        for begin in indices {
            let kernel = self[begin].firstKernel
            var sum = 0
            for index in indices where self[index].firstKernel <= kernel && kernel <= self[index].lastKernel {
                sum = sum.addingSaturated(self[index].bytes)
            }
            peak = Swift.max(peak, sum)
        }
        return peak
    }

    /// Places the largest buffers first, each into the lowest gap that is free while it lives.
    ///
    /// Greedy by size: Pisarchyk and Lee, Efficient Memory Management for Deep Neural Net Inference, 2020.
    /// - Parameter alignment: every offset is a multiple of it.
    public func arena(alignment: Int = 64) -> Arena {
        precondition(alignment > 0, "arena: alignment must be positive")
        var offsets = [Int](repeating: 0, count: count)
        var placed: [Int] = []
        let largestFirst = indices.sorted { (self[$0].bytes, $1) > (self[$1].bytes, $0) }
        for index in largestFirst {
            let neighbours = placed.filter { self[$0].overlaps(self[index]) }.sorted {
                offsets[$0] < offsets[$1]
            }
            var offset = 0
            for neighbour in neighbours {
                if offset.addingSaturated(self[index].bytes) <= offsets[neighbour] { break }
                let end = offsets[neighbour].addingSaturated(self[neighbour].bytes)
                offset = Swift.max(offset, end.roundedUp(to: alignment))
            }
            offsets[index] = offset
            placed.append(index)
        }
        let bytes = indices.map { offsets[$0].addingSaturated(self[$0].bytes) }.max() ?? 0
        return Arena(offsets: offsets, bytes: bytes)
    }
}

extension LiveBuffer {
    fileprivate func overlaps(_ other: LiveBuffer) -> Bool {
        firstKernel <= other.lastKernel && other.firstKernel <= lastKernel
    }
}

extension Int {
    fileprivate func roundedUp(to multiple: Int) -> Int {
        let remainder = self % multiple
        return remainder == 0 ? self : addingSaturated(multiple - remainder)
    }
}
