import ModelGraph

extension DeviceProfile {
    /// The most bytes of activations alive at once, inputs and outputs of the model included.
    func peakActivationBytes(_ graph: Graph, _ kernels: [FusedKernel]) -> Int {
        let rules: InPlaceRules = runtime.worksInPlace ? [.views, .elementwise, .residual] : [.views]
        let buffers = graph.liveBuffers(over: kernels, inPlace: rules, bytes: activationBytes)
        guard runtime.overlaysConvolutions else { return buffers.peakBytes }
        return (-1..<kernels.count).map { step in
            let alive = buffers.filter { $0.firstKernel <= step && step <= $0.lastKernel }
            let saved = step < 0 ? 0 : overlay(graph, kernels[step], alive, step)
            return alive.reduce(0) { $0 &+ $1.bytes } &- saved
        }.max() ?? 0
    }

    /// Bytes that a convolution without neighbours between channels or pixels saves by writing over its dying input.
    private func overlay(_ graph: Graph, _ kernel: FusedKernel, _ alive: [LiveBuffer], _ step: Int) -> Int {
        switch graph.workload(of: kernel).family {
        case .pointwise, .depthwise: break
        case .convolution, .grouped, .dense, .pooling, .elementwise, .movement, .other: return 0
        }
        guard let input = kernel.inputs.first,
            let read = alive.first(where: { $0.values.contains(input) }), read.lastKernel == step,
            let written = alive.first(where: { $0.values.contains(kernel.output) }),
            written.firstKernel == step
        else { return 0 }
        return min(read.bytes, written.bytes)
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
