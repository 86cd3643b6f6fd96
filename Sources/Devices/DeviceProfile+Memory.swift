import ModelGraph

extension DeviceProfile {
    /// The memory that activations share.
    func liveBuffers(_ graph: Graph, _ kernels: [FusedKernel]) -> [LiveBuffer] {
        let rules: InPlaceRules = runtime.worksInPlace ? [.views, .elementwise, .residual] : [.views]
        return graph.liveBuffers(over: kernels, inPlace: rules, bytes: activationBytes)
    }

    /// The most bytes of activations alive at once, inputs and outputs of the model included; `shared` says which of them share
    /// memory, and its sizes are worked out anew.
    func peakActivationBytes(_ graph: Graph, _ kernels: [FusedKernel], _ shared: [LiveBuffer]) -> Int {
        var buffers = shared
        for index in buffers.indices {
            if let value = buffers[index].values.first {
                buffers[index].bytes = activationBytes(graph[value])
            }
        }
        if runtime.streamsPooling { buffers.keepRows(graph.pooledImages(kernels)) }
        guard runtime.overlaysConvolutions else { return buffers.peakBytes }
        return (-1..<kernels.count).map { step in
            let alive = buffers.filter { $0.firstKernel <= step && step <= $0.lastKernel }
            let saved = step < 0 ? 0 : overlay(graph, kernels[step], alive, step)
            return alive.reduce(0) { $0 &+ $1.bytes } &- saved
        }.max() ?? 0
    }

    /// Bytes that a convolution saves by writing over its dying input: one without neighbours between channels or pixels,
    /// or one that writes less than it reads, so that its results stay behind what it still needs.
    private func overlay(_ graph: Graph, _ kernel: FusedKernel, _ alive: [LiveBuffer], _ step: Int) -> Int {
        guard let input = kernel.inputs.first,
            let read = alive.first(where: { $0.values.contains(input) }), read.lastKernel == step,
            let written = alive.first(where: { $0.values.contains(kernel.output) }),
            written.firstKernel == step
        else { return 0 }
        switch graph.workload(of: kernel).family {
        case .pointwise, .depthwise: return min(read.bytes, written.bytes)
        case .convolution, .grouped: return written.bytes < read.bytes ? written.bytes : 0
        case .dense, .pooling, .elementwise, .movement, .other: return 0
        }
    }

    /// Bytes of an activation in the type the device keeps it in; constants live in flash or the model file.
    private func activationBytes(_ value: Value) -> Int {
        guard value.constant == nil else { return 0 }
        if value.type.dataType == .binary { return value.type.bytes }
        return activationType(value.type.dataType).bytes(for: value.type.shape.elementCount)
    }

    private func activationType(_ type: DataType) -> DataType {
        guard case .converted(let other) = support.types.first(where: { $0.dataType == type })?.treatment
        else {
            return type
        }
        return other
    }
}

extension Graph {
    /// The images of convolutions that one pool and nothing else reads, each with the share of its rows in a window of it.
    fileprivate func pooledImages(_ kernels: [FusedKernel]) -> [ValueID: (rows: Int, height: Int)] {
        guard kernels.contains(where: { nodes[$0.anchor].operation.isPool }) else { return [:] }
        var convolved: Set<ValueID> = []
        var readers: [ValueID: Int] = [:]
        for kernel in kernels {
            if case .convolution = nodes[kernel.anchor].operation { convolved.insert(kernel.output) }
            for value in kernel.reads { readers[value, default: 0] += 1 }
        }
        var images: [ValueID: (rows: Int, height: Int)] = [:]
        for kernel in kernels {
            guard case .pool(let pooling) = nodes[kernel.anchor].operation, let image = kernel.inputs.first,
                convolved.contains(image), readers[image] == 1, !outputs.contains(image)
            else { continue }
            let height = self[image].type.shape[1]
            images[image] = (min(pooling.kernel.height, height), height)
        }
        return images
    }
}

extension Operation {
    fileprivate var isPool: Bool { if case .pool = self { true } else { false } }
}

extension [LiveBuffer] {
    /// Shrinks buffers that hold one of these images alone to the rows that are needed at a time.
    fileprivate mutating func keepRows(_ images: [ValueID: (rows: Int, height: Int)]) {
        for index in indices where self[index].values.count == 1 {
            guard let image = images[self[index].values[0]] else { continue }
            self[index].bytes = self[index].bytes / image.height * image.rows
        }
    }
}

extension RuntimeProfile {
    /// Bytes that the model file spends on one kernel besides its weights: operations, tensors, quantisation.
    ///
    /// Constants chosen after the layout of the formats, not fitted to files; `channels` are those with a scale of their own.
    func structureBytes(tensors: Int, operations: Int, channels: Int) -> Int {
        switch format {
        case .tflite: 160 * tensors + 80 * operations + 12 * channels
        case .onnx: 50 * tensors + 90 * operations + 5 * channels
        case .swiftlet: 48 * tensors + 40 * operations + 8 * channels
        }
    }

    /// Bytes of a model file without any operation.
    var emptyModelBytes: Int {
        switch format {
        case .tflite: 1024
        case .onnx: 128
        case .swiftlet: 64
        }
    }

    /// Why the format cannot hold a model, if it cannot.
    func refusesToHold(_ graph: Graph) -> String? {
        for value in graph.values {
            let type = value.type.dataType
            let holds: Bool =
                switch format {
                case .swiftlet: true
                case .onnx: type != .binary
                case .tflite: type != .binary && type != .bfloat16
                }
            if !holds {
                return "\(format.rawValue) files cannot hold \(type.rawValue) values such as '\(value.name)'."
            }
        }
        for node in graph.nodes {
            if case .training = node.operation {
                return "'\(node.name)' (\(node.operation.name)) exists only while a network is trained."
            }
        }
        return nil
    }
}
