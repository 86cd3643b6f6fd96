import ModelGraph

/// Which activations of a graph share memory on a device, and while which kernels they are needed, whatever their sizes are.
struct ActivationPlan: Sendable {
    private let buffers: [Buffer]
    private let kernels: Int
    /// Of each kernel the buffers of its input and its result, where it may write the one over the other.
    private let overlays: [(read: Int, written: Int)?]

    private struct Buffer: Sendable {
        let value: ValueID
        /// The type in which the device keeps it.
        let type: DataType
        /// Constants lie in flash or the model file.
        let isConstant: Bool
        /// The first and last kernel that needs it; −1 before the first kernel.
        let first, last: Int
        /// Rows that are needed at a time; nil for all.
        let rows: Int?

        func isNeeded(at kernel: Int) -> Bool { first <= kernel && kernel <= last }

        func bytes(_ extents: ValueExtents) -> Int {
            guard !isConstant else { return 0 }
            var bytes = type.bytes(for: extents.count(value))
            if type == .binary {
                let row = extents.shape(value).last ?? 0
                bytes = row > 0 ? extents.count(value) / row * ((row + 7) / 8) : 0
            }
            guard let rows else { return bytes }
            let height = max(extents.extent(value, 1), 1)
            return bytes / height * min(rows, height)
        }
    }

    init(_ graph: Graph, _ kernels: [FusedKernel], on profile: DeviceProfile) {
        let shared = profile.liveBuffers(graph, kernels)
        let images = profile.runtime.streamsPooling ? graph.pooledImages(kernels) : [:]
        buffers = shared.map { buffer in
            let value = buffer.values[0]
            return Buffer(
                value: value, type: profile.activationType(graph[value].type.dataType),
                isConstant: graph[value].constant != nil, first: buffer.firstKernel,
                last: buffer.lastKernel,
                rows: buffer.values.count == 1 ? images[value] : nil)
        }
        self.kernels = kernels.count
        overlays =
            profile.runtime.overlaysConvolutions
            ? kernels.enumerated().map { index, kernel in
                guard let input = kernel.inputs.first,
                    let read = shared.firstIndex(where: { $0.values.contains(input) }),
                    shared[read].lastKernel == index,
                    let written = shared.firstIndex(where: { $0.values.contains(kernel.output) }),
                    shared[written].firstKernel == index
                else { return nil }
                return (read, written)
            } : []
    }

    /// The most bytes of activations alive at once, inputs and outputs of the model included.
    func peakBytes(_ extents: ValueExtents, _ works: [Workload]) -> Int {
        let bytes = buffers.map { $0.bytes(extents) }
        var peak = 0
        for step in -1..<kernels {
            var sum = 0
            for index in buffers.indices where buffers[index].isNeeded(at: step) {
                sum = sum.addingSaturated(bytes[index])
            }
            if step >= 0, !overlays.isEmpty, let overlay = overlays[step] {
                sum -= saved(bytes[overlay.read], bytes[overlay.written], by: works[step].family)
            }
            peak = max(peak, sum)
        }
        return peak
    }

    /// Bytes that a convolution saves by writing over its dying input: one without neighbours between channels or pixels,
    /// or one that writes less than it reads, so that its results stay behind what it still needs.
    private func saved(_ read: Int, _ written: Int, by family: WorkFamily) -> Int {
        switch family {
        case .pointwise, .depthwise: min(read, written)
        case .convolution, .grouped: written < read ? written : 0
        case .dense, .pooling, .elementwise, .movement, .other: 0
        }
    }
}

extension DeviceProfile {
    /// The memory that activations share.
    fileprivate func liveBuffers(_ graph: Graph, _ kernels: [FusedKernel]) -> [LiveBuffer] {
        let rules: InPlaceRules = runtime.worksInPlace ? [.views, .elementwise, .residual] : [.views]
        return graph.liveBuffers(over: kernels, inPlace: rules) { value in
            if value.constant != nil { return 0 }
            if value.type.dataType == .binary { return value.type.bytes }
            return activationType(value.type.dataType).bytes(for: value.type.shape.elementCount)
        }
    }

    /// The type in which the device keeps activations of a type.
    fileprivate func activationType(_ type: DataType) -> DataType {
        guard type != .binary,
            case .converted(let other) = support.types.first(where: { $0.dataType == type })?.treatment
        else {
            return type
        }
        return other
    }
}

extension Graph {
    /// The images of convolutions that one pool and nothing else reads, each with the rows of the pool's windows.
    fileprivate func pooledImages(_ kernels: [FusedKernel]) -> [ValueID: Int] {
        guard kernels.contains(where: { nodes[$0.anchor].operation.isPool }) else { return [:] }
        var convolved: Set<ValueID> = []
        var readers: [ValueID: Int] = [:]
        for kernel in kernels {
            if case .convolution = nodes[kernel.anchor].operation { convolved.insert(kernel.output) }
            for value in kernel.reads { readers[value, default: 0] += 1 }
        }
        var images: [ValueID: Int] = [:]
        for kernel in kernels {
            guard case .pool(let pooling) = nodes[kernel.anchor].operation, let image = kernel.inputs.first,
                convolved.contains(image), readers[image] == 1, !outputs.contains(image)
            else { continue }
            images[image] = pooling.kernel.height
        }
        return images
    }
}

extension Operation {
    fileprivate var isPool: Bool { if case .pool = self { true } else { false } }
}
